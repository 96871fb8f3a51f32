// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/api/validation/parts.h"

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

void validate_key_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view name = ref["name"_key].as_string();
  errors.invalid_each(path.child("name"), name, check_dns1123_subdomain(name));
  const Value& key = ref["key"_key];
  if (key.is_empty()) {
    errors.required(path.child("key"));
  } else {
    errors.invalid_each(path.child("key"), key, check_config_map_key(key.as_string()));
  }
}

void validate_value_from(const Value& variable, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const Value& source = variable["valueFrom"_key];
  if (source.is_null()) return;
  int sources = 0;
  if (const Value& ref = source["fieldRef"_key]; !ref.is_null()) {
    ++sources;
    validate_field_ref(ref, FieldRefUse::environment, path.child("fieldRef"), errors);
  }
  if (const Value& ref = source["resourceFieldRef"_key]; !ref.is_null()) {
    ++sources;
    validate_resource_field_ref(ref, FieldRefUse::environment, path.child("resourceFieldRef"),
                                errors);
  }
  if (const Value& ref = source["configMapKeyRef"_key]; !ref.is_null()) {
    ++sources;
    validate_key_ref(ref, path.child("configMapKeyRef"), errors);
  }
  if (const Value& ref = source["secretKeyRef"_key]; !ref.is_null()) {
    ++sources;
    validate_key_ref(ref, path.child("secretKeyRef"), errors);
  }
  if (sources == 0) {
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                   "`secretKeyRef`");
  } else if (!variable["value"_key].is_empty()) {
    errors.invalid(path, "", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(path, "", "may not have more than one field specified at a time");
  }
}

void validate_env(const Value& variables, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const FieldPath item = path.index(i);
    const Value& name = variables.at(i)["name"_key];
    if (name.is_empty()) {
      errors.required(item.child("name"));
    } else {
      errors.invalid_each(item.child("name"), name,
                          check_relaxed_environment_name(name.as_string()));
    }
    validate_value_from(variables.at(i), item.child("valueFrom"), errors);
  }
}

void validate_env_source(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& name = ref["name"_key];
  if (name.is_empty()) return errors.required(path.child("name"));
  errors.invalid_each(path.child("name"), name,
                      check_dns1123_subdomain(mask_trailing_dash(name.as_string())));
}

void validate_env_from(const Value& sources, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Value& source = sources.at(i);
    const FieldPath item = path.index(i);
    if (const Value& prefix = source["prefix"_key]; !prefix.is_empty()) {
      errors.invalid_each(item.child("prefix"), prefix,
                          check_relaxed_environment_name(prefix.as_string()));
    }
    int found = 0;
    if (const Value& ref = source["configMapRef"_key]; !ref.is_null()) {
      ++found;
      validate_env_source(ref, item.child("configMapRef"), errors);
    }
    if (const Value& ref = source["secretRef"_key]; !ref.is_null()) {
      ++found;
      validate_env_source(ref, item.child("secretRef"), errors);
    }
    if (found == 0) {
      errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    } else if (found > 1) {
      errors.invalid(path, "", "may not have more than one field specified at a time");
    }
  }
}

bool any_has(const Value& items, doc::KnownKeyIndex key, std::string_view text) noexcept {
  return std::ranges::any_of(items.items(),
                             [&](const Value& item) { return item[key].as_string() == text; });
}

void validate_mount_propagation(const Value& mode, const Value& container, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const std::string_view text = mode.as_string();
  if (text != "Bidirectional" && text != "HostToContainer" && text != "None") {
    errors.not_supported(path, mode, {"Bidirectional", "HostToContainer", "None"});
  }
  if (text == "Bidirectional" && !container["securityContext"_key]["privileged"_key].as_bool()) {
    errors.forbidden(path,
                     "Bidirectional mount propagation is available only to privileged containers");
  }
}

void validate_recursive_read_only(const Value& mount, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  const Value& mode = mount["recursiveReadOnly"_key];
  const std::string_view text = mode.as_string();
  if (mode.is_null() || text == "Disabled") return;
  if (text != "Enabled" && text != "IfPossible") {
    return errors.not_supported(path, mode, {"Disabled", "Enabled", "IfPossible"});
  }
  if (!mount["readOnly"_key].as_bool()) {
    errors.forbidden(path, "may only be specified when readOnly is true");
  }
  const Value& propagation = mount["mountPropagation"_key];
  if (!propagation.is_null() && propagation.as_string() != "None") {
    errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
  }
}

// `list` is the path of the list: upstream reports sub-paths there, not at the item.
void validate_sub_paths(const Value& mount, const Value& volume, const FieldPath& list,
                        const FieldPath& item, FieldErrors& errors) noexcept {
  const Value& sub_path = mount["subPath"_key];
  const Value& expression = mount["subPathExpr"_key];
  if (!volume["image"_key].is_null()) {
    if (!sub_path.is_empty()) {
      errors.invalid(item.child("subPath"), sub_path, "not allowed in image volume sources");
    }
    if (!expression.is_empty()) {
      errors.invalid(item.child("subPathExpr"), expression, "not allowed in image volume sources");
    }
  }
  if (!sub_path.is_empty()) {
    validate_local_descending_path(sub_path, list.child("subPath"), errors);
  }
  if (expression.is_empty()) return;
  if (!sub_path.is_empty()) {
    errors.invalid(item.child("subPathExpr"), expression,
                   "subPathExpr and subPath are mutually exclusive");
  }
  validate_local_descending_path(expression, list.child("subPathExpr"), errors);
}

void validate_mounts(const Value& container, const Volumes& volumes, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  Names mount_points;
  const Value& mounts = container["volumeMounts"_key];
  const Value& devices = container["volumeDevices"_key];
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Value& mount = mounts.at(i);
    const FieldPath item = path.index(i);
    const std::string_view name = mount["name"_key].as_string();
    const std::string_view mount_path = mount["mountPath"_key].as_string();
    const auto volume = volumes.find(name);
    if (name.empty()) errors.required(item.child("name"));
    if (volume == volumes.end()) errors.not_found(item.child("name"), name);
    if (mount_path.empty()) errors.required(item.child("mountPath"));
    if (!mount_points.emplace(mount_path).second) {
      errors.invalid(item.child("mountPath"), mount_path, "must be unique");
    }
    if (any_has(devices, "name"_key, name)) {
      errors.invalid(item.child("name"), name, "must not already exist in volumeDevices");
    }
    if (any_has(devices, "devicePath"_key, mount_path)) {
      errors.invalid(item.child("mountPath"), mount_path,
                     "must not already exist as a path in volumeDevices");
    }
    validate_sub_paths(mount, volume == volumes.end() ? Value{} : volume->second, path, item,
                       errors);
    if (const Value& mode = mount["mountPropagation"_key]; !mode.is_null()) {
      validate_mount_propagation(mode, container, path.child("mountPropagation"), errors);
    }
    validate_recursive_read_only(mount, path.child("recursiveReadOnly"), errors);
  }
}

// Adds what is wrong with the volume that a device names.
void validate_device_name(std::string_view name, const Volumes& volumes, const Names& taken,
                          const FieldPath& path, FieldErrors& errors) noexcept {
  if (name.empty()) errors.required(path);
  if (taken.contains(name)) errors.invalid(path, name, "must be unique");
  const auto volume = volumes.find(name);
  if (volume == volumes.end()) {
    errors.not_found(path, name);
  } else if (volume->second["persistentVolumeClaim"_key].is_null() &&
             volume->second["ephemeral"_key].is_null()) {
    errors.invalid(path, name,
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for "
                   "block mode");
  }
}

void validate_devices(const Value& container, const Volumes& volumes, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  Names names;
  Names device_paths;
  const Value& mounts = container["volumeMounts"_key];
  const Value& devices = container["volumeDevices"_key];
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const FieldPath item = path.index(i);
    const std::string_view name = devices.at(i)["name"_key].as_string();
    const Value& device_path = devices.at(i)["devicePath"_key];
    validate_device_name(name, volumes, names, item.child("name"), errors);
    if (device_path.is_empty()) errors.required(item.child("devicePath"));
    if (device_paths.contains(device_path.as_string())) {
      errors.invalid(item.child("devicePath"), device_path.to_string(), "must be unique");
    }
    FieldErrors backsteps;
    validate_path_no_backsteps(device_path, path, backsteps);
    if (!backsteps.empty()) {
      errors.invalid(item.child("devicePath"), device_path, "can not contain backsteps ('..')");
    } else {
      device_paths.insert(device_path.to_string());
    }
    if (any_has(mounts, "name"_key, name)) {
      errors.invalid(item.child("name"), name, "must not already exist in volumeMounts");
    }
    if (any_has(mounts, "mountPath"_key, device_path.as_string())) {
      errors.invalid(item.child("devicePath"), device_path,
                     "must not already exist as a path in volumeMounts");
    }
    if (!name.empty()) names.emplace(name);
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

void validate_http_get(const Value& action, const FieldPath& path, FieldErrors& errors) noexcept {
  if (action["path"_key].is_empty()) errors.required(path.child("path"));
  validate_port_number_or_name(action["port"_key], path.child("port"), errors);
  const std::string_view scheme = action["scheme"_key].as_string();
  if (scheme != "HTTP" && scheme != "HTTPS") {
    errors.not_supported(path.child("scheme"), scheme, {"HTTP", "HTTPS"});
  }
  for (const Value& header : action["httpHeaders"_key].items()) {
    const std::string_view name = header["name"_key].as_string();
    errors.invalid_each(path.child("httpHeaders"), name, check_http_header_name(name));
  }
}

// `grace_period` is null if the Pod's own is missing, which is reported elsewhere.
void validate_sleep(const Value& sleep, const Value& grace_period, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  const std::int64_t seconds = sleep["seconds"_key].as_int();
  if (grace_period.is_null()) return;
  if (seconds < 0 || seconds > grace_period.as_int()) {
    errors.invalid(path, seconds,
                   fmt::format("must be non-negative and less than terminationGracePeriodSeconds "
                               "({})",
                               grace_period.as_int()));
  }
}

void validate_handler(const Value& handler, const Value& grace_period, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  int found = 0;
  const auto visit = [&](doc::KnownKeyIndex key, auto validate) {
    const Value& action = handler[key];
    if (action.is_null()) return;
    const FieldPath action_path = path.child(doc::kKnownKeys[key.value]);
    if (found++ > 0) {
      errors.forbidden(action_path, "may not specify more than 1 handler type");
    } else {
      validate(action, action_path);
    }
  };
  visit("exec"_key, [&](const Value& action, const FieldPath& action_path) {
    if (action["command"_key].size() == 0) errors.required(action_path.child("command"));
  });
  visit("httpGet"_key, [&](const Value& action, const FieldPath& action_path) {
    validate_http_get(action, action_path, errors);
  });
  const auto validate_port = [&](const Value& action, const FieldPath& action_path) {
    validate_port_number_or_name(action["port"_key], action_path.child("port"), errors);
  };
  visit("tcpSocket"_key, validate_port);
  visit("grpc"_key, validate_port);
  visit("sleep"_key, [&](const Value& action, const FieldPath& action_path) {
    validate_sleep(action, grace_period, action_path, errors);
  });
  if (found == 0) errors.required(path, "must specify a handler type");
}

void validate_lifecycle(const Value& lifecycle, const Value& grace_period, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"postStart"_key, "preStop"_key}) {
    if (lifecycle[key].is_null()) continue;
    validate_handler(lifecycle[key], grace_period, path.child(doc::kKnownKeys[key.value]), errors);
  }
}

void validate_probe(const Value& probe, const Value& grace_period, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  validate_handler(probe, grace_period, path, errors);
  for (const doc::KnownKeyIndex key :
       {"initialDelaySeconds"_key, "timeoutSeconds"_key, "periodSeconds"_key,
        "successThreshold"_key, "failureThreshold"_key}) {
    validate_not_negative(probe[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
  const Value& own_grace = probe["terminationGracePeriodSeconds"_key];
  if (!own_grace.is_null() && own_grace.as_int() <= 0) {
    errors.invalid(path.child("terminationGracePeriodSeconds"), own_grace,
                   "must be greater than 0");
  }
}

void validate_probes(const Value& container, const Value& grace_period, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  const auto must_succeed_once = [&](const Value& probe, const FieldPath& probe_path) {
    const Value& threshold = probe["successThreshold"_key];
    if (threshold.as_int() != 1) {
      errors.invalid(probe_path.child("successThreshold"), threshold.as_int(), "must be 1");
    }
  };
  if (const Value& probe = container["livenessProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("livenessProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    must_succeed_once(probe, probe_path);
  }
  if (const Value& probe = container["readinessProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("readinessProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    if (const Value& own = probe["terminationGracePeriodSeconds"_key]; !own.is_null()) {
      errors.invalid(probe_path.child("terminationGracePeriodSeconds"), own,
                     "must not be set for readinessProbes");
    }
  }
  if (const Value& probe = container["startupProbe"_key]; !probe.is_null()) {
    const FieldPath probe_path = path.child("startupProbe");
    validate_probe(probe, grace_period, probe_path, errors);
    must_succeed_once(probe, probe_path);
  }
}

void validate_lifecycle_and_probes(const Value& container, const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const Value& grace_period = spec["terminationGracePeriodSeconds"_key];
  if (const Value& lifecycle = container["lifecycle"_key]; !lifecycle.is_null()) {
    validate_lifecycle(lifecycle, grace_period, path.child("lifecycle"), errors);
  }
  validate_probes(container, grace_period, path, errors);
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
