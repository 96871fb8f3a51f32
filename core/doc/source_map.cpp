// SPDX-License-Identifier: Apache-2.0
#include "core/doc/source_map.h"

#include <charconv>
#include <utility>

#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

// Nodes without a name of their own carry this one.
constexpr Key kNoName{KnownKeyIndex{0}};

std::uint32_t narrow(std::size_t offset) {
  return static_cast<std::uint32_t>(offset);
}

// How many bytes of the path name this member, with their punctuation: ".name", "name" or "[name]";
// 0 if they do not.
std::size_t match_member(std::string_view path, std::string_view name) {
  if (path.starts_with('[')) {
    const std::string_view inner = path.substr(1);
    const bool matches = inner.starts_with(name) && inner.substr(name.size()).starts_with(']');
    return matches ? name.size() + 2 : 0;
  }
  const std::size_t dot = path.starts_with('.') ? 1 : 0;
  const std::string_view inner = path.substr(dot);
  if (name.empty() || !inner.starts_with(name)) return 0;
  const std::string_view rest = inner.substr(name.size());
  const bool ends = rest.empty() || rest.starts_with('.') || rest.starts_with('[');
  return ends ? dot + name.size() : 0;
}

// How many bytes of the path are this index in brackets; 0 if they are not.
std::size_t match_index(std::string_view path, std::uint32_t index) {
  if (!path.starts_with('[')) return 0;
  std::uint32_t written = 0;
  const char* end = path.data() + path.size();
  const auto [stop, error] = std::from_chars(path.data() + 1, end, written);
  if (error != std::errc{} || written != index || stop == end || *stop != ']') return 0;
  return static_cast<std::size_t>(stop + 1 - path.data());
}

}  // namespace

void SourceMap::begin_root(std::size_t value) {
  begin({kNoName, kNoIndex, 0, narrow(value), narrow(value)});
}

void SourceMap::begin_member(Key name, std::size_t key, std::size_t value) {
  begin({std::move(name), kNoIndex, 0, narrow(key), narrow(value)});
}

void SourceMap::begin_item(std::size_t index, std::size_t value) {
  begin({kNoName, narrow(index), 0, narrow(value), narrow(value)});
}

void SourceMap::begin(Node node) {
  open_.push_back(narrow(nodes_.size()));
  nodes_.push_back(std::move(node));
}

void SourceMap::end() {
  nodes_[open_.back()].end = narrow(nodes_.size());
  open_.pop_back();
}

Position SourceMap::key_position(std::string_view path) const {
  const Found found = find(path);
  return found.node != nullptr ? position_at(*text_, found.node->key) : Position{};
}

Position SourceMap::value_position(std::string_view path) const {
  const Found found = find(path);
  if (found.node == nullptr) return {};
  // What is missing in an object is best shown at the object's name.
  return position_at(*text_, found.exact ? found.node->value : found.node->key);
}

bool SourceMap::contains(std::string_view path) const {
  return find(path).exact;
}

SourceMap::Found SourceMap::find(std::string_view path) const {
  if (nodes_.empty() || text_ == nullptr) return {};
  const Node* node = &nodes_.front();
  while (!path.empty()) {
    const Node* child = find_child(*node, path);
    if (child == nullptr) return {node, false};
    node = child;
  }
  return {node, true};
}

// The child that most of the path's beginning names (a name may hold dots and brackets); cuts that
// beginning off the path.
const SourceMap::Node* SourceMap::find_child(const Node& parent, std::string_view& path) const {
  const Node* best = nullptr;
  std::size_t best_size = 0;
  const Node* end = nodes_.data() + parent.end;
  for (const Node* child = &parent + 1; child < end; child = nodes_.data() + child->end) {
    const std::size_t size = child->index == kNoIndex ? match_member(path, child->name.text())
                                                      : match_index(path, child->index);
    if (size <= best_size) continue;
    best = child;
    best_size = size;
  }
  path.remove_prefix(best_size);
  return best;
}

}  // namespace rockpool::doc
