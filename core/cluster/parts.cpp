// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/cluster/networks.h"
#include "core/net/address.h"

namespace rockpool {
namespace {

using cluster::kNodeNetwork;
using cluster::pod_network;

constexpr int kPodMaskSize = 24;
constexpr int kZones = 3;

net::ProxyOptions proxy_options(const ClusterOptions& options) {
  net::ProxyOptions result;
  result.propagation_delay = options.proxy_delay;
  result.propagation_spread = options.proxy_delay_spread;
  result.mode = options.proxy_mode;
  result.ipvs_scheduler = options.ipvs_scheduler;
  return result;
}

// The network of the Pods of the node of that number, counted from 0.
net::Cidr pod_cidr(int nodes, int number) {
  const net::Cidr whole = *net::Cidr::parse(pod_network(nodes));
  const auto first = whole.nth(static_cast<std::uint64_t>(number) << (32 - kPodMaskSize));
  return net::Cidr{*first, kPodMaskSize};
}

node::KubeletOptions kubelet_options(int nodes, int number) {
  node::KubeletOptions options;
  options.pod_cidr = pod_cidr(nodes, number);
  const std::string zone = fmt::format("zone-{}", static_cast<char>('a' + number % kZones));
  options.labels = doc::Value::map(
      {{"topology.kubernetes.io/zone", zone}, {"topology.kubernetes.io/region", "rockpool"}});
  return options;
}

apiserver::Options api_options(const ClusterOptions& cluster) {
  apiserver::Options options;
  options.rbac = cluster.rbac;
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
      fetches{loop, network, informers},
      dns_queries{loop, informers, fetches},
      api_proxy{loop, network, random.stream("apiserver-proxy"), api.options().advertise_address},
      sessions{[this](doc::Value what) { return record("session", std::move(what)).has_value(); }} {
  network.set_observer(&observers);
  api.set_pod_log_source(&kubelets);
  api.set_pod_streams(&kubelets);
  api.set_metrics_source(&kubelets);
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
  const net::Cidr addresses = *net::Cidr::parse(kNodeNetwork);
  for (int number = 0; number < count; ++number) {
    const std::string name = fmt::format("node-{}", number + 1);
    // .0 is the network, .1 its gateway.
    const net::IpAddress address = *addresses.nth(static_cast<std::uint64_t>(number) + 2);
    net::Node* machine = network.add_node(name, {address});
    fetches.learn_node(name, address);
    nodes.push_back(std::make_unique<node::Kubelet>(loop, api, informers, network, *machine,
                                                    random.stream("kubelet/" + name),
                                                    kubelet_options(count, number)));
    kubelets.add(*nodes.back());
    nodes.back()->start();
  }
}

void Cluster::Parts::start_control_plane() {
  controllers::Options options;
  options.cluster_cidr = pod_network(history.options.nodes);
  options.node_cidr_mask_size = kPodMaskSize;
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
    history.inputs.push_back({loop.now(), doc::Value::map({{kind, std::move(what)}})});
  }
  return {};
}

}  // namespace rockpool
