// SPDX-License-Identifier: Apache-2.0
#include "core/node/resolver_config.h"

#include <algorithm>
#include <charconv>

namespace rockpool::node {
namespace {

using namespace doc::literals;

constexpr std::size_t kMaxNameservers = 3;
constexpr std::size_t kMaxSearchDomains = 32;
constexpr std::size_t kMaxHostnameLength = 63;
constexpr int kClusterNdots = 5;

int number_or(std::string_view text, int fallback) {
  int number = fallback;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The last value given to a name counts.
void set_other_option(const std::string& name, const std::string& value,
                      net::dns::ResolverConfig& config) {
  std::erase_if(config.other_options, [&](const std::string& other) {
    return other == name || other.starts_with(name + ":");
  });
  config.other_options.push_back(value.empty() ? name : name + ":" + value);
}

void apply_options(const doc::Value& options, net::dns::ResolverConfig& config) {
  for (const doc::Value& option : options.items()) {
    const std::string name = option["name"_key].to_string();
    const std::string value = option["value"_key].to_string();
    if (name == "ndots") {
      config.ndots = number_or(value, config.ndots);
    } else if (name == "attempts") {
      config.attempts = number_or(value, config.attempts);
    } else if (name == "timeout") {
      config.timeout = std::chrono::seconds{number_or(value, 5)};
    } else {
      set_other_option(name, value, config);
    }
  }
}

// dnsConfig comes after what the policy gives; names already there are not repeated.
void apply_dns_config(const doc::Value& dns_config, net::dns::ResolverConfig& config) {
  for (const doc::Value& text : dns_config["nameservers"_key].items()) {
    const auto address = net::IpAddress::parse(text.as_string());
    if (address && std::ranges::find(config.nameservers, *address) == config.nameservers.end()) {
      config.nameservers.push_back(*address);
    }
  }
  for (const doc::Value& domain : dns_config["searches"_key].items()) {
    if (std::ranges::find(config.search, domain.as_string()) == config.search.end()) {
      config.search.emplace_back(domain.as_string());
    }
  }
  apply_options(dns_config["options"_key], config);
  if (config.nameservers.size() > kMaxNameservers) config.nameservers.resize(kMaxNameservers);
  if (config.search.size() > kMaxSearchDomains) config.search.resize(kMaxSearchDomains);
}

void add_hosts(const api::Pod& pod, std::string_view cluster_domain,
               std::span<const net::IpAddress> pod_ips, net::dns::ResolverConfig& config) {
  config.hosts.emplace_back("localhost", net::IpAddress::v4(127, 0, 0, 1));
  const api::PodSpec spec = pod.spec();
  if (!spec.host_network()) {
    const std::string domain_name = pod_domain_name(pod, cluster_domain);
    for (const net::IpAddress& ip : pod_ips) {
      if (!domain_name.empty()) config.hosts.emplace_back(domain_name, ip);
      config.hosts.emplace_back(pod_hostname(pod), ip);
    }
  }
  for (const doc::Value& alias : spec.host_aliases().items()) {
    const auto address = net::IpAddress::parse(alias["ip"_key].as_string());
    if (!address) continue;
    for (const doc::Value& name : alias["hostnames"_key].items()) {
      config.hosts.emplace_back(name.to_string(), *address);
    }
  }
}

}  // namespace

std::string pod_hostname(const api::Pod& pod) {
  const api::PodSpec spec = pod.spec();
  if (!spec.hostname().empty()) return std::string{spec.hostname()};
  std::string name{pod.name().substr(0, kMaxHostnameLength)};
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

std::string pod_domain_name(const api::Pod& pod, std::string_view cluster_domain) {
  const api::PodSpec spec = pod.spec();
  if (spec.subdomain().empty()) return {};
  std::string name = pod_hostname(pod);
  name.append(".").append(spec.subdomain()).append(".").append(pod.namespace_name());
  return name.append(".svc.").append(cluster_domain);
}

std::string kernel_hostname(const api::Pod& pod, std::string_view cluster_domain) {
  if (!pod.spec().set_hostname_as_fqdn()) return pod_hostname(pod);
  std::string whole = pod_domain_name(pod, cluster_domain);
  return whole.empty() ? pod_hostname(pod) : whole;
}

net::dns::ResolverConfig make_resolver_config(const api::Pod& pod, const ClusterDns& dns,
                                              std::span<const net::IpAddress> pod_ips) {
  net::dns::ResolverConfig config;
  const api::PodSpec spec = pod.spec();
  const std::string_view policy = spec.dns_policy();
  // On the host's network ClusterFirst falls back to the node's own configuration.
  const bool uses_cluster =
      policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !spec.host_network());
  if (uses_cluster) {
    config.nameservers = {dns.address};
    config.search = {std::string{pod.namespace_name()} + ".svc." + dns.domain, "svc." + dns.domain,
                     dns.domain};
    config.ndots = kClusterNdots;
  } else if (policy != "None") {
    config.nameservers = dns.node_nameservers;
  }
  apply_dns_config(spec.dns_config(), config);
  add_hosts(pod, dns.domain, pod_ips, config);
  return config;
}

}  // namespace rockpool::node
