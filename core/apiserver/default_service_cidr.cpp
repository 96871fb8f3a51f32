// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/default_service_cidr.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/apiserver/cluster_ip_allocator.h"

namespace rockpool::apiserver {
namespace {

using namespace doc::literals;
using doc::Value;

constexpr std::string_view kErrorReason = "KubernetesDefaultServiceCIDRError";

// As Go prints a list of strings.
std::string list_text(const Value& texts) {
  std::string all;
  for (const Value& text : texts.items()) {
    if (!all.empty()) all += ' ';
    all += text.as_string();
  }
  return fmt::format("[{}]", all);
}

// The networks of the options as objects have them, without the bits beyond the prefix.
Value configured_cidrs(const ApiServer& server) {
  const sim::Random unused{0};
  const ClusterIpAllocator reader{server.options().service_cidr, unused, server.store()};
  std::vector<Value> cidrs;
  for (const api::Cidr& range : reader.configured()) {
    cidrs.emplace_back(api::Cidr{range.network(), range.prefix_length}.to_string());
  }
  return Value::array(std::move(cidrs));
}

const Value& ready_condition(const Value& service_cidr) {
  const Value& conditions = service_cidr["status"_key]["conditions"_key];
  for (std::size_t index = 0; index < conditions.size(); ++index) {
    const Value& condition = conditions.at(index);
    if (condition["type"_key].as_string() == "Ready") return condition;
  }
  return conditions.at(conditions.size());
}

std::optional<DefaultServiceCidrProblem> set_ready(ApiServer& server, Value service_cidr) {
  const Value condition =
      Value::object({{"type"_key, "Ready"},
                     {"status"_key, "True"},
                     {"lastTransitionTime"_key, api::time_value(server.loop().now())},
                     {"reason"_key, ""},
                     {"message"_key, "Kubernetes default Service CIDR is ready"}});
  Value wanted = service_cidr;
  wanted.edit("status"_key).set("conditions"_key, Value::array({condition}));
  if (server.update_status(api::ResourceId::servicecidrs, std::move(wanted))) return std::nullopt;
  return DefaultServiceCidrProblem{std::move(service_cidr), std::string{kErrorReason},
                                   "The default ServiceCIDR Status can not be set to Ready=True"};
}

std::optional<DefaultServiceCidrProblem> sync_status(ApiServer& server, Value service_cidr,
                                                     const Value& cidrs) {
  if (api::is_being_deleted(service_cidr)) return std::nullopt;
  const Value& own = service_cidr["spec"_key]["cidrs"_key];
  if (own != cidrs) {
    return DefaultServiceCidrProblem{
        service_cidr, "KubernetesDefaultServiceCIDRInconsistent",
        fmt::format("The default ServiceCIDR {} does not match the controller flag configurations "
                    "{}",
                    list_text(own), list_text(cidrs))};
  }
  const Value& condition = ready_condition(service_cidr);
  const std::string_view status = condition["status"_key].as_string();
  if (status == "True") return std::nullopt;
  if (status == "False") {
    return DefaultServiceCidrProblem{
        service_cidr, condition["reason"_key].to_string(),
        fmt::format("Configuration matches, but {}", condition["message"_key].as_string())};
  }
  return set_ready(server, std::move(service_cidr));
}

// From one family to both.
std::optional<DefaultServiceCidrProblem> add_second(ApiServer& server, const Value& service_cidr,
                                                    const Value& cidrs) {
  Value wanted = service_cidr;
  wanted.edit("spec"_key).set("cidrs"_key, cidrs);
  const auto updated = server.update(api::ResourceId::servicecidrs, std::move(wanted));
  if (updated) return std::nullopt;
  return DefaultServiceCidrProblem{
      service_cidr, std::string{kErrorReason},
      fmt::format("The default ServiceCIDR can not be upgraded from {} to dual stack {} : {}",
                  cidrs.at(0).as_string(), list_text(cidrs), updated.error().message)};
}

}  // namespace

std::optional<DefaultServiceCidrProblem> sync_default_service_cidr(ApiServer& server) {
  const Value cidrs = configured_cidrs(server);
  if (auto present = server.get(api::ResourceId::servicecidrs, {}, kDefaultServiceCidr)) {
    const Value& own = (*present)["spec"_key]["cidrs"_key];
    if (cidrs.size() == 2 && own.size() == 1 && own.at(0) == cidrs.at(0)) {
      return add_second(server, *present, cidrs);
    }
    return sync_status(server, std::move(*present), cidrs);
  }
  auto created = server.create(
      api::ResourceId::servicecidrs, {},
      Value::object({{"metadata"_key, Value::object({{"name"_key, kDefaultServiceCidr}})},
                     {"spec"_key, Value::object({{"cidrs"_key, cidrs}})}}));
  // Somebody to be told of it is what fails to come into being.
  if (!created) return std::nullopt;
  return sync_status(server, std::move(*created), cidrs);
}

}  // namespace rockpool::apiserver
