// SPDX-License-Identifier: Apache-2.0
#include "core/doc/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

// Longer values are cut when a difference is told in one line.
constexpr std::size_t kMaxShownBytes = 160;

// A name that would read as several steps goes into brackets.
std::string member_path(const std::string& parent, std::string_view name) {
  const bool plain = !name.empty() && name.find_first_of(".[]/") == std::string_view::npos;
  if (!plain) return fmt::format("{}[{}]", parent, name);
  return parent.empty() ? std::string{name} : fmt::format("{}.{}", parent, name);
}

class DifferenceFinder {
 public:
  DifferenceFinder(std::vector<Difference>& found, std::size_t limit)
      : found_{found}, limit_{limit} {}

  void compare(const std::string& path, const Value& expected, const Value& found) {
    if (is_full() || expected.identical(found)) return;
    if (expected.is_object() && found.is_object()) {
      compare_members(path, expected, found);
    } else if (expected.is_array() && found.is_array()) {
      compare_items(path, expected, found);
    } else if (!(expected == found)) {
      add(Difference::Kind::changed, path, expected, found);
    }
  }

 private:
  bool is_full() const { return found_.size() >= limit_; }

  void add(Difference::Kind kind, std::string path, const Value& expected, const Value& found) {
    if (!is_full()) found_.push_back({kind, std::move(path), expected, found});
  }

  // Both are in order of their names, so one walk over both suffices.
  void compare_members(const std::string& path, const Value& expected, const Value& found) {
    auto left = expected.members();
    auto right = found.members();
    while (!is_full() && (!left.empty() || !right.empty())) {
      const bool missing = right.empty() || (!left.empty() && left.front().key < right.front().key);
      const bool unexpected = !missing && (left.empty() || right.front().key < left.front().key);
      const Member& member = unexpected ? right.front() : left.front();
      std::string member_at = member_path(path, member.key.text());
      if (missing) {
        add(Difference::Kind::missing, std::move(member_at), member.value, {});
      } else if (unexpected) {
        add(Difference::Kind::unexpected, std::move(member_at), {}, member.value);
      } else {
        compare(member_at, member.value, right.front().value);
      }
      if (!unexpected) left = left.subspan(1);
      if (!missing) right = right.subspan(1);
    }
  }

  void compare_items(const std::string& path, const Value& expected, const Value& found) {
    const std::size_t size = std::max(expected.size(), found.size());
    for (std::size_t index = 0; index < size && !is_full(); ++index) {
      std::string item_at = fmt::format("{}[{}]", path, index);
      if (index >= found.size()) {
        add(Difference::Kind::missing, std::move(item_at), expected.at(index), {});
      } else if (index >= expected.size()) {
        add(Difference::Kind::unexpected, std::move(item_at), {}, found.at(index));
      } else {
        compare(item_at, expected.at(index), found.at(index));
      }
    }
  }

  std::vector<Difference>& found_;
  std::size_t limit_;
};

std::string shown(const Value& value) {
  std::string text = to_json(value);
  if (text.size() <= kMaxShownBytes) return text;
  // Not in the middle of a character.
  std::size_t end = kMaxShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::vector<Difference> find_differences(const Value& expected, const Value& found,
                                         std::size_t limit) {
  std::vector<Difference> result;
  DifferenceFinder{result, limit}.compare("", expected, found);
  return result;
}

std::string to_string(const Difference& difference) {
  const std::string path = difference.path.empty() ? "(document)" : difference.path;
  switch (difference.kind) {
    case Difference::Kind::missing:
      return fmt::format("{}: expected {}, found nothing", path, shown(difference.expected));
    case Difference::Kind::unexpected:
      return fmt::format("{}: expected nothing, found {}", path, shown(difference.found));
    case Difference::Kind::changed:
      break;
  }
  return fmt::format("{}: expected {}, found {}", path, shown(difference.expected),
                     shown(difference.found));
}

}  // namespace rockpool::doc
