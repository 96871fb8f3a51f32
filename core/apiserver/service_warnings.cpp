// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/service_warnings.h"

#include <fmt/format.h>

#include <string_view>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/doc/path.h"

namespace rockpool::apiserver {
namespace {

using namespace doc::literals;
using doc::Value;

constexpr std::string_view kTopologyAwareHints = "service.kubernetes.io/topology-aware-hints";
constexpr std::string_view kTopologyMode = "service.kubernetes.io/topology-mode";

// utilvalidation.GetWarningsForIP.
void warn_of_ip(const std::string& path, const Value& value, std::vector<std::string>& warnings) {
  const auto address = api::parse_ip(value.as_string());
  if (!address || address->to_string() == value.as_string()) return;
  if (address->family == api::IpFamily::ipv4) {
    warnings.push_back(
        fmt::format("{}: non-standard IP address \"{}\" will be considered invalid "
                    "in a future Kubernetes release: use \"{}\"",
                    path, value.as_string(), address->to_string()));
  } else {
    warnings.push_back(
        fmt::format("{}: IPv6 address \"{}\" should be in RFC 5952 canonical format (\"{}\")", path,
                    value.as_string(), address->to_string()));
  }
}

// utilvalidation.GetWarningsForCIDR.
void warn_of_cidr(const std::string& path, const Value& value, std::vector<std::string>& warnings) {
  const auto cidr = api::parse_cidr(value.as_string());
  if (!cidr) return;
  const bool is_ipv4 = cidr->address.family == api::IpFamily::ipv4;
  const std::string network = api::Cidr{cidr->network(), cidr->prefix_length}.to_string();
  const bool is_ambiguous = cidr->address != cidr->network();
  if (is_ambiguous) {
    warnings.push_back(fmt::format(
        "{}: CIDR value \"{}\" is ambiguous in this context (should be "
        "\"{}\" or \"{}/{}\"?)",
        path, value.as_string(), network, cidr->address.to_string(), is_ipv4 ? 32 : 128));
  }
  if (cidr->to_string() == value.as_string()) return;
  if (is_ipv4) {
    warnings.push_back(
        fmt::format("{}: non-standard CIDR value \"{}\" will be considered invalid "
                    "in a future Kubernetes release: use \"{}\"",
                    path, value.as_string(), network));
  } else if (!is_ambiguous) {
    warnings.push_back(
        fmt::format("{}: IPv6 CIDR value \"{}\" should be in RFC 5952 canonical format (\"{}\")",
                    path, value.as_string(), cidr->to_string()));
  }
}

template <typename Warn>
void warn_of_each(std::string_view list, const Value& values, Warn warn,
                  std::vector<std::string>& warnings) {
  for (std::size_t index = 0; index < values.size(); ++index) {
    warn(fmt::format("spec.{}[{}]", list, index), values.at(index), warnings);
  }
}

}  // namespace

void add_service_warnings(const Value& service, std::vector<std::string>& warnings) {
  const Value& spec = service["spec"_key];
  if (api::annotations(service).contains(kTopologyAwareHints)) {
    warnings.push_back(fmt::format("annotation {} is deprecated, please use {} instead",
                                   kTopologyAwareHints, kTopologyMode));
  }
  if (const Value& ip = spec["clusterIP"_key]; !ip.is_empty() && ip.as_string() != "None") {
    warn_of_each("clusterIPs", spec["clusterIPs"_key], warn_of_ip, warnings);
  }
  warn_of_each("externalIPs", spec["externalIPs"_key], warn_of_ip, warnings);
  warn_of_ip("spec.loadBalancerIP", spec["loadBalancerIP"_key], warnings);
  warn_of_each("loadBalancerSourceRanges", spec["loadBalancerSourceRanges"_key], warn_of_cidr,
               warnings);
  const bool is_external_name = spec["type"_key].as_string() == "ExternalName";
  if (is_external_name && spec["externalIPs"_key].size() != 0) {
    warnings.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
  }
  if (!is_external_name && !spec["externalName"_key].is_empty()) {
    warnings.emplace_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
}

}  // namespace rockpool::apiserver
