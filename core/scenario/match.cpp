// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/match.h"

#include <fmt/format.h>

#include "core/doc/json.h"

namespace rockpool::scenario {
namespace {

std::string member_path(const std::string& path, std::string_view name) {
  const bool plain = name.find_first_of(".[]/") == std::string_view::npos;
  if (!plain) return fmt::format("{}[{}]", path, name);
  return path.empty() ? std::string{name} : fmt::format("{}.{}", path, name);
}

void compare(const std::string& path, const doc::Value& expected, const doc::Value& found,
             std::vector<Mismatch>& mismatches) {
  if (expected.is_object() && found.is_object()) {
    for (const doc::Member& member : expected.members()) {
      const doc::Value* present = found.find(member.key);
      const std::string place = member_path(path, member.key.text());
      if (present == nullptr && !member.value.is_null()) {
        mismatches.push_back({place, member.value, {}, "field not found in the input object"});
      } else if (present != nullptr) {
        compare(place, member.value, *present, mismatches);
      }
    }
    return;
  }
  if (expected.is_array() && found.is_array()) {
    if (expected.size() != found.size()) {
      mismatches.push_back({path, expected, found, "lengths of slices don't match"});
      return;
    }
    for (std::size_t index = 0; index < expected.size(); ++index) {
      compare(fmt::format("{}[{}]", path, index), expected.at(index), found.at(index), mismatches);
    }
    return;
  }
  if (!(expected == found)) mismatches.push_back({path, expected, found, {}});
}

}  // namespace

std::string Mismatch::to_string() const {
  if (note.empty()) {
    return fmt::format("{}: Invalid value: {}: Expected value: {}", path, doc::to_json(found),
                       doc::to_json(expected));
  }
  if (found.is_null())
    return fmt::format("{}: Required value: {}; expected {}", path, note, doc::to_json(expected));
  return fmt::format("{}: Invalid value: {}: {}; expected {}", path, doc::to_json(found), note,
                     doc::to_json(expected));
}

std::vector<Mismatch> match(const doc::Value& expected, const doc::Value& found) {
  std::vector<Mismatch> mismatches;
  compare("", expected, found, mismatches);
  return mismatches;
}

}  // namespace rockpool::scenario
