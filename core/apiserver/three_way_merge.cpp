// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/three_way_merge.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/apiserver/patch_lists.h"
#include "core/apiserver/patch_merger.h"
#include "core/doc/merge_patch.h"

namespace rockpool::apiserver {
namespace {

// Finds the strategic merge patch between two documents (strategicpatch.diffMaps).
class Differ {
 public:
  struct Options {
    bool ignore_deletions = false;
    bool ignore_changes_and_additions = false;
  };

  explicit Differ(Options options) : options_{options} {}

  doc::Value diff_maps(const doc::Value& original, const doc::Value& modified,
                       const api::TypeTable* type, bool retains_keys = false) const;

 private:
  using Items = std::vector<doc::Value>;

  void diff_member(const doc::Member& modified, const doc::Value& original,
                   const api::TypeTable* type, doc::Value& patch) const;
  void diff_list(const doc::Key& key, const doc::Value& original, const doc::Value& modified,
                 const api::Field& field, doc::Value& patch) const;
  void diff_objects(const doc::Key& key, const Items& original, const Items& modified,
                    const api::Field& field, doc::Value& patch) const;
  void diff_scalars(const doc::Key& key, const Items& original, const Items& modified,
                    doc::Value& patch) const;
  void set_changed(const doc::Key& key, const doc::Value& value, doc::Value& patch) const {
    if (!options_.ignore_changes_and_additions) patch.set(key, value);
  }

  Options options_;
};

std::string prefixed(std::string_view prefix, const doc::Key& key) {
  return std::string{prefix} + std::string{key.text()};
}

// Lists the kept keys where other members would otherwise stay (a union of which one is chosen).
void add_retained_keys(const doc::Value& original, const doc::Value& modified, doc::Value& patch) {
  std::vector<doc::Value> keys;
  for (const doc::Member& member : modified.members()) {
    if (!member.value.is_null()) keys.emplace_back(member.key.text());
  }
  const bool has_others = std::ranges::any_of(original.members(), [&](const doc::Member& member) {
    return modified.find(member.key) == nullptr;
  });
  if (keys.empty() || (patch.size() == 0 && !has_others)) return;
  patch.set(kRetainKeysDirective, doc::Value::array(std::move(keys)));
}

doc::Value Differ::diff_maps(const doc::Value& original, const doc::Value& modified,
                             const api::TypeTable* type, bool retains_keys) const {
  doc::Value patch = doc::Value::object();
  for (const doc::Member& member : modified.members()) {
    const doc::Value* present = original.find(member.key);
    if (present == nullptr) {
      set_changed(member.key, member.value, patch);
    } else if (!present->identical(member.value)) {
      diff_member(member, *present, type, patch);
    }
  }
  if (!options_.ignore_deletions) {
    for (const doc::Member& member : original.members()) {
      if (modified.find(member.key) == nullptr) patch.set(member.key, nullptr);
    }
  }
  if (retains_keys) add_retained_keys(original, modified, patch);
  return patch;
}

void Differ::diff_member(const doc::Member& modified, const doc::Value& original,
                         const api::TypeTable* type, doc::Value& patch) const {
  const api::Field* field = type != nullptr ? type->find(modified.key) : nullptr;
  if (original.is_object() && modified.value.is_object()) {
    const doc::Value nested =
        diff_maps(original, modified.value, field != nullptr ? field->object_type() : nullptr,
                  field != nullptr && field->traits().patch_retain_keys);
    if (nested.size() != 0) patch.set(modified.key, nested);
  } else if (original.is_array() && modified.value.is_array() && field != nullptr &&
             field->traits().patch_merge) {
    diff_list(modified.key, original, modified.value, *field, patch);
  } else if (!(original == modified.value)) {
    set_changed(modified.key, modified.value, patch);
  }
}

void Differ::diff_list(const doc::Key& key, const doc::Value& original, const doc::Value& modified,
                       const api::Field& field, doc::Value& patch) const {
  if (original.size() == 0) {
    if (modified.size() != 0) set_changed(key, modified, patch);
    return;
  }
  const bool objects = original.at(0).is_object();
  if (objects && !field.traits().merge_key.empty()) {
    diff_objects(key, to_vector(original), to_vector(modified), field, patch);
  } else {
    diff_scalars(key, to_vector(original), to_vector(modified), patch);
  }
}

// True if the items that both have come in the same order.
bool is_order_same(const std::vector<doc::Value>& original, const std::vector<doc::Value>& modified,
                   ItemIdentity identity) {
  if (original.size() != modified.size()) return false;
  for (std::size_t index = 0; index < modified.size(); ++index) {
    if (!identity.same(original[index], modified[index])) return false;
  }
  return true;
}

void Differ::diff_objects(const doc::Key& key, const Items& original, const Items& modified,
                          const api::Field& field, doc::Value& patch) const {
  const ItemIdentity identity{field.traits().merge_key};
  Items changes;
  for (const doc::Value& item : modified) {
    const std::int64_t found = identity.index_in(original, item);
    if (found < 0) {
      if (!options_.ignore_changes_and_additions) changes.push_back(item);
      continue;
    }
    doc::Value nested = diff_maps(original[static_cast<std::size_t>(found)], item,
                                  field.object_type(), field.traits().patch_retain_keys);
    if (nested.size() == 0) continue;
    nested.set(identity.merge_key, identity.of(item));
    changes.push_back(std::move(nested));
  }
  if (!options_.ignore_deletions) {
    for (const doc::Value& item : original) {
      if (identity.index_in(modified, item) >= 0) continue;
      doc::Value directive = doc::Value::map({{kPatchDirective, "delete"}});
      directive.set(identity.merge_key, identity.of(item));
      changes.push_back(std::move(directive));
    }
  }
  const bool content_changed = !changes.empty();
  const bool orders = (!options_.ignore_changes_and_additions &&
                       (content_changed || !is_order_same(original, modified, identity))) ||
                      (!options_.ignore_deletions && content_changed);
  if (content_changed) patch.set(key, doc::Value::array(std::move(changes)));
  if (!orders || modified.empty()) return;
  Items order;
  for (const doc::Value& item : modified) {
    doc::Value name = doc::Value::object();
    name.set(identity.merge_key, identity.of(item));
    order.push_back(std::move(name));
  }
  patch.set(prefixed(kSetElementOrderPrefix, key), doc::Value::array(std::move(order)));
}

void Differ::diff_scalars(const doc::Key& key, const Items& original, const Items& modified,
                          doc::Value& patch) const {
  const ItemIdentity identity{};
  Items added, removed;
  for (const doc::Value& item : modified) {
    if (identity.index_in(original, item) < 0) added.push_back(item);
  }
  for (const doc::Value& item : original) {
    if (identity.index_in(modified, item) < 0) removed.push_back(item);
  }
  if (options_.ignore_changes_and_additions) added.clear();
  if (options_.ignore_deletions) removed.clear();
  const bool orders =
      !removed.empty() || (!options_.ignore_changes_and_additions && original != modified);
  if (!added.empty()) patch.set(key, doc::Value::array(std::move(added)));
  if (!removed.empty()) {
    patch.set(prefixed(kDeleteFromListPrefix, key), doc::Value::array(std::move(removed)));
  }
  if (orders && !modified.empty()) {
    patch.set(prefixed(kSetElementOrderPrefix, key), doc::Value::array(modified));
  }
}

// Only the nulls of a JSON merge patch, or all but them.
doc::Value keep_nulls(const doc::Value& patch, bool nulls) {
  doc::Value result = doc::Value::object();
  for (const doc::Member& member : patch.members()) {
    if (member.value.is_object()) {
      const doc::Value nested = keep_nulls(member.value, nulls);
      if (nested.size() != 0 || (!nulls && member.value.size() == 0))
        result.set(member.key, nested);
    } else if (member.value.is_null() == nulls) {
      result.set(member.key, member.value);
    }
  }
  return result;
}

// Puts one JSON merge patch's members into another, nulls and all.
doc::Value combine(doc::Value patch, const doc::Value& other) {
  for (const doc::Member& member : other.members()) {
    const doc::Value* present = patch.find(member.key);
    const bool both = present != nullptr && present->is_object() && member.value.is_object();
    patch.set(member.key, both ? combine(*present, member.value) : member.value);
  }
  return patch;
}

}  // namespace

api::Result<doc::Value> three_way_strategic_patch(const doc::Value& original,
                                                  const doc::Value& modified,
                                                  const doc::Value& current,
                                                  const api::TypeTable& type) {
  const Differ additions{{.ignore_deletions = true}};
  const Differ deletions{{.ignore_changes_and_additions = true}};
  return PatchMerger{PatchMerger::Mode::combine}.merge_map(
      deletions.diff_maps(original, modified, &type), additions.diff_maps(current, modified, &type),
      &type);
}

api::Result<doc::Value> two_way_strategic_patch(const doc::Value& original,
                                                const doc::Value& modified,
                                                const api::TypeTable& type) {
  return Differ{{}}.diff_maps(original, modified, &type);
}

doc::Value three_way_json_merge_patch(const doc::Value& original, const doc::Value& modified,
                                      const doc::Value& current) {
  const doc::Value additions = keep_nulls(doc::make_merge_patch(current, modified), false);
  const doc::Value deletions = keep_nulls(doc::make_merge_patch(original, modified), true);
  return combine(deletions, additions);
}

}  // namespace rockpool::apiserver
