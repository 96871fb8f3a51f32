// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/api/object.h"
#include "core/api/pod_condition.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {
namespace {

// Why a Pod cannot be assigned to a node; empty if it can (BindingREST.setPodHostAndAnnotations).
std::string why_not(const doc::Value& pod) {
  const std::string_view name = name_of(pod);
  if (api::is_being_deleted(pod)) {
    return fmt::format("pod {} is being deleted, cannot be assigned to a host", name);
  }
  const std::string_view node = pod["spec"_key]["nodeName"_key].as_string();
  if (!node.empty()) return fmt::format("pod {} is already assigned to node \"{}\"", name, node);
  if (pod["spec"_key]["schedulingGates"_key].size() != 0) {
    return fmt::format("pod {} has non-empty .spec.schedulingGates", name);
  }
  return {};
}

}  // namespace

api::Result<void> ApiServer::bind(std::string_view ns, std::string_view pod_name,
                                  std::string_view node, const Preconditions& preconditions,
                                  const WriteOptions& options) {
  const api::Resource& resource = api::resource(api::ResourceId::pods);
  auto pod = find_object(*state_, resource, ns, pod_name);
  if (!pod) return std::unexpected{std::move(pod.error())};
  const api::GroupResource binding{"", "pods/binding"};
  const doc::Value& metadata = metadata_of(*pod);
  const bool other_uid = preconditions.uid && *preconditions.uid != metadata["uid"_key].as_string();
  const bool other_version =
      preconditions.resource_version &&
      *preconditions.resource_version != metadata["resourceVersion"_key].as_string();
  if (other_uid || other_version) {
    return std::unexpected{api::conflict(binding, pod_name, api::kOptimisticLockMessage)};
  }
  if (const std::string why = why_not(*pod); !why.empty()) {
    return std::unexpected{api::conflict(binding, pod_name, why)};
  }
  if (options.dry_run) return {};
  pod->edit("spec"_key).set("nodeName"_key, node);
  api::set_pod_condition(*pod, {.type = "PodScheduled", .status = "True"}, state_->loop.now());
  auto written = state_->store.update(api::ResourceId::pods, std::move(*pod));
  if (!written) return std::unexpected{to_status(written.error(), resource, pod_name)};
  return {};
}

}  // namespace rockpool::apiserver
