// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_slices.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/doc/json.h"
#include "core/doc/list_change.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

std::string_view pod_of(const doc::Value& endpoint) {
  return endpoint["targetRef"_key]["name"_key].as_string();
}

std::string_view family_of(const doc::Value& slice) {
  return slice["addressType"_key].as_string();
}

// True if the Pod's place is in that slice.
template <typename Places>
bool is_in(const Places& places, std::string_view pod, std::string_view slice) {
  const auto place = places.find(pod);
  return place != places.end() && place->second == slice;
}

}  // namespace

ServiceSlices::GroupKey ServiceSlices::group_of(const doc::Value& slice) {
  const doc::Value& ports = slice["ports"_key];
  return {std::string{family_of(slice)}, ports.is_array() ? doc::to_json(ports) : "[]"};
}

const std::string& ServiceSlices::text_of(const doc::Value& ports) {
  if (ports_ != ports) {
    ports_ = ports;
    ports_text_ = doc::to_json(ports);
  }
  return ports_text_;
}

ServiceSlices::Places& ServiceSlices::places_of(std::string_view family) {
  const auto found = places_.find(family);
  return found != places_.end() ? found->second : places_[std::string{family}];
}

bool ServiceSlices::observe(const doc::Value& slice) {
  const std::string_view name = api::name(slice);
  const auto found = slices_.find(name);
  if (found == slices_.end()) {
    move_places({}, slice, std::string{name});
    slices_[std::string{name}] = {slice, group_of(slice), {}};
    return true;
  }
  Slice& known = found->second;
  if (api::resource_version(slice) <= api::resource_version(known.object)) return false;
  move_places(known.object, slice, found->first);
  if (!known.object["ports"_key].identical(slice["ports"_key])) known.group = group_of(slice);
  known.object = slice;
  return true;
}

bool ServiceSlices::observe_removal(std::string_view name) {
  const auto found = slices_.find(name);
  if (found == slices_.end()) return false;
  move_places(found->second.object, {}, found->first);
  slices_.erase(found);
  return true;
}

// Takes note of which Pods have left the slice and which have come. The family of a slice never
// changes.
void ServiceSlices::move_places(const doc::Value& before, const doc::Value& after,
                                const std::string& name) {
  Places& places = places_of(family_of(after.is_null() ? before : after));
  const doc::Value& old_endpoints = before["endpoints"_key];
  const doc::Value& endpoints = after["endpoints"_key];
  const doc::ListChange change = doc::compare_lists(old_endpoints.items(), endpoints.items());
  for (const std::size_t index : change.removed) {
    const auto place = places.find(pod_of(old_endpoints.at(index)));
    // The Pod may have found another place already.
    if (place != places.end() && place->second == name) places.erase(place);
  }
  for (const std::size_t index : change.added) {
    const std::string_view pod = pod_of(endpoints.at(index));
    if (!pod.empty()) places.insert_or_assign(std::string{pod}, name);
  }
}

std::set<std::string> ServiceSlices::take_touched() {
  std::set<std::string> touched = std::exchange(touched_, {});
  if (!std::exchange(all_touched_, false)) return touched;
  for (const auto& [family, places] : places_) {
    for (const auto& [pod, slice] : places) touched.insert(pod);
  }
  return touched;
}

void ServiceSlices::want(const std::string& family, const std::string& pod_name,
                         std::optional<WantedEndpoint> wanted) {
  const Places& places = places_of(family);
  const auto place = places.find(pod_name);
  if (!wanted) {
    if (place != places.end()) edits_[place->second][pod_name] = {};
    return;
  }
  GroupKey key{family, text_of(wanted->ports)};
  if (place != places.end()) {
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

// The slice with its edits. An endpoint of nobody, or of a Pod that has its place elsewhere, goes.
SliceDraft ServiceSlices::draft(const std::string& name, Slice& slice) {
  const doc::Value& present = slice.object["endpoints"_key];
  const bool all_placed = slice.planned.identical(present);
  const auto found = edits_.find(name);
  if (found == edits_.end() && all_placed) {
    return {.name = name, .endpoints = present, .changed = false};
  }
  const Edits edits = found != edits_.end() ? std::move(found->second) : Edits{};
  const Places& places = places_of(slice.group.first);
  SliceDraft result{.name = name};
  std::vector<doc::Value> endpoints;
  endpoints.reserve(present.size());
  for (const doc::Value& endpoint : present.items()) {
    const std::string_view pod = pod_of(endpoint);
    const auto edit = edits.find(pod);
    const doc::Value& wanted = edit != edits.end() ? edit->second.endpoint : endpoint;
    if (wanted.is_null() || !(all_placed || is_in(places, pod, name))) {
      result.changed = true;
      continue;
    }
    // An equal one stays itself.
    doc::Value next = wanted;
    if (keeps_hints_ && !endpoint["hints"_key].is_null()) {
      next.set("hints"_key, endpoint["hints"_key]);
    }
    const bool same = next == endpoint;
    result.changed = result.changed || !same;
    endpoints.push_back(same ? endpoint : std::move(next));
  }
  if (result.changed) {
    result.endpoints = doc::Value::array_from(endpoints);
  } else {
    slice.planned = present;
    result.endpoints = present;
  }
  return result;
}

std::vector<doc::Value> ServiceSlices::unchanged(const SlicePlan& plan,
                                                 const std::string& family) const {
  std::vector<doc::Value> slices;
  for (const auto& [name, slice] : slices_) {
    const auto is_this = [&](const doc::Value& updated) { return api::name(updated) == name; };
    if (slice.group.first == family && std::ranges::none_of(plan.update, is_this) &&
        std::ranges::find(plan.remove, name) == plan.remove.end()) {
      slices.push_back(slice.object);
    }
  }
  return slices;
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
                              const std::optional<sim::Time>& trigger) {
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
    Slice& known = slices_.at(draft.name);
    known.planned = draft.endpoints;
    doc::Value slice = known.object;
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
