// SPDX-License-Identifier: Apache-2.0
#include "core/doc/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace rockpool::doc {
namespace {

// More than anyone reads; a hostile text could have a million.
constexpr std::size_t kMaxDuplicates = 1000;
constexpr std::string_view kMergeName = "<<";

// False if no two of the members have one name. Only of a few it is found out here, as for most
// objects that takes less than sorting them.
bool may_repeat(std::span<const Member> members) {
  constexpr std::size_t kFew = 16;
  if (members.size() > kFew) return true;
  for (std::size_t index = 1; index < members.size(); ++index) {
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      if (members[earlier].key == members[index].key) return true;
    }
  }
  return false;
}

}  // namespace

Builder::Builder(const Limits& limits, SourceMap* positions)
    : limits_{limits}, positions_{positions} {
  // What a small document takes, so that it need not grow little by little.
  constexpr std::size_t kDepth = 8;
  constexpr std::size_t kMembers = 16;
  frames_.reserve(kDepth);
  members_.reserve(kMembers);
  member_offsets_.reserve(kMembers);
}

void Builder::begin(bool is_object, std::size_t offset) {
  if (!count(1, depth() + 1, offset)) return;
  note_position(offset);
  frames_.push_back({.is_object = is_object,
                     .start = is_object ? members_.size() : items_.size(),
                     .nodes_before = nodes_ - 1});
}

void Builder::name(Key name, std::size_t offset) {
  if (refusal_) return;
  Frame& frame = frames_.back();
  frame.key = std::move(name);
  frame.key_offset = offset;
  frame.has_name = true;
}

void Builder::add(Part part, std::size_t offset) {
  if (!count(part.nodes, depth() + part.height, offset)) return;
  note_position(offset);
  if (positions_ != nullptr) positions_->end();
  if (is_open()) frames_.back().height = std::max(frames_.back().height, part.height + 1);
  place(std::move(part.value));
}

void Builder::merge_name(std::size_t offset) {
  if (refusal_) return;
  name(Key{kMergeName}, offset);
  frames_.back().merging = true;
}

Builder::Part Builder::end() {
  if (refusal_) return {};
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (positions_ != nullptr) positions_->end();

  Part part{{}, nodes_ - frame.nodes_before, frame.height};
  if (frame.is_object) {
    part.value = end_object(frame);
  } else {
    part.value = Value::array_from(std::span{items_}.subspan(frame.start));
    items_.resize(frame.start);
  }
  if (is_open()) frames_.back().height = std::max(frames_.back().height, part.height + 1);
  place(part.value);
  return part;
}

bool Builder::needs_name() const {
  return in_object() && !frames_.back().has_name;
}

std::vector<Builder::Duplicate> Builder::take_duplicates() {
  std::ranges::stable_sort(duplicates_, {}, &Duplicate::offset);
  return std::move(duplicates_);
}

void Builder::note_position(std::size_t offset) {
  if (positions_ == nullptr) return;
  if (!is_open()) {
    positions_->begin_root(offset);
  } else if (const Frame& frame = frames_.back(); frame.is_object) {
    positions_->begin_member(frame.key, frame.key_offset, offset);
  } else {
    positions_->begin_item(items_.size() - frame.start, offset);
  }
}

void Builder::place(Value value) {
  if (!is_open()) {
    root_ = std::move(value);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.is_object) {
    frame.has_name = false;
    if (std::exchange(frame.merging, false)) return merge(value, frame.key_offset);
    // The frame keeps its key for the paths of duplicates.
    members_.push_back({frame.key, std::move(value)});
    member_offsets_.push_back(frame.key_offset);
  } else {
    items_.push_back(std::move(value));
  }
}

bool Builder::count(std::int64_t nodes, int depth, std::size_t offset) {
  if (refusal_) return false;
  nodes_ += nodes;
  if (depth > limits_.max_depth) {
    refuse(fmt::format("exceeded max depth: values nest deeper than {}", limits_.max_depth),
           offset);
  } else if (nodes_ > limits_.max_nodes) {
    const char* message =
        nodes > 1
            ? "document contains excessive aliasing: more than {} values with aliases expanded"
            : "document is too large: more than {} values";
    refuse(fmt::format(fmt::runtime(message), limits_.max_nodes), offset);
  }
  return !refusal_;
}

void Builder::refuse(std::string message, std::size_t offset) {
  refusal_ = std::move(message);
  refusal_offset_ = offset;
}

Value Builder::end_object(const Frame& frame) {
  const std::span members = std::span{members_}.subspan(frame.start);
  const auto out_of_order = [](const Member& left, const Member& right) {
    return !(left.key < right.key);
  };
  if (std::ranges::adjacent_find(members, out_of_order) != members.end() && may_repeat(members)) {
    note_duplicates(members, std::span{member_offsets_}.subspan(frame.start));
  }
  member_offsets_.resize(frame.start);
  Value result = Value::object_from(members);
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(frame.start), members_.end());
  return result;
}

void Builder::merge(const Value& value, std::size_t offset) {
  if (!value.is_array()) return take_over(value, offset);
  // Of members of the same name, the one placed last stays.
  for (std::size_t index = value.size(); index > 0; --index) take_over(value.at(index - 1), offset);
}

void Builder::take_over(const Value& source, std::size_t offset) {
  if (!source.is_object()) {
    refuse("map merge requires map or sequence of maps as the value", offset);
  }
  for (const Member& member : source.members()) {
    members_.push_back(member);
    member_offsets_.push_back(kMerged);
  }
}

void Builder::note_duplicates(std::span<const Member> members,
                              std::span<const std::size_t> offsets) {
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, [&](std::uint32_t left, std::uint32_t right) {
    return members[left].key < members[right].key;
  });
  // Members merged in may come again.
  std::erase_if(order, [&](std::uint32_t index) { return offsets[index] == kMerged; });
  for (std::size_t index = 1; index < order.size(); ++index) {
    const Key& key = members[order[index]].key;
    if (!(members[order[index - 1]].key == key)) continue;
    if (duplicates_.size() == kMaxDuplicates) return;
    duplicates_.push_back({path_to(key.text()), std::string{key.text()}, offsets[order[index]]});
  }
}

std::string Builder::path_to(std::string_view name) const {
  std::string path;
  for (auto frame = frames_.begin(); frame != frames_.end(); ++frame) {
    if (frame->is_object) {
      if (!path.empty()) path += '.';
      path += frame->key.text();
      continue;
    }
    // The items of the next open array lie on the same stack, right after this one's.
    const auto inner =
        std::find_if(frame + 1, frames_.end(), [](const Frame& other) { return !other.is_object; });
    const std::size_t items_end = inner == frames_.end() ? items_.size() : inner->start;
    path += fmt::format("[{}]", items_end - frame->start);
  }
  if (!path.empty()) path += '.';
  return path + std::string{name};
}

}  // namespace rockpool::doc
