// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/why/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "core/api/object.h"
#include "core/cluster/why/inquiry.h"
#include "core/doc/ascii.h"

namespace rockpool::cluster {

namespace {

// Schemes of a URL for anything that is sent to a port.
struct PortScheme {
  std::string_view name;
  net::Protocol protocol;
};
constexpr PortScheme kPortSchemes[] = {
    {"tcp", net::Protocol::tcp}, {"udp", net::Protocol::udp}, {"sctp", net::Protocol::sctp}};

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
    "wrong_protocol",
    "scaled_to_zero",
    "pods_not_made",
    "no_load_balancer",
    "not_routed",
};
static_assert(std::size(kCauseNames) == static_cast<std::size_t>(Cause::not_routed) + 1);

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

std::expected<WhyTarget, std::string> WhyTarget::parse(std::string_view text) {
  WhyTarget target;
  const std::size_t end = text.find("://");
  const std::string scheme = doc::to_lower(text.substr(0, end));
  const auto protocol = std::ranges::find(kPortSchemes, scheme, &PortScheme::name);
  const bool is_plain =
      end == std::string_view::npos || (scheme != "dns" && protocol == std::end(kPortSchemes));
  std::string_view rest = text;
  if (!is_plain) {
    rest.remove_prefix(end + 3);
    target.is_lookup = scheme == "dns";
    if (!target.is_lookup) target.protocol = protocol->protocol;
  }
  auto url = net::Url::parse(is_plain ? std::string{text} : fmt::format("http://{}", rest));
  if (!url) return std::unexpected{std::move(url.error())};
  target.url = *std::move(url);
  target.host_header = target.url.host;
  if (is_plain) return target;
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && colon + 1 < authority.size() &&
                        (authority.front() != '[' || authority[colon - 1] == ']');
  if (has_port == target.is_lookup) {
    return std::unexpected{
        has_port ? fmt::format("a name that is looked up has no port: dns://{}", target.url.host)
                 : fmt::format("{} needs a port: {}://{}:53", scheme, scheme, target.url.host)};
  }
  return target;
}

Explanation explain(const WhySources& sources, const net::Host& client, const WhyTarget& target) {
  return Inquiry{sources, client, target}.run();
}

Explanation Inquiry::run() {
  const bool is_well = walk();
  // Several ways may end at the same server.
  std::vector<Finding>& findings = explanation_.findings;
  for (std::size_t at = 1; at < findings.size();) {
    const auto here = findings.begin() + static_cast<std::ptrdiff_t>(at);
    const bool is_told =
        here->is_well && std::any_of(findings.begin(), here,
                                     [&](const Finding& one) { return one.text == here->text; });
    if (is_told) {
      findings.erase(here);
    } else {
      ++at;
    }
  }
  if (is_well) {
    explanation_.summary = is_lookup_ ? "Nothing is wrong: the name is found."
                                      : "Nothing is wrong on the way: the request should be "
                                        "answered.";
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
  const bool is_name = !net::IpAddress::parse(host_).has_value();
  if (const auto ingress = is_name ? find_ingress(host_) : std::nullopt) {
    note(fmt::format("{} is a host of the Ingress {}.", host_, api::key_of(*ingress).to_string()));
    if (!ask_controller(*ingress)) return false;
  }
  const auto destination = find_destination();
  if (!destination) return false;
  if (is_lookup_) {
    // Of headless Services DNS knows nothing but their endpoints.
    const bool is_headless =
        destination->service && api::Service{*destination->service}.is_headless();
    return !is_headless || (choose_family(api::Service{*destination->service}, *destination) &&
                            ask_endpoints(api::Service{*destination->service}, {}));
  }
  const auto& address = destination->address;
  if (address && !address->is_loopback() && client_.address_of(address->family()) == nullptr) {
    return blame(Cause::no_common_family,
                 fmt::format("{} is an {} address, of which family the client has none.",
                             address->to_string(), net::family_name(address->family())),
                 "Ask at an address of the client's own family, or by a name.");
  }
  if (destination->service) return ask_service(*destination->service, *destination);
  return !address || ask_address(*address);
}

std::string Inquiry::port_text(std::uint16_t port) const {
  if (protocol_ == net::Protocol::tcp) return fmt::format("port {}", port);
  return fmt::format("{} port {}", net::protocol_name(protocol_), port);
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
  is_headless_ = service.is_headless();
  is_by_rules_ = !is_headless_;
  const bool is_node_port = !destination.is_cluster_ip && destination.address &&
                            sources_.network.find_node(*destination.address) != nullptr;
  const auto port = find_port(service, is_node_port);
  if (!port) return false;
  if (!ask_endpoints(service, port->name())) return false;
  if (!ask_proxy(service, *port, destination)) return false;
  if (protocol_ != net::Protocol::tcp || !is_ingress_controller(service)) return true;
  const bool is_address = net::IpAddress::parse(host_header_).has_value();
  return ask_rule(is_address ? std::string{} : host_header_);
}

bool Inquiry::ask_address(const net::IpAddress& address) {
  const net::Host* const owner =
      address.is_loopback() ? &client_ : sources_.network.find_host(address);
  if (owner == nullptr) {
    if (node_of_range(address) != nullptr)
      return ask_server({address, port_}, "a Pod that is gone");
    return blame(Cause::no_such_address,
                 fmt::format("No Pod, node or Service has the address {}.", address.to_string()),
                 "Pods get a new address whenever they are replaced: ask for the name of a Service "
                 "instead.");
  }
  note(address.is_loopback() ? fmt::format("{} is the client itself.", address.to_string())
       : owner->kind() == net::HostKind::external
           ? fmt::format("{} is the address of {}, outside the cluster.", address.to_string(),
                         owner->name())
           : fmt::format("{} is the address of the {} {}.", address.to_string(),
                         owner->kind() == net::HostKind::pod ? "Pod" : "node", owner->name()));
  if (address.is_loopback()) {
    if (owner->is_listening(port_, protocol_)) return true;
    return blame_silence(*owner, {address, port_}, owner->name());
  }
  if (!client_.has_pod_routes() && owner->kind() == net::HostKind::pod) {
    return blame(Cause::not_known_outside,
                 fmt::format("The client is outside the cluster, from where {} cannot be reached: "
                             "addresses of Pods are known inside only.",
                             address.to_string()),
                 "Expose the Pod by a Service of type NodePort or LoadBalancer.");
  }
  return ask_server({address, port_}, owner->name());
}

}  // namespace rockpool::cluster
