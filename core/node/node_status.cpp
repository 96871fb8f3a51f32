// SPDX-License-Identifier: Apache-2.0
#include "core/node/node_status.h"

#include <utility>

#include "core/api/quantity.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;

constexpr std::int64_t kKubeletPort = 10250;
// What the kubelet keeps for itself (evictionHard memory.available, nodefs.available).
constexpr std::int64_t kReservedMemory = 100 << 20;
constexpr std::int64_t kReservedStoragePercent = 10;

doc::Value resources(const KubeletOptions& options, bool allocatable) {
  api::Quantity memory = api::Quantity::parse(options.memory).value_or(api::Quantity{});
  api::Quantity storage = api::Quantity::parse(options.ephemeral_storage).value_or(api::Quantity{});
  if (allocatable) {
    memory -= api::Quantity::of(kReservedMemory, api::Quantity::Format::binary_si);
    storage -= api::Quantity::of(storage.value() / 100 * kReservedStoragePercent,
                                 api::Quantity::Format::binary_si);
  }
  return doc::Value::map({
      {"cpu", options.cpu},
      {"ephemeral-storage", storage.to_value()},
      {"hugepages-1Gi", "0"},
      {"hugepages-2Mi", "0"},
      {"memory", memory.to_value()},
      {"pods", std::to_string(options.pods)},
  });
}

doc::Value node_info(const MachineIdentity& identity) {
  return doc::Value::object({
      {"architecture"_key, "amd64"},
      {"bootID"_key, identity.boot_id},
      {"containerRuntimeVersion"_key, "containerd://2.0.5"},
      {"kernelVersion"_key, "6.1.0-34-amd64"},
      {"kubeProxyVersion"_key, ""},
      {"kubeletVersion"_key, apiserver::kKubernetesVersion},
      {"machineID"_key, identity.machine_id},
      {"operatingSystem"_key, "linux"},
      {"osImage"_key, "Debian GNU/Linux 12 (bookworm)"},
      {"systemUUID"_key, identity.system_uuid},
  });
}

doc::Value addresses(const NodeContext& context) {
  const auto address = [](std::string_view type, std::string_view text) {
    return doc::Value::object({{"address"_key, text}, {"type"_key, type}});
  };
  doc::Value all = doc::Value::array();
  for (const std::string& ip : context.host_ips()) all.push_back(address("InternalIP", ip));
  all.push_back(address("Hostname", context.node_name()));
  return all;
}

void set_conditions(doc::Value& node, const NodePressure& pressure, sim::Time now) {
  const auto set = [&](std::string_view type, std::string_view status, std::string_view reason,
                       std::string_view message) {
    api::Condition condition{
        .type = type, .status = status, .reason = reason, .message = message, .extra = {}};
    condition.extra.set("lastHeartbeatTime"_key, api::time_value(now));
    api::set_condition(node, condition, now);
  };
  if (pressure.memory) {
    set("MemoryPressure", "True", "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available");
  } else {
    set("MemoryPressure", "False", "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available");
  }
  if (pressure.disk) {
    set("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure");
  } else {
    set("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure");
  }
  set("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available");
  set("Ready", "True", "KubeletReady", "kubelet is posting ready status");
}

}  // namespace

doc::Value make_node(const NodeContext& context, const MachineIdentity& identity,
                     const NodePressure& pressure) {
  doc::Value node = doc::Value::object({{"apiVersion"_key, "v1"}, {"kind"_key, "Node"}});
  doc::Value& metadata = node.edit("metadata"_key);
  metadata.set("name"_key, context.node_name());
  doc::Value labels = doc::Value::map({
      {"beta.kubernetes.io/arch", "amd64"},
      {"beta.kubernetes.io/os", "linux"},
      {"kubernetes.io/arch", "amd64"},
      {"kubernetes.io/hostname", context.node_name()},
      {"kubernetes.io/os", "linux"},
  });
  for (const doc::Member& label : context.options.labels.members()) {
    labels.set(label.key, label.value);
  }
  metadata.set("labels"_key, std::move(labels));
  metadata.set(
      "annotations"_key,
      doc::Value::map({{"node.alpha.kubernetes.io/ttl", "0"},
                       {"volumes.kubernetes.io/controller-managed-attach-detach", "true"}}));
  doc::Value cidrs = doc::Value::array();
  for (const net::Cidr& cidr : context.options.pod_cidrs) cidrs.push_back(cidr.to_string());
  doc::Value spec = doc::Value::object({{"podCIDR"_key, doc::Value{cidrs.at(0)}}});
  spec.set("podCIDRs"_key, std::move(cidrs));
  if (context.options.taints.size() != 0) spec.set("taints"_key, context.options.taints);
  node.set("spec"_key, std::move(spec));
  return with_node_status(std::move(node), context, identity, pressure);
}

doc::Value with_node_status(doc::Value node, const NodeContext& context,
                            const MachineIdentity& identity, const NodePressure& pressure) {
  doc::Value& status = node.edit("status"_key);
  status.set("addresses"_key, addresses(context));
  status.set("capacity"_key, resources(context.options, false));
  status.set("allocatable"_key, resources(context.options, true));
  status.set("nodeInfo"_key, node_info(identity));
  doc::Value endpoint = doc::Value::object({{"Port"_key, kKubeletPort}});
  status.set("daemonEndpoints"_key, doc::Value::object({{"kubeletEndpoint"_key, endpoint}}));
  set_conditions(node, pressure, context.loop.now());
  return node;
}

doc::Value make_lease(const NodeContext& context, const doc::Value& node) {
  doc::Value lease =
      doc::Value::object({{"apiVersion"_key, "coordination.k8s.io/v1"}, {"kind"_key, "Lease"}});
  doc::Value& metadata = lease.edit("metadata"_key);
  metadata.set("name"_key, context.node_name());
  metadata.set("namespace"_key, "kube-node-lease");
  if (!node.is_null()) {
    const api::OwnerReference owner{.api_version = "v1",
                                    .kind = "Node",
                                    .name = context.node_name(),
                                    .uid = std::string{api::uid(node)}};
    metadata.set("ownerReferences"_key, doc::Value::array({owner.to_value()}));
  }
  lease.set("spec"_key, doc::Value::object({
                            {"holderIdentity"_key, context.node_name()},
                            {"leaseDurationSeconds"_key, context.options.lease_seconds},
                            {"renewTime"_key, api::micro_time_value(context.loop.now())},
                        }));
  return lease;
}

}  // namespace rockpool::node
