// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"
#include "core/net/network.h"
#include "core/node/address_pool.h"
#include "core/node/back_off.h"
#include "core/node/image_puller.h"
#include "core/node/kubelet_log.h"
#include "core/node/node_disk.h"
#include "core/node/pod_status.h"
#include "core/node/resolver_config.h"
#include "core/node/status_manager.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"

namespace rockpool::node {

/// How a node is set up and how long its work takes.
struct KubeletOptions {
  /// What the machine has, as quantities.
  std::string cpu = "4";
  std::string memory = "16Gi";
  std::string ephemeral_storage = "100Gi";
  std::int64_t pods = 110;
  /// More labels for the Node, as an object of strings: zone, region, role.
  doc::Value labels;
  doc::Value taints;
  /// Where its Pods get their addresses, one of each; the primary family's first.
  std::vector<net::Cidr> pod_cidrs;
  ClusterDns dns;
  PullOptions pulls;

  /// How often the Lease is renewed, and what it promises (nodeLeaseDurationSeconds and a quarter
  /// of it).
  sim::Duration lease_renewal = std::chrono::seconds{10};
  std::int64_t lease_seconds = 40;
  /// How often an unchanged Node status is written (nodeStatusReportFrequency).
  sim::Duration node_status_report = std::chrono::minutes{5};
  /// How often the kubelet looks at the container runtime; what changes there is noticed then.
  sim::Duration relist_period = std::chrono::seconds{1};
  /// To make a sandbox with its network, at least and at most.
  sim::Duration sandbox_shortest = std::chrono::milliseconds{150};
  sim::Duration sandbox_longest = std::chrono::milliseconds{450};
  /// To create and start a container, at least and at most.
  sim::Duration container_shortest = std::chrono::milliseconds{40};
  sim::Duration container_longest = std::chrono::milliseconds{160};
  /// How long until a machine that was switched on runs its kubelet.
  sim::Duration boot_time = std::chrono::seconds{15};
};

/// The addresses' texts.
inline std::vector<std::string> texts_of(std::span<const net::IpAddress> addresses) {
  std::vector<std::string> texts;
  for (const net::IpAddress& address : addresses) texts.push_back(address.to_string());
  return texts;
}

/// What the parts of one node share.
struct NodeContext {
  NodeContext(sim::Loop& loop_, apiserver::ApiServer& api_, client::Informers& informers_,
              net::Network& network_, net::Node& machine_, sim::Random random_,
              KubeletOptions options_)
      : loop{loop_},
        api{api_},
        informers{informers_},
        network{network_},
        machine{machine_},
        random{random_},
        options{std::move(options_)},
        recorder{loop_, api_, "kubelet", machine_.name()},
        puller{loop_, random_.stream("images"), options.pulls},
        addresses(options.pod_cidrs.begin(), options.pod_cidrs.end()),
        status{loop_, api_},
        host_info{HostInfo::of(texts_of(machine_.host().addresses()))} {}

  sim::Loop& loop;
  apiserver::ApiServer& api;
  client::Informers& informers;
  net::Network& network;
  net::Node& machine;
  sim::Random random;
  KubeletOptions options;
  client::EventRecorder recorder;
  ImagePuller puller;
  /// One for each of the options' networks.
  std::vector<AddressPool> addresses;
  StatusManager status;
  HostInfo host_info;
  /// Set by the kubelet.
  NodeDisk disk;
  KubeletLog log;
  BackOff crash_back_off;
  BackOff pull_back_off;
  /// False while the control plane cannot be reached.
  bool connected = true;
  /// Tells the kubelet that a Pod's containers have changed: its worker is woken at the next
  /// relist.
  std::function<void(const std::string& pod_uid)> note_change;
  /// Tells the kubelet that it may forget a Pod, once the present event is over.
  std::function<void(const std::string& pod_uid)> note_finished;

  const std::string& node_name() const { return machine.name(); }
  /// The machine's addresses, the primary one first.
  std::vector<std::string> host_ips() const { return texts_of(machine.host().addresses()); }
  /// A random time between the two.
  sim::Duration between(sim::Duration shortest, sim::Duration longest) {
    const auto span = static_cast<std::uint64_t>((longest - shortest).count());
    return shortest + sim::Duration{static_cast<std::int64_t>(random.below(span + 1))};
  }
};

}  // namespace rockpool::node
