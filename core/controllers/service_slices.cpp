// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_slices.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/doc/json.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

std::string_view pod_of(const doc::Value& endpoint) {
  return endpoint["targetRef"_key]["name"_key].as_string();
}

std::string_view family_of(const doc::Value& slice) {
  return slice["addressType"_key].as_string();
}

}  // namespace

ServiceSlices::GroupKey ServiceSlices::group_of(const doc::Value& slice) {
  const doc::Value& ports = slice["ports"_key];
  return {std::string{family_of(slice)}, ports.is_array() ? doc::to_json(ports) : "[]"};
}

bool ServiceSlices::observe(const doc::Value& slice) {
  const std::string name{api::name(slice)};
  const auto found = slices_.find(name);
  if (found != slices_.end()) {
    if (api::resource_version(slice) <= api::resource_version(found->second.object)) return false;
    forget_places(found->second.object);
  }
  for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
    const std::string_view pod = pod_of(endpoint);
    if (!pod.empty()) places_[{std::string{family_of(slice)}, std::string{pod}}] = name;
  }
  slices_[name] = {slice, group_of(slice)};
  return true;
}

bool ServiceSlices::observe_removal(std::string_view name) {
  const auto found = slices_.find(name);
  if (found == slices_.end()) return false;
  forget_places(found->second.object);
  slices_.erase(found);
  return true;
}

// A Pod may have found another place already.
void ServiceSlices::forget_places(const doc::Value& slice) {
  for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
    const auto place = places_.find({std::string{family_of(slice)}, std::string{pod_of(endpoint)}});
    if (place != places_.end() && place->second == api::name(slice)) places_.erase(place);
  }
}

std::set<std::string> ServiceSlices::take_touched() {
  std::set<std::string> touched = std::exchange(touched_, {});
  if (!std::exchange(all_touched_, false)) return touched;
  for (const auto& [place, slice] : places_) touched.insert(place.second);
  return touched;
}

void ServiceSlices::want(const std::string& family, const std::string& pod_name,
                         std::optional<WantedEndpoint> wanted) {
  const auto place = places_.find({family, pod_name});
  if (!wanted) {
    if (place != places_.end()) edits_[place->second][pod_name] = {};
    return;
  }
  GroupKey key{family, doc::to_json(wanted->ports)};
  if (place != places_.end()) {
    if (slices_.at(place->second).group == key) {
      edits_[place->second][pod_name] = {std::move(wanted->endpoint)};
      return;
    }
    edits_[place->second][pod_name] = {};
  }
  Group& group = groups_[std::move(key)];
  group.ports = std::move(wanted->ports);
  group.additions.push_back(std::move(wanted->endpoint));
}

SlicePlan ServiceSlices::plan(const api::Service& service, const std::set<std::string>& families,
                              const std::optional<sim::Time>& trigger, std::size_t max_endpoints) {
  for (const auto& [name, slice] : slices_) groups_.try_emplace(slice.group);
  SlicePlan plan;
  for (auto& [key, group] : groups_) {
    if (!families.contains(key.first)) continue;
    std::vector<SliceDraft> drafts = drafts_of(key, service);
    pack_endpoints(drafts, std::move(group.additions), max_endpoints);
    add_group(plan, key, group, std::move(drafts), service, trigger);
  }
  for (const auto& [name, slice] : slices_) {
    if (!families.contains(slice.group.first)) plan.remove.push_back(name);
  }
  for (const std::string& family : families) add_placeholder(plan, family, service, trigger);
  recycle(plan);
  groups_.clear();
  edits_.clear();
  return plan;
}

std::vector<SliceDraft> ServiceSlices::drafts_of(const GroupKey& key, const api::Service& service) {
  const doc::Value labels = slice_labels(service);
  std::vector<SliceDraft> drafts;
  for (auto& [name, slice] : slices_) {
    if (slice.group != key) continue;
    SliceDraft& added = drafts.emplace_back(draft(name, slice));
    added.changed = added.changed || !(api::labels(slice.object) == labels) ||
                    !api::is_controlled_by(slice.object, service.uid());
  }
  return drafts;
}

// The slice with its edits. An endpoint of nobody, or a second one of the same Pod, has no place
// here and goes.
SliceDraft ServiceSlices::draft(const std::string& name, Slice& slice) {
  const doc::Value& present = slice.object["endpoints"_key];
  const auto found = edits_.find(name);
  if (found == edits_.end() && slice.checked) {
    return {.name = name, .endpoints = present, .changed = false};
  }
  const std::map<std::string, Edit> edits =
      found != edits_.end() ? std::move(found->second) : std::map<std::string, Edit>{};
  SliceDraft result{.name = name};
  std::vector<doc::Value> endpoints;
  endpoints.reserve(present.size());
  for (const doc::Value& endpoint : present.items()) {
    const std::string pod{pod_of(endpoint)};
    const auto place = places_.find({slice.group.first, pod});
    const bool is_placed = place != places_.end() && place->second == name;
    const auto edit = edits.find(pod);
    const doc::Value& wanted = edit != edits.end() ? edit->second.endpoint : endpoint;
    if (!is_placed || wanted.is_null()) {
      result.changed = true;
      continue;
    }
    result.changed = result.changed || !(wanted == endpoint);
    endpoints.push_back(wanted);
  }
  slice.checked = !result.changed;
  result.endpoints = doc::Value::array(std::move(endpoints));
  return result;
}

doc::Value ServiceSlices::make_slice(const api::Service& service, const GroupKey& key,
                                     const doc::Value& ports,
                                     const std::optional<sim::Time>& trigger) const {
  doc::Value slice = doc::Value::object({
      {"metadata"_key,
       doc::Value::object(
           {{"generateName"_key, std::string{service.name()} + "-"},
            {"namespace"_key, service.namespace_name()},
            {"labels"_key, slice_labels(service)},
            {"ownerReferences"_key,
             doc::Value::array({api::new_controller_reference(service.value()).to_value()})}})},
      {"addressType"_key, key.first},
      {"ports"_key, ports.is_array() ? ports : doc::Value::array()},
      {"endpoints"_key, doc::Value::array()},
  });
  set_trigger_time(slice, trigger);
  return slice;
}

void ServiceSlices::add_group(SlicePlan& plan, const GroupKey& key, const Group& group,
                              std::vector<SliceDraft> drafts, const api::Service& service,
                              const std::optional<sim::Time>& trigger) const {
  for (SliceDraft& draft : drafts) {
    if (draft.name.empty()) {
      doc::Value slice = make_slice(service, key, group.ports, trigger);
      slice.set("endpoints"_key, std::move(draft.endpoints));
      plan.create.push_back(std::move(slice));
      continue;
    }
    // The one without endpoints is decided on when it is known whether there are others.
    if (draft.endpoints.size() == 0) {
      plan.remove.push_back(draft.name);
      continue;
    }
    if (!draft.changed) continue;
    doc::Value slice = slices_.at(draft.name).object;
    slice.set("endpoints"_key, std::move(draft.endpoints));
    doc::Value& metadata = slice.edit("metadata"_key);
    metadata.set("labels"_key, slice_labels(service));
    metadata.set("ownerReferences"_key,
                 doc::Value::array({api::new_controller_reference(service.value()).to_value()}));
    set_trigger_time(slice, trigger);
    plan.update.push_back(std::move(slice));
  }
}

// A Service always has at least one slice of each family, if need be without endpoints and ports.
void ServiceSlices::add_placeholder(SlicePlan& plan, const std::string& family,
                                    const api::Service& service,
                                    const std::optional<sim::Time>& trigger) const {
  const auto is_family = [&](const doc::Value& slice) { return family_of(slice) == family; };
  if (std::ranges::any_of(plan.create, is_family)) return;
  const auto remains = [&](const auto& entry) {
    return entry.second.group.first == family &&
           std::ranges::find(plan.remove, entry.first) == plan.remove.end();
  };
  if (std::ranges::any_of(slices_, remains)) return;

  doc::Value placeholder = make_slice(service, {family, "[]"}, doc::Value::array(), trigger);
  const auto is_placeholder = [&](const std::string& name) {
    const doc::Value& slice = slices_.at(name).object;
    return is_family(slice) && slice["ports"_key].size() == 0 &&
           slice["endpoints"_key].size() == 0 && api::labels(slice) == api::labels(placeholder) &&
           api::is_controlled_by(slice, service.uid());
  };
  const auto kept = std::ranges::find_if(plan.remove, is_placeholder);
  if (kept != plan.remove.end()) {
    plan.remove.erase(kept);
  } else {
    plan.create.push_back(std::move(placeholder));
  }
}

// A slice to be made takes the place of one to be removed: one write instead of two, and the name
// stays.
void ServiceSlices::recycle(SlicePlan& plan) const {
  std::vector<doc::Value> create = std::exchange(plan.create, {});
  for (doc::Value& slice : create) {
    const auto unused = std::ranges::find_if(plan.remove, [&](const std::string& name) {
      return family_of(slices_.at(name).object) == family_of(slice);
    });
    if (unused == plan.remove.end()) {
      plan.create.push_back(std::move(slice));
      continue;
    }
    doc::Value recycled = slices_.at(*unused).object;
    for (const doc::KnownKeyIndex key : {"ports"_key, "endpoints"_key}) {
      recycled.set(key, slice[key]);
    }
    doc::Value& metadata = recycled.edit("metadata"_key);
    for (const doc::KnownKeyIndex key : {"labels"_key, "annotations"_key, "ownerReferences"_key}) {
      metadata.set(key, slice["metadata"_key][key]);
    }
    if (metadata["annotations"_key].is_null()) metadata.erase("annotations"_key);
    plan.update.push_back(std::move(recycled));
    plan.remove.erase(unused);
  }
}

}  // namespace rockpool::controllers
