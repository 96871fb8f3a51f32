// SPDX-License-Identifier: Apache-2.0
#include "core/node/pod_sandbox.h"

#include <utility>

#include <fmt/format.h>

namespace rockpool::node {

using namespace doc::literals;

namespace {

// containerd's only runtime on the nodes.
constexpr std::string_view kRuntimeHandler = "runc";

}  // namespace

std::expected<void, std::string> PodSandbox::make(const api::Pod& pod) {
  if (std::string problem = find_problem(pod); !problem.empty()) {
    return std::unexpected{std::move(problem)};
  }
  if (pod.spec().host_network()) {
    host_ = net::Ref<net::Host>{&node_.machine.host()};
    own_resolver_ = std::make_shared<const net::dns::ResolverConfig>(
        make_resolver_config(pod, node_.options.dns, {}));
    return {};
  }
  if (const net::Cidr* const full = take_addresses()) {
    return std::unexpected{
        fmt::format("rpc error: code = Unknown desc = failed to setup network for sandbox: plugin "
                    "type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses "
                    "available in range set: {}",
                    full->to_string())};
  }
  host_ = node_.network.add_pod(node_.machine, pod.key().to_string(), addresses_);
  host_->set_resolver(make_resolver_config(pod, node_.options.dns, addresses_));
  return {};
}

// What is in the way whatever the network is like, or "".
std::string PodSandbox::find_problem(const api::Pod& pod) const {
  const doc::Value& class_name = pod.spec().value()["runtimeClassName"_key];
  if (!class_name.is_null()) {
    const doc::Value* runtime_class =
        node_.api.store().find(api::ResourceId::runtimeclasses, {}, class_name.as_string());
    if (runtime_class == nullptr) {
      return fmt::format("runtimeclass.node.k8s.io \"{}\" not found", class_name.as_string());
    }
    const std::string_view handler = (*runtime_class)["handler"_key].as_string();
    if (handler != kRuntimeHandler) {
      return fmt::format(
          "rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"{}\" "
          "is configured",
          handler);
    }
  }
  const std::string name = kernel_hostname(pod, node_.options.dns.domain);
  if (name.size() <= kMaxKernelHostname) return {};
  return fmt::format(
      "failed to construct FQDN from pod hostname and cluster domain, FQDN {} is too long ({} "
      "characters is the max, {} characters requested)",
      name, kMaxKernelHostname, name.size());
}

// Takes an address of each of the node's networks; if one has none left it is returned.
const net::Cidr* PodSandbox::take_addresses() {
  for (std::size_t i = 0; i < node_.addresses.size(); ++i) {
    const auto address = node_.addresses[i].take();
    if (!address) {
      release_addresses();
      return &node_.options.pod_cidrs[i];
    }
    addresses_.push_back(*address);
  }
  return nullptr;
}

void PodSandbox::release_addresses() {
  for (std::size_t i = 0; i < addresses_.size(); ++i) node_.addresses[i].release(addresses_[i]);
  addresses_.clear();
}

void PodSandbox::release() {
  if (!host_) return;
  forwarders_.clear();
  if (!addresses_.empty()) {
    node_.network.remove_host(*host_);
    release_addresses();
  }
  host_.reset();
}

std::vector<std::string> PodSandbox::ips() const {
  return addresses_.empty() ? node_.host_ips() : texts_of(addresses_);
}

std::shared_ptr<apiserver::Session> PodSandbox::forward_ports(const std::string& pod_uid) {
  std::erase_if(forwarders_, [](const auto& forwarder) { return forwarder->is_over(); });
  auto session = std::make_shared<apiserver::Session>(apiserver::Session::Kind::port_forward);
  forwarders_.push_back(std::make_unique<PortForwarder>(host_, pod_uid, session));
  return session;
}

}  // namespace rockpool::node
