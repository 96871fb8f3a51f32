// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/api/validation/validation.h"
#include "core/doc/diff.h"

namespace rockpool::api::validation {

namespace {

constexpr std::string_view kAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
constexpr std::string_view kUpdatableFields =
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
// How many changed fields a refused update names.
constexpr std::size_t kMaxReportedChanges = 20;

void validate_metadata_and_spec(const Value& pod, FieldErrors& errors) noexcept {
  validate_object_meta(pod, true, check_dns1123_subdomain, errors);
  const FieldPath meta_path{"metadata"};
  const FieldPath spec_path{"spec"};
  const Value& spec = pod["spec"_key];
  validate_pod_annotations(annotations(pod), spec, meta_path.child("annotations"), errors);
  validate_pod_spec(spec, name(pod), true, spec_path, errors);
  if (spec["serviceAccountName"_key].is_empty()) {
    const FieldPath volumes_path = spec_path.child("volumes");
    const Value& volumes = spec["volumes"_key];
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      const FieldPath sources_path = volumes_path.index(i).child("projected").child("sources");
      const Value& sources = volumes.at(i)["projected"_key]["sources"_key];
      for (std::size_t j = 0; j < sources.size(); ++j) {
        if (sources.at(j)["serviceAccountToken"_key].is_null()) continue;
        errors.forbidden(sources_path.index(j).child("serviceAccountToken"),
                         "must not be specified when serviceAccountName is not set");
      }
    }
  }
  validate_containers_only_for_pod(spec["containers"_key], spec_path.child("containers"), errors);
  validate_containers_only_for_pod(spec["initContainers"_key], spec_path.child("initContainers"),
                                   errors);
}

bool is_fixed_annotation(std::string_view key) noexcept {
  return key.starts_with(kAppArmorPrefix) || key == kMirrorAnnotation;
}

void validate_annotation_updates(const Value& pod, const Value& old_pod,
                                 FieldErrors& errors) noexcept {
  const FieldPath path = FieldPath{"metadata"}.child("annotations");
  const Value& now = annotations(pod);
  const Value& before = annotations(old_pod);
  for (const doc::Member& annotation : before.members()) {
    const std::string_view key = annotation.key.text();
    if (!is_fixed_annotation(key)) continue;
    const Value* after = now.find(annotation.key);
    if (after != nullptr && *after == annotation.value) continue;
    errors.forbidden(path.key(key), key == kMirrorAnnotation
                                        ? "may not remove or update mirror pod annotation"
                                        : "may not remove or update AppArmor annotations");
  }
  for (const doc::Member& annotation : now.members()) {
    const std::string_view key = annotation.key.text();
    if (!is_fixed_annotation(key) || before.find(annotation.key) != nullptr) continue;
    errors.forbidden(path.key(key), key == kMirrorAnnotation ? "may not add mirror pod annotation"
                                                             : "may not add AppArmor annotations");
  }
  validate_pod_annotations(now, pod["spec"_key], path, errors);
}

// Returns false if the lists cannot be compared any further.
bool validate_container_updates(const Value& now, const Value& before, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (now.size() != before.size()) {
    errors.forbidden(path, "pod updates may not add or remove containers");
    return false;
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now.at(i)["image"_key].is_empty()) errors.required(path.index(i).child("image"));
  }
  validate_containers_only_for_pod(now, path, errors);
  return true;
}

// Returns false if upstream stops looking after this.
bool validate_deadline_update(const Value& now, const Value& before, FieldErrors& errors) noexcept {
  const FieldPath path = FieldPath{"spec"}.child("activeDeadlineSeconds");
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (now.is_null()) {
    if (!before.is_null()) {
      errors.invalid(path, now, "must not update from a positive integer to nil value");
    }
    return true;
  }
  if (now.as_int() < 0 || now.as_int() > kMax) {
    errors.invalid(path, now, fmt::format("must be between 0 and {}, inclusive", kMax));
    return false;
  }
  if (!before.is_null() && before.as_int() < now.as_int()) {
    errors.invalid(path, now, "must be less than or equal to previous value");
    return false;
  }
  return true;
}

void validate_only_added_tolerations(const Value& now, const Value& before,
                                     FieldErrors& errors) noexcept {
  const FieldPath path = FieldPath{"spec"}.child("tolerations");
  for (Value toleration : before.items()) {
    toleration.erase("tolerationSeconds"_key);
    const bool found = std::ranges::any_of(now.items(), [&](Value candidate) {
      candidate.erase("tolerationSeconds"_key);
      return candidate == toleration;
    });
    if (!found) {
      return errors.forbidden(
          path, "existing toleration can not be modified except its tolerationSeconds");
    }
  }
  validate_tolerations(now, path, errors);
}

void validate_only_deleted_gates(const Value& now, const Value& before,
                                 FieldErrors& errors) noexcept {
  const FieldPath path = FieldPath{"spec"}.child("schedulingGates");
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto old = before.items();
    if (std::find(old.begin(), old.end(), now.at(i)) != old.end()) continue;
    errors.forbidden(path.index(i).child("name"),
                     fmt::format("only deletion is allowed, but found new scheduling gate '{}'",
                                 now.at(i)["name"_key].as_string()));
  }
}

// Puts back what may differ, so that whatever still differs may not.
void restore(Value& spec, const Value& old_spec, doc::KnownKeyIndex key) noexcept {
  const Value& before = old_spec[key];
  if (before.is_null()) {
    spec.erase(key);
  } else if (spec[key] != before) {
    spec.set(key, before);
  }
}

void restore_images(Value& spec, const Value& old_spec, doc::KnownKeyIndex list) noexcept {
  for (std::size_t i = 0; i < spec[list].size(); ++i) {
    const Value& image = old_spec[list].at(i)["image"_key];
    if (spec[list].at(i)["image"_key] != image) {
      spec.edit(list).edit_at(i).set("image"_key, image);
    }
  }
}

// Gated Pods may still narrow down where they want to run.
void validate_gated_changes(Value& spec, const Value& old_spec, FieldErrors& errors) noexcept {
  const FieldPath path{"spec"};
  const Value& selector = spec["nodeSelector"_key];
  for (const doc::Member& label : old_spec["nodeSelector"_key].members()) {
    const Value* now = selector.find(label.key);
    if (now != nullptr && *now == label.value) continue;
    errors.invalid(path.child("nodeSelector"), selector,
                   "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
    break;
  }
  restore(spec, old_spec, "nodeSelector"_key);
  const Value before = old_spec["affinity"_key]["nodeAffinity"_key];
  const Value now = spec["affinity"_key]["nodeAffinity"_key];
  if (now == before) return;
  validate_node_affinity_mutation(now, before, path.child("affinity").child("nodeAffinity"),
                                  errors);
  if (!before.is_null()) {
    spec.edit("affinity"_key).set("nodeAffinity"_key, before);
  } else {
    spec.edit("affinity"_key).erase("nodeAffinity"_key);
    if (spec["affinity"_key].size() == 0 && old_spec["affinity"_key].is_null()) {
      spec.erase("affinity"_key);
    }
  }
}

// A line per changed field. Upstream prints the difference of its structs instead.
std::string changes_text(const Value& before, const Value& after) {
  std::string text;
  for (const doc::Difference& change : doc::find_differences(before, after, kMaxReportedChanges)) {
    const auto show = [](const Value& value) {
      return value.is_null() ? std::string{"<nil>"} : render_value(value);
    };
    text += fmt::format("\n{}: {} -> {}", change.path, show(change.expected), show(change.found));
  }
  return text;
}

void validate_spec_unchanged(const Value& pod, const Value& old_pod, FieldErrors& errors) noexcept {
  const FieldPath path{"spec"};
  const Value& old_spec = old_pod["spec"_key];
  Value spec = pod["spec"_key];
  if (spec == old_spec) return;
  restore_images(spec, old_spec, "containers"_key);
  restore_images(spec, old_spec, "initContainers"_key);
  restore(spec, old_spec, "activeDeadlineSeconds"_key);
  restore(spec, old_spec, "schedulingGates"_key);
  restore(spec, old_spec, "tolerations"_key);
  if (old_spec["terminationGracePeriodSeconds"_key].as_int() < 0 &&
      spec["terminationGracePeriodSeconds"_key].as_int() == 1) {
    restore(spec, old_spec, "terminationGracePeriodSeconds"_key);
  }
  if (old_spec["schedulingGates"_key].size() != 0) validate_gated_changes(spec, old_spec, errors);
  if (spec == old_spec) return;
  errors.forbidden(path, fmt::format("pod updates may not change fields other than {}{}",
                                     kUpdatableFields, changes_text(old_spec, spec)));
}

bool is_restartable_init(const Value& spec, const Value& name) noexcept {
  return std::ranges::any_of(spec["initContainers"_key].items(), [&](const Value& container) {
    return container["name"_key] == name && container["restartPolicy"_key].as_string() == "Always";
  });
}

// Containers that are not to be restarted stay terminated.
void validate_state_transitions(const Value& now, const Value& before, std::string_view policy,
                                const Value& spec, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (policy == "Always") return;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Value& old_status = before.at(i);
    const Value& terminated = old_status["state"_key]["terminated"_key];
    if (terminated.is_null()) continue;
    if (terminated["exitCode"_key].as_int() != 0 && policy == "OnFailure") continue;
    if (is_restartable_init(spec, old_status["name"_key])) continue;
    for (const Value& status : now.items()) {
      if (status["name"_key] == old_status["name"_key] &&
          status["state"_key]["terminated"_key].is_null()) {
        errors.forbidden(path.index(i).child("state"),
                         "may not be transitioned to non-terminated state");
      }
    }
  }
}

void validate_address_list(const Value& addresses, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    validate_ip(addresses.at(i)["ip"_key], path.index(i), errors);
  }
  if (addresses.size() < 2) return;
  if (!is_dual_stack(addresses, true) || addresses.size() > 2) {
    errors.invalid(path, addresses, "may specify no more than one IP for each IP family");
  }
  Names seen;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (!seen.insert(addresses.at(i)["ip"_key].to_string()).second) {
      errors.duplicate(path.index(i), addresses.at(i));
    }
  }
}

void validate_conditions(const Value& conditions, FieldErrors& errors) noexcept {
  // Upstream's path, misplaced as it is.
  const FieldPath path = FieldPath{"metadata"}.child("conditions");
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    validate_label_name(conditions.at(i)["type"_key].as_string(), path.index(i).child("Type"),
                        errors);
  }
}

}  // namespace

void validate_pod_create(const Value& pod, FieldErrors& errors) noexcept {
  validate_metadata_and_spec(pod, errors);
  const Value& spec = pod["spec"_key];
  const FieldPath path{"spec"};
  if (spec["ephemeralContainers"_key].size() != 0) {
    errors.forbidden(path.child("ephemeralContainers"), "cannot be set on create");
  }
  if (!spec["nodeName"_key].is_empty() && spec["schedulingGates"_key].size() != 0) {
    errors.forbidden(path.child("nodeName"),
                     "cannot be set until all schedulingGates have been cleared");
  }
  validate_annotations_match_fields(annotations(pod), spec, path, errors);
}

void validate_pod_update(const Value& pod, const Value& old_pod, FieldErrors& errors) noexcept {
  validate_object_meta_update(pod, old_pod, errors);
  validate_metadata_and_spec(pod, errors);
  validate_annotation_updates(pod, old_pod, errors);
  const Value& spec = pod["spec"_key];
  const Value& old_spec = old_pod["spec"_key];
  const FieldPath path{"spec"};
  if (!validate_container_updates(spec["containers"_key], old_spec["containers"_key],
                                  path.child("containers"), errors) ||
      !validate_container_updates(spec["initContainers"_key], old_spec["initContainers"_key],
                                  path.child("initContainers"), errors) ||
      !validate_deadline_update(spec["activeDeadlineSeconds"_key],
                                old_spec["activeDeadlineSeconds"_key], errors)) {
    return;
  }
  validate_only_added_tolerations(spec["tolerations"_key], old_spec["tolerations"_key], errors);
  validate_only_deleted_gates(spec["schedulingGates"_key], old_spec["schedulingGates"_key], errors);
  validate_spec_unchanged(pod, old_pod, errors);
}

void validate_pod_status_update(const Value& pod, const Value& old_pod,
                                FieldErrors& errors) noexcept {
  validate_object_meta_update(pod, old_pod, errors);
  validate_annotation_updates(pod, old_pod, errors);
  const Value& status = pod["status"_key];
  const Value& old_status = old_pod["status"_key];
  const Value& spec = pod["spec"_key];
  const FieldPath path{"status"};
  validate_conditions(status["conditions"_key], errors);
  if (spec["nodeName"_key] != old_pod["spec"_key]["nodeName"_key]) {
    errors.forbidden(path.child("nodeName"), "may not be changed directly");
  }
  const Value& nominated = status["nominatedNodeName"_key];
  if (!nominated.is_empty() && nominated != old_status["nominatedNodeName"_key]) {
    errors.invalid_each(path.child("nominatedNodeName"), nominated,
                        check_dns1123_subdomain(nominated.as_string()));
  }
  validate_immutable(status["qosClass"_key], old_status["qosClass"_key], path.child("qosClass"),
                     errors);
  const std::string_view policy = old_pod["spec"_key]["restartPolicy"_key].as_string();
  validate_state_transitions(status["containerStatuses"_key], old_status["containerStatuses"_key],
                             policy, {}, path.child("containerStatuses"), errors);
  validate_state_transitions(status["initContainerStatuses"_key],
                             old_status["initContainerStatuses"_key], policy, old_pod["spec"_key],
                             path.child("initContainerStatuses"), errors);
  validate_state_transitions(status["ephemeralContainerStatuses"_key],
                             old_status["ephemeralContainerStatuses"_key], "Never", {},
                             path.child("ephemeralContainerStatuses"), errors);
  validate_address_list(status["podIPs"_key], path.child("podIPs"), errors);
  const Value& host_ips = status["hostIPs"_key];
  if (host_ips.size() != 0 && status["hostIP"_key] != host_ips.at(0)["ip"_key]) {
    errors.invalid(path.child("hostIPs").index(0).child("ip"), host_ips.at(0)["ip"_key],
                   "must be equal to `hostIP`");
  }
  validate_address_list(host_ips, path.child("hostIPs"), errors);
}

}  // namespace rockpool::api::validation

namespace rockpool::api {

using namespace doc::literals;

FieldErrors validate_binding(const doc::Value& binding) {
  FieldErrors errors;
  const FieldPath path{"target"};
  const doc::Value& target = binding["target"_key];
  const doc::Value& kind = target["kind"_key];
  if (!kind.is_empty() && kind.as_string() != "Node") {
    errors.not_supported(path.child("kind"), kind, {"Node", "<empty>"});
  }
  if (target["name"_key].is_empty()) errors.required(path.child("name"));
  return errors;
}

FieldErrors validate_ephemeral_containers_update(const doc::Value& pod, const doc::Value& old_pod) {
  FieldErrors errors;
  validation::validate_object_meta_update(pod, old_pod, errors);
  validation::validate_metadata_and_spec(pod, errors);
  validation::validate_annotation_updates(pod, old_pod, errors);
  const FieldPath path = FieldPath{"spec"}.child("ephemeralContainers");
  const doc::Value& containers = pod["spec"_key]["ephemeralContainers"_key];
  for (const doc::Value& before : old_pod["spec"_key]["ephemeralContainers"_key].items()) {
    const std::string_view name = before["name"_key].as_string();
    const auto items = containers.items();
    const auto now = std::find_if(items.begin(), items.end(), [&](const doc::Value& container) {
      return container["name"_key].as_string() == name;
    });
    if (now == items.end()) {
      errors.forbidden(
          path, fmt::format("existing ephemeral containers {} may not be removed\n", quote(name)));
    } else if (*now != before) {
      errors.forbidden(path, fmt::format("existing ephemeral containers {} may not be changed{}",
                                         quote(name), validation::changes_text(before, *now)));
    }
  }
  return errors;
}

}  // namespace rockpool::api
