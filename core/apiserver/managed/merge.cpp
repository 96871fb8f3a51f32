// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/merge.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rockpool::apiserver::managed {
namespace {

using doc::Value;

// Where each item of a list is, by its element.
std::map<std::string, std::size_t> places(const std::vector<std::string>& elements) {
  std::map<std::string, std::size_t> result;
  for (std::size_t index = 0; index < elements.size(); ++index) {
    result.try_emplace(elements[index], index);
  }
  return result;
}

std::vector<std::string> elements_of(const Shape& shape, const Value& list) {
  std::vector<std::string> elements;
  for (const Value& item : list.items()) elements.push_back(shape.element_of(item));
  return elements;
}

Value merge_lists(const Shape& shape, const Value& live, const Value& configuration) {
  const std::vector<std::string> live_elements = elements_of(shape, live);
  const std::vector<std::string> new_elements = elements_of(shape, configuration);
  const auto live_places = places(live_elements);
  const auto new_places = places(new_elements);
  std::vector<Value> merged;
  std::size_t old_index = 0;
  std::size_t new_index = 0;
  while (old_index < live_elements.size() || new_index < new_elements.size()) {
    const bool has_old = old_index < live_elements.size();
    if (has_old && !new_places.contains(live_elements[old_index])) {
      merged.push_back(live.at(old_index++));
      continue;
    }
    if (new_index == new_elements.size()) {
      ++old_index;
      continue;
    }
    const auto same = live_places.find(new_elements[new_index]);
    const bool shared = same != live_places.end();
    const Value old_item = shared ? live.at(same->second) : Value{};
    merged.push_back(merge(shape.item(), old_item, configuration.at(new_index++)));
    if (shared && has_old) ++old_index;
  }
  return Value::array(std::move(merged));
}

void prune_part(const Shape& shape, Value& object, const FieldSet& before, const FieldSet* owned);

// Prunes the part below an element; returns whether it is to go as a whole.
bool prune_below(const Shape& shape, Value& part, const std::string& element,
                 const FieldSet& before, const FieldSet* owned) {
  const FieldSet* still_owned = owned == nullptr ? nullptr : owned->find(element);
  if (still_owned == nullptr && before.member) return true;
  prune_part(shape, part, before, still_owned);
  return false;
}

void prune_list(const Shape& shape, Value& list, const FieldSet& before, const FieldSet* owned) {
  const std::vector<std::string> elements = elements_of(shape, list);
  for (std::size_t left = elements.size(); left > 0; --left) {
    const std::size_t index = left - 1;
    const FieldSet* part = before.find(elements[index]);
    if (part == nullptr) continue;
    if (prune_below(shape.item(), list.edit_at(index), elements[index], *part, owned)) {
      list.erase_at(index);
    }
  }
}

void prune_part(const Shape& shape, Value& object, const FieldSet& before, const FieldSet* owned) {
  if (shape.is_list()) return prune_list(shape, object, before, owned);
  if (shape.kind() == Shape::Kind::leaf || !object.is_object()) return;
  for (const auto& [element, part] : before.children) {
    const doc::Key key{std::string_view{element}.substr(2)};
    if (object.find(key) == nullptr) continue;
    if (prune_below(shape.member(key), object.edit(key), element, part, owned)) object.erase(key);
  }
}

}  // namespace

Value merge(const Shape& shape, const Value& live, const Value& configuration) {
  if (shape.kind() == Shape::Kind::leaf || live.is_null()) return configuration;
  if (shape.is_list()) return merge_lists(shape, live, configuration);
  Value merged = live;
  for (const doc::Member& each : configuration.members()) {
    merged.set(each.key, merge(shape.member(each.key), live[each.key], each.value));
  }
  return merged;
}

void prune(const Shape& shape, Value& object, const FieldSet& before, const FieldSet& owned) {
  prune_part(shape, object, before, &owned);
}

}  // namespace rockpool::apiserver::managed
