// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/doc/value.h"

// A container's environment variables, as pkg/kubelet/kubelet_pods.go makes them.
namespace rockpool::node {

/// A variable's name and value.
using EnvironmentVariable = std::pair<std::string, std::string>;

/// Where values come from that the Pod only refers to.
struct ReferenceSource {
  /// The ConfigMap or Secret of that name in the Pod's namespace, or nullptr.
  std::function<const doc::Value*(std::string_view name)> config_map;
  std::function<const doc::Value*(std::string_view name)> secret;
  /// The Node, for limits that a container does not set itself; null if unknown.
  doc::Value node;
  /// The addresses, the primary ones first, which the Pod's status may not say yet.
  std::vector<std::string> pod_ips = {};
  std::vector<std::string> host_ips = {};
};

/// The variables of a container's `envFrom` and `env`, in order. `$(NAME)` stands for a variable
/// set before or one of `services`. The error is the one that the status shows with
/// CreateContainerConfigError: `configmap "x" not found`, `couldn't find key a in Secret
/// default/x`.
std::expected<std::vector<EnvironmentVariable>, std::string> make_environment(
    const api::Pod& pod, const api::Container& container, const ReferenceSource& source,
    const std::function<std::vector<EnvironmentVariable>()>& services);

/// The variables that tell a Pod of a Service: `WEB_SERVICE_HOST` and so on. Nothing for Services
/// without a cluster IP.
void append_service_environment(const api::Service& service,
                                std::vector<EnvironmentVariable>& variables);

/// The value of the variable of that name that was set last, or nothing if there is none.
std::optional<std::string> find_variable(const std::vector<EnvironmentVariable>& variables,
                                         std::string_view name);

/// The value of a variable, or nothing if there is none of that name.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Replaces `$(NAME)` by what `lookup` says, leaves unknown ones as they are and turns `$$` into
/// `$` (third_party/forked/golang/expansion).
std::string expand_variables(std::string_view text, const VariableLookup& lookup);

/// The value of a `fieldRef`: `metadata.labels['app']`, `status.podIP`. The error is the field
/// path's.
std::expected<std::string, std::string> resolve_field(const api::Pod& pod, std::string_view path,
                                                      const ReferenceSource& source);
/// The value of a `resourceFieldRef`, in units of its divisor, rounded up.
std::expected<std::string, std::string> resolve_resource_field(const api::Pod& pod,
                                                               std::string_view container_name,
                                                               const doc::Value& reference,
                                                               const ReferenceSource& source);

}  // namespace rockpool::node
