// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice_mirroring_plan.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/controllers/endpointslice_plan.h"
#include "core/doc/json.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kTriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// The family, and the ports as text.
using GroupKey = std::pair<std::string, std::string>;

struct Group {
  doc::Value ports;
  std::vector<doc::Value> endpoints;
};

using Groups = std::map<GroupKey, Group>;

GroupKey key_of(std::string_view family, const doc::Value& ports) {
  return {std::string{family}, doc::to_json(ports)};
}

// An EndpointSlice's port has a name even where that of a subset has none.
doc::Value ports_of(const api::EndpointSubset& subset) {
  std::vector<doc::Value> ports;
  for (const api::EndpointPort port : subset.ports()) {
    doc::Value copy = doc::Value::object(
        {{"name"_key, port.name()}, {"port"_key, port.port()}, {"protocol"_key, port.protocol()}});
    if (!port.app_protocol().empty()) copy.set("appProtocol"_key, port.app_protocol());
    ports.push_back(std::move(copy));
  }
  return doc::Value::array(std::move(ports));
}

doc::Value endpoint_of(const doc::Value& address, bool ready) {
  doc::Value endpoint =
      doc::Value::object({{"addresses"_key, doc::Value::array({address["ip"_key]})},
                          {"conditions"_key, doc::Value::object({{"ready"_key, ready}})}});
  for (const doc::Key& field :
       {doc::Key{"hostname"_key}, doc::Key{"nodeName"_key}, doc::Key{"targetRef"_key}}) {
    if (const doc::Value* value = address.find(field)) endpoint.set(field, *value);
  }
  return endpoint;
}

void add_subset(Groups& groups, const api::EndpointSubset& subset, MirrorPlan& plan) {
  const doc::Value ports = ports_of(subset);
  std::int64_t total = 0;
  std::int64_t added = 0;
  const auto add_all = [&](const doc::Value& addresses, bool ready) {
    for (const doc::Value& address : addresses.items()) {
      ++total;
      if (added >= kMaxMirroredAddresses) continue;
      const auto ip = api::parse_ip(address["ip"_key].as_string());
      if (!ip) {
        ++plan.invalid_addresses;
        continue;
      }
      ++added;
      Group& group = groups[key_of(api::ip_family_name(ip->family), ports)];
      group.ports = ports;
      group.endpoints.push_back(endpoint_of(address, ready));
    }
  };
  add_all(subset.addresses(), true);
  add_all(subset.not_ready_addresses(), false);
  plan.skipped_addresses += total - added;
}

doc::Value make_mirror(const doc::Value& endpoints, const GroupKey& key, const Group& group) {
  doc::Value slice;
  doc::Value& metadata = slice.edit("metadata"_key);
  metadata.set("namespace"_key, api::namespace_of(endpoints));
  metadata.set("generateName"_key, std::string{api::name(endpoints)} + "-");
  doc::Value labels = api::labels(endpoints);
  labels.set(kServiceNameLabel, api::name(endpoints));
  labels.set(kSliceManagedByLabel, kMirrorManager);
  metadata.set("labels"_key, std::move(labels));
  doc::Value annotations = api::annotations(endpoints);
  annotations.erase(kTriggerTime);
  annotations.erase(kLastApplied);
  if (!annotations.is_empty()) metadata.set("annotations"_key, std::move(annotations));
  metadata.set("ownerReferences"_key,
               doc::Value::array({api::new_controller_reference(endpoints).to_value()}));
  slice.set("addressType"_key, key.first);
  slice.set("ports"_key, group.ports);
  slice.set("endpoints"_key, doc::Value::array(group.endpoints));
  return slice;
}

// The present slice as the mirror should be; empty if it already is that.
std::optional<doc::Value> corrected(const doc::Value& present, const doc::Value& wanted) {
  const doc::Value& metadata = wanted["metadata"_key];
  if (present["endpoints"_key] == wanted["endpoints"_key] &&
      api::labels(present) == metadata["labels"_key] &&
      api::annotations(present) == metadata["annotations"_key]) {
    return {};
  }
  doc::Value slice = present;
  slice.set("endpoints"_key, wanted["endpoints"_key]);
  slice.edit("metadata"_key).set("labels"_key, metadata["labels"_key]);
  slice.edit("metadata"_key).set("annotations"_key, metadata["annotations"_key]);
  return slice;
}

}  // namespace

MirrorPlan plan_mirror(const doc::Value& object, const std::vector<doc::Value>& present) {
  MirrorPlan plan;
  Groups groups;
  for (const api::EndpointSubset subset : api::Endpoints{object}.subsets()) {
    add_subset(groups, subset, plan);
  }
  for (const doc::Value& slice : present) {
    const GroupKey key = key_of(api::EndpointSlice{slice}.address_type(), slice["ports"_key]);
    const auto group = groups.find(key);
    if (group == groups.end()) {
      // Nothing is mirrored there any more, or another slice does it.
      plan.writes.remove.emplace_back(api::name(slice));
      continue;
    }
    auto changed = corrected(slice, make_mirror(object, key, group->second));
    if (changed) plan.writes.update.push_back(std::move(*changed));
    groups.erase(group);
  }
  for (const auto& [key, group] : groups) {
    plan.writes.create.push_back(make_mirror(object, key, group));
  }
  return plan;
}

}  // namespace rockpool::controllers
