// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpoints_plan.h"

#include <algorithm>
#include <vector>

#include "core/controllers/endpoint_pods.h"
#include "core/doc/json.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

template <typename Map>
doc::Value first_values(const Map& addresses, std::int64_t count) {
  std::vector<doc::Value> values;
  values.reserve(std::min(addresses.size(), static_cast<std::size_t>(count)));
  for (const auto& [key, address] : addresses) {
    if (static_cast<std::int64_t>(values.size()) == count) break;
    values.push_back(address);
  }
  return doc::Value::array_from(values);
}

// Divides the room among the subsets by their size, rounded up, for as long as there is some.
class Shares {
 public:
  Shares(std::int64_t room, std::int64_t total) : room_{room}, left_{room}, total_{total} {}
  std::int64_t take(std::size_t size) {
    const auto count = static_cast<std::int64_t>(size);
    const std::int64_t share =
        total_ <= room_ ? count : std::min((count * room_ + total_ - 1) / total_, left_);
    left_ -= share;
    return share;
  }

 private:
  std::int64_t room_;
  std::int64_t left_;
  std::int64_t total_;
};

}  // namespace

ServiceAddresses::AddressKey ServiceAddresses::key_of(const Member& member) {
  return {member.address["ip"_key].to_string(),
          member.address["targetRef"_key]["uid"_key].to_string()};
}

const std::string& ServiceAddresses::text_of(const doc::Value& ports) {
  if (ports_ != ports) {
    ports_ = ports;
    ports_text_ = doc::to_json(ports);
  }
  return ports_text_;
}

void ServiceAddresses::set(const std::string& pod_name, std::optional<Member> member) {
  const auto present = members_.find(pod_name);
  if (present != members_.end()) {
    if (member && *member == present->second) return;
    const auto subset = subsets_.find(text_of(present->second.ports));
    const AddressKey key = key_of(present->second);
    (present->second.ready ? subset->second.ready : subset->second.not_ready).erase(key);
    if (subset->second.ready.empty() && subset->second.not_ready.empty()) subsets_.erase(subset);
    members_.erase(present);
  }
  if (!member) return;
  Subset& subset = subsets_[text_of(member->ports)];
  subset.ports = member->ports;
  (member->ready ? subset.ready : subset.not_ready)[key_of(*member)] = member->address;
  members_[pod_name] = std::move(*member);
}

void ServiceAddresses::clear() {
  members_.clear();
  subsets_.clear();
}

std::vector<std::string> ServiceAddresses::pod_names() const {
  std::vector<std::string> names;
  names.reserve(members_.size());
  for (const auto& [name, member] : members_) names.push_back(name);
  return names;
}

std::int64_t ServiceAddresses::count(bool ready) const {
  std::int64_t sum = 0;
  for (const auto& [key, subset] : subsets_) {
    sum += static_cast<std::int64_t>(ready ? subset.ready.size() : subset.not_ready.size());
  }
  return sum;
}

bool ServiceAddresses::is_over_capacity() const {
  return static_cast<std::int64_t>(members_.size()) > kEndpointsCapacity;
}

doc::Value ServiceAddresses::subsets() const {
  const std::int64_t ready = count(true);
  // Ready addresses come first; what is left of the capacity goes to the others.
  Shares ready_shares{kEndpointsCapacity, ready};
  Shares other_shares{std::max<std::int64_t>(kEndpointsCapacity - ready, 0), count(false)};
  std::vector<doc::Value> subsets;
  for (const auto& [key, subset] : subsets_) {
    doc::Value value = doc::Value::object();
    doc::Value addresses = first_values(subset.ready, ready_shares.take(subset.ready.size()));
    doc::Value others = first_values(subset.not_ready, other_shares.take(subset.not_ready.size()));
    if (addresses.size() == 0 && others.size() == 0) continue;
    if (addresses.size() != 0) value.set("addresses"_key, std::move(addresses));
    if (others.size() != 0) value.set("notReadyAddresses"_key, std::move(others));
    if (subset.ports.size() != 0) value.set("ports"_key, subset.ports);
    subsets.push_back(std::move(value));
  }
  return subsets.empty() ? doc::Value{} : doc::Value::array(std::move(subsets));
}

std::optional<ServiceAddresses::Member> endpoints_member(const api::Service& service,
                                                         const api::Pod& pod) {
  const bool include_not_ready = service.publish_not_ready_addresses();
  if (!belongs_in_endpoints(pod, include_not_ready)) return std::nullopt;
  const std::string family = ip_families(service).front();
  const std::string_view ip = pod_ip(pod, family);
  if (ip.empty()) return std::nullopt;

  std::vector<doc::Value> ports;
  for (const api::ServicePort port : service.ports()) {
    if (auto found = endpoint_port(port, pod, false)) ports.push_back(std::move(*found));
  }
  const bool needs_no_port = service.ports().empty() && service.is_headless();
  if (ports.empty() && !needs_no_port) return std::nullopt;

  doc::Value address =
      doc::Value::object({{"ip"_key, ip},
                          {"nodeName"_key, pod.value()["spec"_key]["nodeName"_key]},
                          {"targetRef"_key, reference_to(pod)}});
  if (pod.node_name().empty()) address.erase("nodeName"_key);
  if (has_hostname_in(pod, service)) address.set("hostname"_key, pod.spec().hostname());
  return ServiceAddresses::Member{.ports = doc::Value::array(std::move(ports)),
                                  .address = std::move(address),
                                  .ready = include_not_ready || pod.is_ready()};
}

}  // namespace rockpool::controllers
