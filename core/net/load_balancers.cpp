// SPDX-License-Identifier: Apache-2.0
#include "core/net/load_balancers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/api/views/node.h"
#include "core/api/views/service.h"
#include "core/net/client.h"
#include "core/net/proxy/health_server.h"

namespace rockpool::net {
namespace {

constexpr std::string_view kExclude = "node.kubernetes.io/exclude-from-external-load-balancers";

// Where the questions come from: the first addresses of the ranges from which the service
// controller takes those of load balancers.
constexpr std::array<std::string_view, 2> kOwnAddresses{"198.51.100.1", "2001:db8:198:51::1"};

std::vector<IpAddress> own_addresses() {
  std::vector<IpAddress> addresses;
  for (const std::string_view text : kOwnAddresses) addresses.push_back(*IpAddress::parse(text));
  return addresses;
}

// The node's address of that family, or nullptr.
const IpAddress* address_of(const Node& node, Family family) {
  for (const IpAddress& address : node.host().addresses()) {
    if (address.family() == family) return &address;
  }
  return nullptr;
}

// The same for all packets of a connection, and spread evenly over connections (SplitMix64).
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

LoadBalancers::LoadBalancers(Network& network, LoadBalancerOptions options)
    : network_{network}, options_{options} {
  network_.set_gateway(this);
}

LoadBalancers::~LoadBalancers() {
  if (network_.gateway() == this) network_.set_gateway(nullptr);
}

void LoadBalancers::follow(client::Informers& informers) {
  client::Informer& services = informers.of(api::ResourceId::services);
  client::Informer& nodes = informers.of(api::ResourceId::nodes);
  for (const auto& [key, object] : nodes.objects()) on_node(nullptr, &object);
  for (const auto& [key, object] : services.objects()) on_service(nullptr, &object);
  node_subscription_ = nodes.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_node(before, after); });
  service_subscription_ = services.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_service(before, after); });
}

void LoadBalancers::on_service(const doc::Value* before, const doc::Value* after) {
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  Balancer wanted;
  if (after != nullptr) {
    const api::Service service{*after};
    for (const doc::Value& ingress : service.load_balancer_ingress().items()) {
      const auto address = IpAddress::parse(ingress["ip"].as_string());
      if (address && ingress["ipMode"].as_string("VIP") == "VIP") {
        wanted.addresses.push_back(*address);
      }
    }
    const std::int64_t port = service.health_check_node_port();
    wanted.keeps_clients = service.has_client_ip_affinity();
    wanted.health_port = port != 0 ? static_cast<std::uint16_t>(port) : proxy::kHealthzPort;
  }
  const auto known = balancers_.find(key);
  if (known != balancers_.end()) {
    if (known->second == wanted) return;
    end(known->second);
    balancers_.erase(known);
  }
  if (wanted.addresses.empty()) return;
  begin(wanted);
  balancers_.emplace(key, std::move(wanted));
}

void LoadBalancers::begin(const Balancer& balancer) {
  for (const IpAddress& address : balancer.addresses) {
    ways_by_address_[address] = {balancer.health_port, balancer.keeps_clients};
    const Question question{balancer.health_port, address.family()};
    Checker& checker = checkers_[question];
    if (++checker.users > 1) continue;
    for (const auto& [node, is_included] : nodes_) {
      if (is_included) watch(question, checker, node);
    }
  }
}

void LoadBalancers::end(const Balancer& balancer) {
  for (const IpAddress& address : balancer.addresses) {
    ways_by_address_.erase(address);
    const auto checker = checkers_.find({balancer.health_port, address.family()});
    if (--checker->second.users == 0) checkers_.erase(checker);
  }
}

void LoadBalancers::on_node(const doc::Value* before, const doc::Value* after) {
  const std::string name{api::name(after != nullptr ? *after : *before)};
  const bool is_included = after != nullptr && !api::labels(*after).contains(kExclude);
  bool& known = nodes_[name];
  if (known != is_included) {
    known = is_included;
    for (auto& [question, checker] : checkers_) {
      if (is_included) {
        watch(question, checker, name);
      } else {
        checker.probes.erase(name);
        refresh(checker);
      }
    }
  }
  if (after == nullptr) nodes_.erase(name);
}

void LoadBalancers::watch(Question question, Checker& checker, const std::string& node) {
  checker.probes[node].process = sim::Process{network_.loop(), ask_forever(question, node)};
}

sim::Task<void> LoadBalancers::ask_forever(Question question, std::string name) {
  if (!host_) {
    host_ = network_.add_external(std::string{kCheckerName}, own_addresses());
  }
  for (;;) {
    const Node* const node = network_.find_node(name);
    const IpAddress* const address = node == nullptr ? nullptr : address_of(*node, question.second);
    bool is_good = false;
    if (address != nullptr && host_) {
      Url url;
      url.host = address->to_string();
      url.port = question.first;
      url.target = "/healthz";
      FetchOptions options;
      options.timeout = options_.timeout;
      sim::Task<FetchResult> asking = host_->fetch(std::move(url), {}, options);
      const FetchResult result = co_await asking;
      is_good = result.ok() && result.outcome->status == 200;
    }
    note(question, name, is_good);
    co_await sim::sleep(options_.period);
  }
}

void LoadBalancers::note(Question question, const std::string& node, bool is_good) {
  Checker& checker = checkers_.at(question);
  Probe& probe = checker.probes.at(node);
  probe.failures = is_good ? 0 : probe.failures + 1;
  const bool is_healthy = is_good || (probe.is_healthy && probe.failures < options_.failures);
  if (is_healthy == probe.is_healthy) return;
  probe.is_healthy = is_healthy;
  refresh(checker);
}

void LoadBalancers::refresh(Checker& checker) const {
  checker.healthy.clear();
  for (const auto& [name, probe] : checker.probes) {
    const Node* const node = probe.is_healthy ? network_.find_node(name) : nullptr;
    if (node != nullptr) checker.healthy.push_back(node->id());
  }
}

std::vector<std::string> LoadBalancers::healthy_nodes(const IpAddress& address) const {
  std::vector<std::string> names;
  const auto way = ways_by_address_.find(address);
  if (way == ways_by_address_.end()) return names;
  for (const auto& [name, probe] :
       checkers_.at({way->second.health_port, address.family()}).probes) {
    if (probe.is_healthy) names.push_back(name);
  }
  return names;
}

Node* LoadBalancers::next_hop(Protocol protocol, const SocketAddress& client,
                              const SocketAddress& destination) {
  const auto way = ways_by_address_.find(destination.ip);
  if (way == ways_by_address_.end()) return nullptr;
  const std::vector<NodeId>& healthy =
      checkers_.at({way->second.health_port, destination.ip.family()}).healthy;
  if (healthy.empty()) return nullptr;
  std::uint64_t hash = mix(client.ip.high() ^ mix(client.ip.low()));
  if (!way->second.keeps_clients) {
    hash = mix(hash ^ (std::uint64_t{client.port} << 32 | std::uint64_t{destination.port} << 8 |
                       static_cast<std::uint64_t>(protocol)));
  }
  return network_.node(healthy[static_cast<std::size_t>(hash % healthy.size())]);
}

}  // namespace rockpool::net
