// SPDX-License-Identifier: Apache-2.0
#include "core/doc/merge_patch.h"

#include <utility>
#include <vector>

namespace rockpool::doc {
namespace {

// The value without the members that are null, at any depth; itself if there are none.
Value without_nulls(const Value& value) {
  Value result = value;
  if (value.is_array()) {
    for (std::size_t index = 0; index < value.size(); ++index) {
      Value item = without_nulls(value.at(index));
      if (!item.identical(value.at(index))) result.edit_at(index) = std::move(item);
    }
  } else if (value.is_object()) {
    for (const Member& member : value.members()) {
      if (member.value.is_null()) {
        result.erase(member.key);
      } else {
        result.set(member.key, without_nulls(member.value));
      }
    }
  }
  return result;
}

}  // namespace

Value apply_merge_patch(const Value& target, const Value& patch) {
  if (!patch.is_object()) return without_nulls(patch);
  if (!target.is_object()) return without_nulls(patch);
  Value result = target;
  for (const Member& member : patch.members()) {
    if (member.value.is_null()) {
      result.erase(member.key);
    } else if (const Value* present = target.find(member.key)) {
      result.set(member.key, apply_merge_patch(*present, member.value));
    } else {
      result.set(member.key, without_nulls(member.value));
    }
  }
  return result;
}

Value make_merge_patch(const Value& original, const Value& modified) {
  if (!original.is_object() || !modified.is_object()) return modified;
  std::vector<Member> patch;
  for (const Member& member : original.members()) {
    if (modified[member.key].is_null()) patch.push_back({member.key, nullptr});
  }
  for (const Member& member : modified.members()) {
    if (member.value.is_null()) continue;
    const Value* before = original.find(member.key);
    if (before != nullptr && *before == member.value) continue;
    const bool both_objects = before != nullptr && before->is_object() && member.value.is_object();
    patch.push_back(
        {member.key, both_objects ? make_merge_patch(*before, member.value) : member.value});
  }
  return Value::object_of(std::move(patch));
}

}  // namespace rockpool::doc
