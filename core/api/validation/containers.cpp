// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/validation/container_parts.h"

namespace rockpool::api::validation {

namespace {

void validate_ports(const Value& ports, const FieldPath& path, FieldErrors& errors) noexcept {
  Names names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    const FieldPath item = path.index(i);
    if (const Value& name = port["name"_key]; !name.is_empty()) {
      const Problems problems = check_port_name(name.as_string());
      errors.invalid_each(item.child("name"), name, problems);
      if (problems.empty() && !names.insert(name.to_string()).second) {
        errors.duplicate(item.child("name"), name);
      }
    }
    const Value& number = port["containerPort"_key];
    if (number.as_int() == 0) {
      errors.required(item.child("containerPort"));
    } else {
      errors.invalid_each(item.child("containerPort"), number, check_port_number(number.as_int()));
    }
    if (const Value& host = port["hostPort"_key]; host.as_int() != 0) {
      errors.invalid_each(item.child("hostPort"), host, check_port_number(host.as_int()));
    }
    validate_protocol(port["protocol"_key], item.child("protocol"), errors);
  }
}

void validate_resize_policies(const Value& policies, std::string_view restart_policy,
                              const FieldPath& path, FieldErrors& errors) noexcept {
  Names resources;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const std::string_view resource = policies.at(i)["resourceName"_key].as_string();
    const std::string_view policy = policies.at(i)["restartPolicy"_key].as_string();
    if (!resources.emplace(resource).second) errors.duplicate(path.index(i), resource);
    if (resource.empty()) {
      errors.required(path);
    } else if (resource != "cpu" && resource != "memory") {
      errors.not_supported(path, resource, {"cpu", "memory"});
    }
    if (policy.empty()) {
      errors.required(path);
    } else if (policy != "NotRequired" && policy != "RestartContainer") {
      errors.not_supported(path, policy, {"NotRequired", "RestartContainer"});
    }
    if (restart_policy == "Never" && policy != "NotRequired") {
      errors.invalid(path, policy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}

// What all kinds of containers have in common.
void validate_common(const Value& container, const PodContext& pod, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  const Value& name = container["name"_key];
  if (name.is_empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), name, check_dns1123_label(name.as_string()));
  }
  if (container["image"_key].is_empty()) errors.required(path.child("image"));
  const std::string_view message_policy = container["terminationMessagePolicy"_key].as_string();
  if (message_policy.empty()) {
    errors.required(path.child("terminationMessagePolicy"));
  } else if (message_policy != "File" && message_policy != "FallbackToLogsOnError") {
    errors.not_supported(path.child("terminationMessagePolicy"), message_policy,
                         {"File", "FallbackToLogsOnError"});
  }
  validate_ports(container["ports"_key], path.child("ports"), errors);
  validate_env(container["env"_key], path.child("env"), errors);
  validate_env_from(container["envFrom"_key], path.child("envFrom"), errors);
  validate_mounts(container, pod.volumes, path.child("volumeMounts"), errors);
  validate_devices(container, pod.volumes, path.child("volumeDevices"), errors);
  validate_pull_policy(container["imagePullPolicy"_key], path.child("imagePullPolicy"), errors);
  validate_container_resources(container["resources"_key], pod.claims, path.child("resources"),
                               errors);
  validate_resize_policies(container["resizePolicy"_key], pod.spec["restartPolicy"_key].as_string(),
                           path.child("resizePolicy"), errors);
  validate_security_context(container["securityContext"_key], pod.host_users,
                            path.child("securityContext"), errors);
}

// `taken` collects `protocol/address/port` of ports opened on the node.
void validate_host_ports(const Value& container, Names& taken, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const FieldPath ports_path = path.child("ports");
  const Value& ports = container["ports"_key];
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::int64_t number = ports.at(i)["hostPort"_key].as_int();
    if (number == 0) continue;
    const std::string claim = fmt::format("{}/{}/{}", ports.at(i)["protocol"_key].as_string(),
                                          ports.at(i)["hostIP"_key].as_string(), number);
    if (!taken.insert(claim).second) {
      errors.duplicate(ports_path.index(i).child("hostPort"), claim);
    }
  }
}

Names container_names(const Value& containers) {
  Names names;
  for (const Value& container : containers.items()) {
    names.insert(container["name"_key].to_string());
  }
  return names;
}

// Fields that make no sense for a container added to look at a running Pod.
constexpr doc::KnownKeyIndex kNotForEphemeral[] = {
    "ports"_key,          "resizePolicy"_key, "restartPolicy"_key, "livenessProbe"_key,
    "readinessProbe"_key, "startupProbe"_key, "lifecycle"_key};

void validate_ephemeral_fields(const Value& container, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  constexpr std::string_view kError = "cannot be set for an Ephemeral Container";
  for (const doc::KnownKeyIndex key : kNotForEphemeral) {
    if (!container[key].is_null()) errors.forbidden(path.child(doc::kKnownKeys[key.value]), kError);
  }
  if (container["resources"_key].size() != 0) errors.forbidden(path.child("resources"), kError);
  const FieldPath mounts_path = path.child("volumeMounts");
  const Value& mounts = container["volumeMounts"_key];
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const FieldPath item = mounts_path.index(i);
    if (!mounts.at(i)["subPath"_key].is_empty()) errors.forbidden(item.child("subPath"), kError);
    if (!mounts.at(i)["subPathExpr"_key].is_empty()) {
      errors.forbidden(item.child("subPathExpr"), kError);
    }
  }
}

void validate_plain_init_container(const Value& container, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key :
       {"lifecycle"_key, "livenessProbe"_key, "readinessProbe"_key, "startupProbe"_key}) {
    if (container[key].is_null()) continue;
    errors.forbidden(path.child(doc::kKnownKeys[key.value]),
                     "may not be set for init containers without restartPolicy=Always");
  }
  if (const Value& policies = container["resizePolicy"_key]; policies.size() != 0) {
    errors.invalid(path.child("resizePolicy"), policies, "must not be set for init containers");
  }
}

}  // namespace

void validate_pull_policy(const Value& policy, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const std::string_view text = policy.as_string();
  if (text.empty()) return errors.required(path);
  if (text != "Always" && text != "IfNotPresent" && text != "Never") {
    errors.not_supported(path, policy, {"Always", "IfNotPresent", "Never"});
  }
}

void validate_containers(const PodContext& pod, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const Value& containers = pod.spec["containers"_key];
  if (containers.size() == 0) return errors.required(path);
  Names names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const FieldPath item = path.index(i);
    validate_common(container, pod, item, errors);
    if (!names.insert(container["name"_key].to_string()).second) {
      errors.duplicate(item.child("name"), container["name"_key].to_string());
    }
    validate_lifecycle_and_probes(container, pod.spec, item, errors);
    if (!container["restartPolicy"_key].is_null()) {
      errors.forbidden(item.child("restartPolicy"), "may not be set for non-init containers");
    }
  }
  Names host_ports;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    validate_host_ports(containers.at(i), host_ports, path.index(i), errors);
  }
}

void validate_init_containers(const PodContext& pod, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  Names names = container_names(pod.spec["containers"_key]);
  const Value& containers = pod.spec["initContainers"_key];
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const FieldPath item = path.index(i);
    validate_common(container, pod, item, errors);
    const Value& policy = container["restartPolicy"_key];
    if (!policy.is_null() && policy.as_string() != "Always") {
      errors.not_supported(item.child("restartPolicy"), policy, {"Always"});
    }
    if (const Value& name = container["name"_key]; !name.is_empty()) {
      if (!names.insert(name.to_string()).second) errors.duplicate(item.child("name"), name);
    }
    // Init containers run one after the other, so each is judged by itself; upstream passes a list
    // of one, which is why the index is always 0.
    Names host_ports;
    validate_host_ports(container, host_ports, path.index(0), errors);
    if (policy.as_string() == "Always") {
      validate_lifecycle_and_probes(container, pod.spec, item, errors);
    } else {
      validate_plain_init_container(container, item, errors);
    }
  }
}

void validate_ephemeral_containers(const PodContext& pod, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const Value& containers = pod.spec["ephemeralContainers"_key];
  if (containers.size() == 0) return;
  Names others = container_names(pod.spec["containers"_key]);
  others.merge(container_names(pod.spec["initContainers"_key]));
  Names names = others;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    const FieldPath item = path.index(i);
    validate_common(container, pod, item, errors);
    validate_containers_only_for_pod(Value::array({container}), path, errors);
    if (!names.insert(container["name"_key].to_string()).second) {
      errors.duplicate(item.child("name"), container["name"_key].to_string());
    }
    const Value& target = container["targetContainerName"_key];
    if (!target.is_empty() && !others.contains(target.as_string())) {
      errors.not_found(item.child("targetContainerName"), target);
    }
    validate_ephemeral_fields(container, item, errors);
  }
}

void validate_containers_only_for_pod(const Value& containers, const FieldPath& path,
                                      FieldErrors& errors) noexcept {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& image = containers.at(i)["image"_key];
    const std::string_view text = image.as_string();
    if (text.empty()) continue;
    if (kSpace.find(text.front()) != std::string_view::npos ||
        kSpace.find(text.back()) != std::string_view::npos) {
      errors.invalid(path.index(i).child("image"), image,
                     "must not have leading or trailing whitespace");
    }
  }
}

}  // namespace rockpool::api::validation
