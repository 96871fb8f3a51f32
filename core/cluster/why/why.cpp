// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/why/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {

namespace {

// In the order of Cause.
constexpr std::string_view kCauseNames[] = {
    "none",
    "name_not_found",
    "name_of_other_namespace",
    "dns_is_down",
    "not_known_outside",
    "no_such_address",
    "no_common_family",
    "no_such_port",
    "no_such_node_port",
    "selects_nothing",
    "no_endpoints_written",
    "pods_not_running",
    "pods_not_ready",
    "no_such_target_port",
    "endpoints_lag",
    "proxy_lags",
    "not_proxied",
    "no_local_endpoint",
    "not_admitted",
    "no_healthy_node",
    "nobody_listens",
    "node_is_down",
    "network_is_cut",
    "taken_for_ready",
    "stopped_too_soon",
    "killed_too_soon",
    "policy_drops",
    "no_ingress_controller",
    "no_ingress_rule",
    "no_ingress_backend",
    "no_tls",
    "certificate_not_trusted",
    "certificate_for_other_name",
    "certificate_not_valid_now",
};
static_assert(std::size(kCauseNames) ==
              static_cast<std::size_t>(Cause::certificate_not_valid_now) + 1);

}  // namespace

std::string_view cause_name(Cause cause) {
  return kCauseNames[static_cast<std::size_t>(cause)];
}

bool is_cause_name(std::string_view name) {
  return std::ranges::find(kCauseNames, name) != std::end(kCauseNames);
}

std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

Explanation explain(const WhySources& sources, const net::Host& client, const net::Url& url) {
  return Inquiry{sources, client, url}.run();
}

Explanation Inquiry::run() {
  if (walk()) {
    explanation_.summary = "Nothing is wrong on the way: the request should be answered.";
  }
  return std::move(explanation_);
}

bool Inquiry::blame(Cause cause, std::string summary, std::string advice) {
  explanation_.cause = cause;
  explanation_.findings.push_back({false, summary});
  explanation_.summary = std::move(summary);
  explanation_.advice = std::move(advice);
  return false;
}

bool Inquiry::walk() {
  const net::Node* const home = client_.node();
  if (home != nullptr && !home->is_up()) {
    return blame(Cause::node_is_down, fmt::format("The client's node {} is off.", home->name()),
                 "Start the node.");
  }
  if (const auto is_well = ask_ingress()) return *is_well;
  const auto destination = find_destination();
  if (!destination) return false;
  const auto& address = destination->address;
  if (address && !address->is_loopback() && client_.address_of(address->family()) == nullptr) {
    return blame(Cause::no_common_family,
                 fmt::format("{} is an {} address, of which family the client has none.",
                             address->to_string(), net::family_name(address->family())),
                 "Ask at an address of the client's own family, or by a name.");
  }
  if (destination->service) return ask_service(*destination->service, *destination);
  // Otherwise the name leads out of the cluster, where nothing can be said.
  return !destination->address || ask_address(*destination->address);
}

// The family of the address that was asked for; of a name the first of the Service's that the
// client has too, IPv4 before IPv6 as resolvers ask for them.
bool Inquiry::choose_family(const api::Service& service, const Destination& destination) {
  std::vector<net::Family> offered;
  for (const net::Family family : {net::Family::ipv4, net::Family::ipv6}) {
    const bool is_offered = std::ranges::any_of(
        service.ip_families().items(),
        [&](const doc::Value& each) { return each.as_string() == net::family_name(family); });
    if (is_offered) offered.push_back(family);
  }
  if (offered.empty()) offered.push_back(net::Family::ipv4);
  const std::string had = net::families_text(offered);
  if (destination.address) {
    family_ = destination.address->family();
    if (std::ranges::find(offered, family_) != offered.end()) return true;
    return blame(Cause::no_common_family,
                 fmt::format("{} is an {} address, and the Service {} has only {}.",
                             destination.address->to_string(), net::family_name(family_),
                             service.name(), had),
                 fmt::format("Ask at an {} address, or give the Service both families: "
                             "ipFamilyPolicy: PreferDualStack.",
                             had));
  }
  for (const net::Family family : offered) {
    family_ = family;
    if (client_.address_of(family) != nullptr) return true;
  }
  return blame(Cause::no_common_family,
               fmt::format("The Service {} has only {}, of which the client has no address.",
                           service.name(), had),
               "Give the Service the client's family as well: ipFamilyPolicy: PreferDualStack.");
}

bool Inquiry::ask_service(const doc::Value& object, const Destination& destination) {
  const api::Service service{object};
  if (!choose_family(service, destination)) return false;
  const bool is_node_port = !destination.is_cluster_ip && destination.address &&
                            sources_.network.find_node(*destination.address) != nullptr;
  const auto port = find_port(service, is_node_port);
  if (!port) return false;
  if (!ask_endpoints(service, port->name())) return false;
  return ask_proxy(service, *port, destination);
}

bool Inquiry::ask_address(const net::IpAddress& address) {
  const net::Host* const owner = sources_.network.find_host(address);
  if (owner == nullptr) {
    return blame(Cause::no_such_address,
                 fmt::format("No Pod, node or Service has the address {}.", address.to_string()),
                 "Pods get a new address whenever they are replaced: ask for the name of a Service "
                 "instead.");
  }
  note(fmt::format("{} is the address of {} {}.", address.to_string(),
                   net::host_kind_name(owner->kind()), owner->name()));
  if (client_.kind() == net::HostKind::external && owner->kind() == net::HostKind::pod) {
    return blame(Cause::not_known_outside,
                 fmt::format("The client is outside the cluster, from where {} cannot be reached: "
                             "addresses of Pods are known inside only.",
                             address.to_string()),
                 "Expose the Pod by a Service of type NodePort or LoadBalancer.");
  }
  return ask_server({address, port_}, owner->name());
}

}  // namespace rockpool::cluster
