// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/compare.h"

#include <map>
#include <string>
#include <utility>

namespace rockpool::apiserver::managed {
namespace {

using doc::Value;

Comparison compare_parts(const Shape& shape, const Value& before, const Value& after);

// Puts the comparison of a part below an element, and the part itself where only one side has it.
void attach(Comparison& whole, const std::string& element, Comparison part, bool was, bool is,
            bool counts) {
  if (counts && is && !was) part.added.member = true;
  if (counts && was && !is) part.removed.member = true;
  whole.added.attach(element, std::move(part.added));
  whole.removed.attach(element, std::move(part.removed));
  whole.modified.attach(element, std::move(part.modified));
}

void compare_member(const Shape& shape, const doc::Key& key, const Value& before,
                    const Value& after, Comparison& whole) {
  if (before.identical(after)) return;
  const Shape member = shape.member(key);
  const bool counts = member.kind() == Shape::Kind::leaf || shape.member_counts(key);
  attach(whole, field_element(key.text()), compare_parts(member, before, after), !before.is_null(),
         !after.is_null(), counts);
}

Comparison compare_members(const Shape& shape, const Value& before, const Value& after) {
  Comparison whole;
  for (const doc::Member& each : before.members()) {
    const Value* other = after.find(each.key);
    compare_member(shape, each.key, each.value, other == nullptr ? Value{} : *other, whole);
  }
  for (const doc::Member& each : after.members()) {
    if (before.find(each.key) == nullptr) compare_member(shape, each.key, {}, each.value, whole);
  }
  return whole;
}

// Of items with the same keys, which only careless clients make, the first counts.
using ItemsByElement = std::map<std::string, Value>;

ItemsByElement items_by_element(const Shape& shape, const Value& list) {
  ItemsByElement items;
  for (const Value& item : list.items()) items.try_emplace(shape.element_of(item), item);
  return items;
}

Comparison compare_lists(const Shape& shape, const Value& before, const Value& after) {
  const ItemsByElement old_items = items_by_element(shape, before);
  const ItemsByElement new_items = items_by_element(shape, after);
  Comparison whole;
  for (const auto& [element, item] : old_items) {
    const auto other = new_items.find(element);
    const bool is = other != new_items.end();
    attach(whole, element, compare_parts(shape.item(), item, is ? other->second : Value{}), true,
           is, true);
  }
  for (const auto& [element, item] : new_items) {
    if (old_items.contains(element)) continue;
    attach(whole, element, compare_parts(shape.item(), {}, item), false, true, true);
  }
  return whole;
}

Comparison compare_parts(const Shape& shape, const Value& before, const Value& after) {
  if (before.identical(after)) return {};
  if (shape.kind() == Shape::Kind::leaf) {
    Comparison result;
    result.modified.member = !before.is_null() && !after.is_null() && !(before == after);
    return result;
  }
  return shape.is_list() ? compare_lists(shape, before, after)
                         : compare_members(shape, before, after);
}

FieldSet fields_of_members(const Shape& shape, const Value& value) {
  FieldSet set;
  for (const doc::Member& each : value.members()) {
    FieldSet part = fields_of(shape.member(each.key), each.value);
    // An empty structure is owned as such, and so is each entry of a map.
    const bool is_empty = each.value.is_null() || (each.value.is_object() && !each.value.size());
    if (is_empty || shape.kind() == Shape::Kind::map) part.member = true;
    set.attach(field_element(each.key.text()), std::move(part));
  }
  return set;
}

}  // namespace

FieldSet fields_of(const Shape& shape, const Value& value) {
  FieldSet set;
  if (shape.kind() == Shape::Kind::leaf) {
    set.member = true;
    return set;
  }
  if (!shape.is_list()) return fields_of_members(shape, value);
  for (const Value& item : value.items()) {
    FieldSet part = fields_of(shape.item(), item);
    part.member = true;
    set.attach(shape.element_of(item), std::move(part));
  }
  return set;
}

Comparison compare(const Shape& shape, const Value& before, const Value& after) {
  return compare_parts(shape, before, after);
}

}  // namespace rockpool::apiserver::managed
