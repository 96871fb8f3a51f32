// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/cluster/address_plan.h"
#include "core/net/address.h"

namespace rockpool {
namespace {

constexpr int kZones = 3;

net::ProxyOptions proxy_options(const ClusterOptions& options) {
  net::ProxyOptions result;
  result.propagation_delay = options.proxy_delay;
  result.propagation_spread = options.proxy_delay_spread;
  result.mode = options.proxy_mode;
  result.ipvs_scheduler = options.ipvs_scheduler;
  return result;
}

node::ClusterDns cluster_dns(const cluster::AddressPlan& plan) {
  node::ClusterDns dns;
  dns.address = plan.dns_address();
  dns.node_nameservers = {plan.gateway_addresses().front()};
  return dns;
}

node::KubeletOptions kubelet_options(const cluster::AddressPlan& plan, int number) {
  node::KubeletOptions options;
  options.pod_cidrs = plan.pod_cidrs(number);
  options.dns = cluster_dns(plan);
  const std::string zone = fmt::format("zone-{}", static_cast<char>('a' + number % kZones));
  options.labels = doc::Value::map(
      {{"topology.kubernetes.io/zone", zone}, {"topology.kubernetes.io/region", "rockpool"}});
  return options;
}

apiserver::Options api_options(const ClusterOptions& given) {
  apiserver::Options options;
  options.rbac = given.rbac;
  const cluster::AddressPlan plan{given};
  options.service_cidr = plan.service_ranges();
  options.advertise_address = plan.api_addresses().front().to_string();
  return options;
}

// Every resource is watched from the start, so that it makes no difference to the history when
// somebody first looks. No component reads Events, and there are more of them than of all else.
void open_informers(client::Informers& informers) {
  for (const api::Resource& resource : api::all_resources()) {
    if (resource.id == api::ResourceId::events) {
      informers.prepare(resource.id);
    } else {
      informers.of(resource.id);
    }
  }
}

}  // namespace

Cluster::Parts::Parts(const ClusterOptions& options)
    : history{.options = options, .inputs = {}},
      loop{options.start},
      random{options.seed},
      store{loop},
      api{loop, store, random.stream("apiserver"), api_options(options)},
      informers{store},
      network{loop, random.stream("network")},
      proxy{network, random.stream("proxy"), proxy_options(options)},
      policies{network,
               random.stream("policies"),
               {.propagation_delay = options.proxy_delay,
                .propagation_spread = options.proxy_delay_spread}},
      host_ports{network},
      load_balancers{network},
      fetches{loop, network, informers, cluster_dns(cluster::AddressPlan{options}),
              cluster::AddressPlan{options}.outside_addresses()},
      outside_world{loop, network, cluster::AddressPlan{options}.gateway_addresses()},
      dns_queries{loop, informers, fetches},
      api_proxy{loop, network, random.stream("apiserver-proxy"),
                cluster::AddressPlan{options}.api_addresses()},
      sessions{[this](doc::Value what) { return record("session", std::move(what)).has_value(); }} {
  network.set_observer(&observers);
  api.set_pod_log_source(&kubelets);
  api.set_pod_streams(&kubelets);
  api.set_metrics_source(&kubelets);
  api.set_node_server(&kubelets);
  api.set_proxy_transport(&api_proxy);
  open_informers(informers);
  proxy.follow(informers);
  policies.follow(informers);
  host_ports.follow(informers.of(api::ResourceId::pods));
  load_balancers.follow(informers);
}

Cluster::Parts::~Parts() {
  network.set_observer(nullptr);
}

void Cluster::Parts::add_nodes() {
  const int count = history.options.nodes;
  const cluster::AddressPlan plan{history.options};
  for (int number = 0; number < count; ++number) {
    const std::string name = fmt::format("node-{}", number + 1);
    const std::vector<net::IpAddress> addresses = plan.node_addresses(number);
    net::Node* machine = network.add_node(name, addresses);
    for (const net::IpAddress& address : addresses) fetches.learn_node(name, address);
    nodes.push_back(std::make_unique<node::Kubelet>(loop, api, informers, network, *machine,
                                                    random.stream("kubelet/" + name),
                                                    kubelet_options(plan, number)));
    kubelets.add(*nodes.back());
    nodes.back()->start();
  }
}

void Cluster::Parts::start_control_plane() {
  controllers::Options options;
  const cluster::AddressPlan plan{history.options};
  options.cluster_cidr = plan.pod_networks();
  options.node_cidr_mask_size = cluster::kPodMaskSizeIpv4;
  options.node_cidr_mask_size_ipv6 = cluster::kPodMaskSizeIpv6;
  options.load_balancer_cidr = plan.load_balancer_ranges();
  const controllers::Context context{loop, api, informers, random.stream("controllers"), options};
  for (const controllers::Registration& registration : controllers::all_controllers()) {
    controllers.push_back(registration.make(context));
    controllers.back()->start();
  }
  scheduler =
      std::make_unique<scheduler::Scheduler>(loop, api, informers, random.stream("scheduler"));
  scheduler->start();
}

api::Result<void> Cluster::Parts::record(std::string_view kind, doc::Value what) {
  if (keeps_inputs && history.inputs.size() >= cluster::kMaxInputs) {
    return std::unexpected{api::too_many_requests(
        fmt::format("a cluster takes at most {} inputs; start another from a snapshot",
                    cluster::kMaxInputs),
        0)};
  }
  loop.run_until(loop.now());
  ++input_count;
  if (keeps_inputs) {
    doc::Member input[] = {{doc::Key{kind}, std::move(what)}};
    history.inputs.push_back({loop.now(), doc::Value::object_from(input)});
  }
  return {};
}

}  // namespace rockpool
