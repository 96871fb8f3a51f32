// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/volume_claims.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/node_affinity.h"
#include "core/api/object.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";
// Where claims named their class before they had a field for it.
constexpr std::string_view kClassAnnotation = "volume.beta.kubernetes.io/storage-class";

// The claim that a volume of the Pod uses; empty if it uses none.
std::string claim_name(const api::Pod& pod, const doc::Value& volume) {
  const doc::Value& claim = volume["persistentVolumeClaim"_key];
  if (!claim.is_null()) return claim["claimName"_key].to_string();
  if (volume["ephemeral"_key].is_null()) return {};
  return fmt::format("{}-{}", pod.name(), volume["name"_key].as_string());
}

bool is_bound(const doc::Value& claim) {
  return !claim["spec"_key]["volumeName"_key].as_string().empty() &&
         claim["metadata"_key]["annotations"_key].contains(kBindCompleted);
}

// True if the claim's class binds it only when a Pod uses it.
bool waits_for_pod(const doc::Value& claim, client::Informers& informers) {
  if (!claim["spec"_key]["volumeName"_key].as_string().empty()) return false;
  const doc::Value& annotation = claim["metadata"_key]["annotations"_key][kClassAnnotation];
  const std::string name =
      (annotation.is_null() ? claim["spec"_key]["storageClassName"_key] : annotation).to_string();
  if (name.empty()) return false;
  const doc::Value* storage_class =
      informers.of(api::ResourceId::storageclasses).find({std::string{}, name});
  return storage_class != nullptr &&
         (*storage_class)["volumeBindingMode"_key].as_string() == "WaitForFirstConsumer";
}

// Why the claim can never serve, whatever the nodes; empty if it may.
std::string problem_of(const doc::Value& claim) {
  if (claim["status"_key]["phase"_key].as_string() == "Lost") {
    return fmt::format("persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"",
                       api::name(claim), claim["spec"_key]["volumeName"_key].as_string());
  }
  if (!claim["metadata"_key]["deletionTimestamp"_key].is_null()) {
    return fmt::format("persistentvolumeclaim \"{}\" is being deleted", api::name(claim));
  }
  return {};
}

}  // namespace

bool VolumeClaims::has_claims(const api::Pod& pod) {
  const doc::Value& volumes = pod.spec().volumes();
  return std::ranges::any_of(volumes.items(), [](const doc::Value& volume) {
    return volume.contains("persistentVolumeClaim"_key) || volume.contains("ephemeral"_key);
  });
}

VolumeClaims::VolumeClaims(const api::Pod& pod, client::Informers& informers) {
  if (!has_claims(pod)) return;
  std::vector<doc::Value> claims;
  for (const doc::Value& volume : pod.spec().volumes().items()) {
    const std::string name = claim_name(pod, volume);
    if (name.empty()) continue;
    const doc::Value* claim = informers.of(api::ResourceId::persistentvolumeclaims)
                                  .find({std::string{pod.namespace_name()}, name});
    if (claim == nullptr) {
      hopeless_ = volume.contains("ephemeral"_key)
                      ? fmt::format(
                            "waiting for ephemeral volume controller to create the "
                            "persistentvolumeclaim \"{}\"",
                            name)
                      : fmt::format("persistentvolumeclaim \"{}\" not found", name);
      return;
    }
    hopeless_ = problem_of(*claim);
    if (!hopeless_.empty()) return;
    claims.push_back(*claim);
  }
  for (const doc::Value& claim : claims) add(claim, informers);
}

void VolumeClaims::add(const doc::Value& claim, client::Informers& informers) {
  if (!is_bound(claim)) {
    if (waits_for_pod(claim, informers)) {
      waits_for_volumes_ = true;
    } else {
      hopeless_ = "pod has unbound immediate PersistentVolumeClaims";
    }
    return;
  }
  const doc::Value* volume =
      informers.of(api::ResourceId::persistentvolumes)
          .find({std::string{}, claim["spec"_key]["volumeName"_key].to_string()});
  if (volume == nullptr) {
    lacks_volume_ = true;
    return;
  }
  const doc::Value& selector = (*volume)["spec"_key]["nodeAffinity"_key]["required"_key];
  if (!selector.is_null()) selectors_.push_back(selector);
}

std::string_view VolumeClaims::objection(const doc::Value& node) const {
  if (std::ranges::any_of(selectors_, [&node](const doc::Value& selector) {
        return !api::node_selector_matches(selector, node);
      })) {
    return "node(s) had volume node affinity conflict";
  }
  if (lacks_volume_) {
    return "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
  }
  if (waits_for_volumes_) return "node(s) didn't find available persistent volumes to bind";
  return {};
}

}  // namespace rockpool::scheduler
