// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/patch_merger.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/doc/json.h"

namespace rockpool::apiserver {
namespace {

std::unexpected<api::Status> refuse(std::string_view why) {
  return std::unexpected{api::bad_request(why)};
}

std::unexpected<api::Status> no_merge_key(const doc::Value& item, std::string_view merge_key) {
  return refuse(fmt::format("map: {} does not contain declared merge key: {}", doc::to_json(item),
                            merge_key));
}

std::unexpected<api::Status> unknown_directive(const doc::Value& directive, const doc::Value& map) {
  return refuse(fmt::format("unknown patch type: {} in map: {}",
                            directive.is_string() ? directive.to_string() : doc::to_json(directive),
                            doc::to_json(map)));
}

bool is_directive(std::string_view key) {
  return key == kPatchDirective || key == kRetainKeysDirective ||
         key.starts_with(kDeleteFromListPrefix) || key.starts_with(kSetElementOrderPrefix);
}

// A value that a patch adds, without directives and nulls; nothing if it says to delete itself.
std::optional<doc::Value> clean(const doc::Value& value) {
  if (value.is_object()) {
    if (value[kPatchDirective].as_string() == "delete") return std::nullopt;
    std::vector<doc::Member> members;
    for (const doc::Member& member : value.members()) {
      if (member.value.is_null() || is_directive(member.key.text())) continue;
      if (auto kept = clean(member.value)) members.push_back({member.key, std::move(*kept)});
    }
    return doc::Value::object_of(std::move(members));
  }
  if (value.is_array()) {
    std::vector<doc::Value> items;
    for (const doc::Value& item : value.items()) {
      if (auto kept = clean(item)) items.push_back(std::move(*kept));
    }
    return doc::Value::array(std::move(items));
  }
  return value;
}

bool same_kind(const doc::Value& left, const doc::Value& right) {
  return left.kind() == right.kind() || (left.is_number() && right.is_number());
}

bool holds_objects(const std::vector<doc::Value>& left, const std::vector<doc::Value>& right) {
  return (!left.empty() && left.front().is_object()) ||
         (!right.empty() && right.front().is_object());
}

// All items of both must be objects, or none.
bool is_uniform(const std::vector<doc::Value>& left, const std::vector<doc::Value>& right,
                bool objects) {
  const auto fits = [&](const doc::Value& item) {
    return item.is_object() == objects && !item.is_array();
  };
  return std::ranges::all_of(left, fits) && std::ranges::all_of(right, fits);
}

}  // namespace

api::Result<doc::Value> PatchMerger::merge_map(const doc::Value& original, doc::Value patch,
                                               const api::TypeTable* type) const {
  if (const doc::Value* directive = patch.find(kPatchDirective)) {
    if (directive->as_string() == "replace") {
      patch.erase(kPatchDirective);
      return applies() ? clean(patch).value_or(doc::Value::object()) : patch;
    }
    if (directive->as_string() == "delete") return doc::Value::object();
    return unknown_directive(*directive, patch);
  }
  doc::Value result = original.is_object() ? original : doc::Value::object();
  if (auto done = retain_keys(result, patch); !done) return std::unexpected{done.error()};
  if (auto done = merge_ordered_lists(result, patch, type); !done) {
    return std::unexpected{done.error()};
  }
  for (const doc::Member& member : patch.members()) {
    const std::string_view name = member.key.text();
    const bool deletes = name.starts_with(kDeleteFromListPrefix);
    if (deletes && !applies()) {
      result.set(member.key, member.value);
      continue;
    }
    const doc::Key key = deletes ? doc::Key{name.substr(kDeleteFromListPrefix.size())} : member.key;
    if (auto done = merge_member(result, key, member.value, deletes, type); !done) {
      return std::unexpected{done.error()};
    }
  }
  return result;
}

api::Result<void> PatchMerger::merge_member(doc::Value& original, const doc::Key& key,
                                            const doc::Value& patch, bool deletes,
                                            const api::TypeTable* type) const {
  if (patch.is_null()) {
    original.erase(key);
    if (!applies()) original.set(key, patch);
    return {};
  }
  const doc::Value* present = original.find(key);
  const bool recurses = present != nullptr && same_kind(*present, patch);
  if (!recurses) {
    if (deletes) return {};
    if (!applies()) {
      original.set(key, patch);
    } else if (auto added = clean(patch)) {
      original.set(key, std::move(*added));
    }
    return {};
  }
  const api::Field* field = type != nullptr ? type->find(key) : nullptr;
  if (patch.is_object()) {
    auto merged = merge_map(*present, patch, field != nullptr ? field->object_type() : nullptr);
    if (!merged) return std::unexpected{merged.error()};
    original.set(key, std::move(*merged));
  } else if (patch.is_array()) {
    auto merged = merge_list(*present, patch, field, deletes);
    if (!merged) return std::unexpected{merged.error()};
    original.set(key, doc::Value::array(std::move(*merged)));
  } else {
    original.set(key, patch);
  }
  return {};
}

api::Result<void> PatchMerger::retain_keys(doc::Value& original, doc::Value& patch) const {
  const doc::Value* directive = patch.find(kRetainKeysDirective);
  if (directive == nullptr) return {};
  const doc::Value keys = *directive;
  if (!keys.is_array()) return refuse("invalid patch format of retainKeys list");
  patch.erase(kRetainKeysDirective);
  if (!applies()) {
    const doc::Value* other = original.find(kRetainKeysDirective);
    if (other != nullptr && !(*other == keys)) {
      return refuse("invalid patch format of retainKeys list");
    }
    original.set(kRetainKeysDirective, keys);
    return {};
  }
  const auto is_retained = [&](std::string_view name) {
    return std::ranges::any_of(keys.items(), [&](const doc::Value& key) {
      return key.as_string() == name && key.is_string();
    });
  };
  for (const doc::Member& member : patch.members()) {
    const std::string_view name = member.key.text();
    if (member.value.is_null() || is_directive(name)) continue;
    if (!is_retained(name)) return refuse("invalid patch format of retainKeys list");
  }
  const doc::Value before = original;
  for (const doc::Member& member : before.members()) {
    if (!is_retained(member.key.text())) original.erase(member.key);
  }
  return {};
}

api::Result<void> PatchMerger::merge_ordered_lists(doc::Value& original, doc::Value& patch,
                                                   const api::TypeTable* type) const {
  const doc::Value directives = patch;
  for (const doc::Member& member : directives.members()) {
    const std::string_view name = member.key.text();
    if (!name.starts_with(kSetElementOrderPrefix)) continue;
    patch.erase(member.key);
    if (!member.value.is_array()) return refuse("invalid patch format of setElementOrder list");
    if (!applies()) {
      const doc::Value* other = original.find(member.key);
      if (other != nullptr && !(*other == member.value)) {
        return refuse("invalid patch format of setElementOrder list");
      }
      original.set(member.key, member.value);
      continue;
    }
    const std::string_view list = name.substr(kSetElementOrderPrefix.size());
    if (auto done = merge_ordered_list(original, patch, list, member.value, type); !done) {
      return done;
    }
  }
  return {};
}

api::Result<void> PatchMerger::merge_ordered_list(doc::Value& original, doc::Value& patch,
                                                  std::string_view name, const doc::Value& order,
                                                  const api::TypeTable* type) const {
  const doc::Value* present = original.find(name);
  const doc::Value* added = patch.find(name);
  if (present == nullptr && added == nullptr) return {};
  const bool is_list =
      (present == nullptr || present->is_array()) && (added == nullptr || added->is_array());
  if (!is_list) return refuse("invalid patch format of setElementOrder list");
  const api::Field* field = type != nullptr ? type->find(name) : nullptr;
  const ItemIdentity identity{field != nullptr ? field->traits().merge_key : std::string_view{}};
  const Items wanted = to_vector(order);
  if (added != nullptr) {
    for (const doc::Value& item : added->items()) {
      const bool is_special = item.is_object() && item.contains(kPatchDirective);
      if (!is_special && identity.index_in(wanted, item) < 0) {
        return refuse(fmt::format("The order in patch list:\n{}\n doesn't match {} list:\n{}\n",
                                  doc::to_json(*added), "$setElementOrder", doc::to_json(order)));
      }
    }
  }
  Items merged;
  if (added == nullptr) {
    merged = to_vector(*present);
  } else if (present == nullptr) {
    merged = to_vector(clean(*added).value_or(doc::Value::array()));
  } else {
    auto both = merge_list(*present, *added, field, false);
    if (!both) return std::unexpected{both.error()};
    merged = std::move(*both);
  }
  const Items server_order = present != nullptr ? to_vector(*present) : Items{};
  original.set(name, doc::Value::array(order_items(merged, wanted, server_order, identity)));
  patch.erase(name);
  return {};
}

api::Result<PatchMerger::Items> PatchMerger::merge_list(const doc::Value& original,
                                                        const doc::Value& patch,
                                                        const api::Field* field,
                                                        bool deletes) const {
  Items present = to_vector(original);
  const Items changes = to_vector(patch);
  if (field == nullptr || !field->traits().patch_merge) {
    if (!applies()) return changes;
    return to_vector(clean(patch).value_or(doc::Value::array()));
  }
  const bool objects = holds_objects(present, changes);
  if (!is_uniform(present, changes, objects)) {
    return refuse("list element types are not identical");
  }
  if (!objects) return merge_scalars(present, changes, deletes);
  const std::string_view merge_key = field->traits().merge_key;
  if (merge_key.empty()) {
    return refuse(fmt::format("cannot merge lists without merge key for {}", field->name()));
  }
  return merge_objects(std::move(present), changes, merge_key, field->object_type());
}

api::Result<PatchMerger::Items> PatchMerger::merge_scalars(const Items& original,
                                                           const Items& patch, bool deletes) const {
  const ItemIdentity identity{};
  Items merged;
  if (deletes) {
    for (const doc::Value& item : original) {
      if (identity.index_in(patch, item) < 0) merged.push_back(item);
    }
    return merged;
  }
  for (const Items* items : {&original, &patch}) {
    for (const doc::Value& item : *items) {
      if (identity.index_in(merged, item) < 0) merged.push_back(item);
    }
  }
  return order_items(merged, patch, original, identity);
}

api::Result<PatchMerger::Items> PatchMerger::merge_objects(Items original, const Items& patch,
                                                           std::string_view merge_key,
                                                           const api::TypeTable* type) const {
  const ItemIdentity identity{merge_key};
  Items changes;
  bool replaces = false;
  for (const doc::Value& item : patch) {
    const doc::Value* directive = item.find(kPatchDirective);
    if (directive == nullptr) {
      changes.push_back(item);
    } else if (directive->as_string() == "replace") {
      replaces = true;
    } else if (directive->as_string() == "delete") {
      if (!item.contains(merge_key)) return no_merge_key(item, merge_key);
      std::erase_if(original, [&](const doc::Value& each) { return identity.same(each, item); });
    } else if (directive->as_string() == "merge") {
      return refuse("merging lists cannot yet be specified in the patch");
    } else {
      return unknown_directive(*directive, item);
    }
  }
  if (replaces) {
    Items replaced;
    for (const doc::Value& item : changes) {
      if (auto kept = clean(item)) replaced.push_back(std::move(*kept));
    }
    return replaced;
  }
  const Items server_order = original;
  for (const doc::Value& item : changes) {
    if (!item.contains(merge_key)) return no_merge_key(item, merge_key);
    const std::int64_t found = identity.index_in(original, item);
    if (found < 0) {
      original.push_back(applies() ? clean(item).value_or(item) : item);
      continue;
    }
    doc::Value& place = original[static_cast<std::size_t>(found)];
    auto merged = merge_map(place, item, type);
    if (!merged) return std::unexpected{merged.error()};
    place = std::move(*merged);
  }
  return order_items(original, changes, server_order, identity);
}

}  // namespace rockpool::apiserver
