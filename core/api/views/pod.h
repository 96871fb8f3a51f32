// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/quantity.h"
#include "core/api/views/view.h"

namespace rockpool::api {

/// A port that a container declares.
class ContainerPort : public View {
 public:
  using View::View;
  std::string_view name() const { return text("name"_key); }
  std::int64_t container_port() const { return number("containerPort"_key); }
  /// 0 if the port is not opened on the node.
  std::int64_t host_port() const { return number("hostPort"_key); }
  std::string_view host_ip() const { return text("hostIP"_key); }
  std::string_view protocol() const { return value()["protocol"_key].as_string("TCP"); }
};

/// `httpGet` of a probe or lifecycle hook.
class HttpGetAction : public View {
 public:
  using View::View;
  std::string_view path() const { return value()["path"_key].as_string("/"); }
  /// A number or a container port's name.
  const doc::Value& port() const { return value()["port"_key]; }
  std::string_view host() const { return text("host"_key); }
  std::string_view scheme() const { return value()["scheme"_key].as_string("HTTP"); }
  /// An array of {name, value}.
  const doc::Value& http_headers() const { return value()["httpHeaders"_key]; }
};

/// What a probe or lifecycle hook does. At most one of the actions is there.
class Handler : public View {
 public:
  using View::View;
  HttpGetAction http_get() const { return HttpGetAction{value()["httpGet"_key]}; }
  /// {port, host}
  const doc::Value& tcp_socket() const { return value()["tcpSocket"_key]; }
  /// {command}
  const doc::Value& exec() const { return value()["exec"_key]; }
  /// {port, service}
  const doc::Value& grpc() const { return value()["grpc"_key]; }
  /// {seconds}; lifecycle hooks only.
  const doc::Value& sleep() const { return value()["sleep"_key]; }
};

/// A readiness, liveness or startup probe.
class Probe : public Handler {
 public:
  using Handler::Handler;
  std::int64_t initial_delay_seconds() const { return number("initialDelaySeconds"_key); }
  std::int64_t timeout_seconds() const { return number("timeoutSeconds"_key, 1); }
  std::int64_t period_seconds() const { return number("periodSeconds"_key, 10); }
  std::int64_t success_threshold() const { return number("successThreshold"_key, 1); }
  std::int64_t failure_threshold() const { return number("failureThreshold"_key, 3); }
  /// Empty if the Pod's own grace period holds.
  std::optional<std::int64_t> termination_grace_period_seconds() const {
    const doc::Value& seconds = value()["terminationGracePeriodSeconds"_key];
    if (!seconds.is_integer()) return std::nullopt;
    return seconds.as_int();
  }
};

/// A container, init container or ephemeral container of a PodSpec.
class Container : public View {
 public:
  using View::View;
  std::string_view name() const { return text("name"_key); }
  std::string_view image() const { return text("image"_key); }
  std::string_view image_pull_policy() const { return text("imagePullPolicy"_key); }
  /// Arrays of strings or null.
  const doc::Value& command() const { return value()["command"_key]; }
  const doc::Value& args() const { return value()["args"_key]; }
  std::string_view working_dir() const { return text("workingDir"_key); }
  ViewList<ContainerPort> ports() const { return ViewList<ContainerPort>{value()["ports"_key]}; }
  /// Arrays of EnvVar and EnvFromSource.
  const doc::Value& env() const { return value()["env"_key]; }
  const doc::Value& env_from() const { return value()["envFrom"_key]; }
  const doc::Value& volume_mounts() const { return value()["volumeMounts"_key]; }
  Quantity request(std::string_view resource_name) const {
    return Quantity::from_value(value()["resources"_key]["requests"_key][resource_name]);
  }
  /// What the container may use at most; 0 if there is no limit.
  Quantity limit(std::string_view resource_name) const {
    return Quantity::from_value(value()["resources"_key]["limits"_key][resource_name]);
  }
  const doc::Value& requests() const { return value()["resources"_key]["requests"_key]; }
  const doc::Value& limits() const { return value()["resources"_key]["limits"_key]; }
  Probe readiness_probe() const { return Probe{value()["readinessProbe"_key]}; }
  Probe liveness_probe() const { return Probe{value()["livenessProbe"_key]}; }
  Probe startup_probe() const { return Probe{value()["startupProbe"_key]}; }
  Handler post_start() const { return Handler{value()["lifecycle"_key]["postStart"_key]}; }
  Handler pre_stop() const { return Handler{value()["lifecycle"_key]["preStop"_key]}; }
  /// "Always" on an init container makes it a sidecar; empty otherwise.
  std::string_view restart_policy() const { return text("restartPolicy"_key); }
  /// True for an init container that goes on running beside the main ones.
  bool is_restartable_init() const { return restart_policy() == "Always"; }
};

/// The state of one container: at most one of its members is there.
class ContainerState : public View {
 public:
  using View::View;
  /// {reason, message}
  const doc::Value& waiting() const { return value()["waiting"_key]; }
  /// {startedAt}
  const doc::Value& running() const { return value()["running"_key]; }
  /// {exitCode, signal, reason, message, startedAt, finishedAt, containerID}
  const doc::Value& terminated() const { return value()["terminated"_key]; }
};

/// What the kubelet says of one container.
class ContainerStatus : public View {
 public:
  using View::View;
  std::string_view name() const { return text("name"_key); }
  bool is_ready() const { return flag("ready"_key); }
  bool is_started() const { return flag("started"_key); }
  std::int64_t restart_count() const { return number("restartCount"_key); }
  std::string_view image() const { return text("image"_key); }
  std::string_view container_id() const { return text("containerID"_key); }
  ContainerState state() const { return ContainerState{value()["state"_key]}; }
  ContainerState last_state() const { return ContainerState{value()["lastState"_key]}; }
};

/// The spec of a Pod or of a Pod template.
class PodSpec : public View {
 public:
  using View::View;
  ViewList<Container> containers() const { return ViewList<Container>{value()["containers"_key]}; }
  ViewList<Container> init_containers() const {
    return ViewList<Container>{value()["initContainers"_key]};
  }
  ViewList<Container> ephemeral_containers() const {
    return ViewList<Container>{value()["ephemeralContainers"_key]};
  }
  /// Empty until the Pod is bound.
  std::string_view node_name() const { return text("nodeName"_key); }
  const doc::Value& node_selector() const { return value()["nodeSelector"_key]; }
  const doc::Value& affinity() const { return value()["affinity"_key]; }
  const doc::Value& tolerations() const { return value()["tolerations"_key]; }
  const doc::Value& topology_spread_constraints() const {
    return value()["topologySpreadConstraints"_key];
  }
  const doc::Value& volumes() const { return value()["volumes"_key]; }
  /// "Always", "OnFailure" or "Never".
  std::string_view restart_policy() const {
    return value()["restartPolicy"_key].as_string("Always");
  }
  std::int64_t termination_grace_period_seconds() const {
    return number("terminationGracePeriodSeconds"_key, 30);
  }
  std::optional<std::int64_t> active_deadline_seconds() const {
    const doc::Value& seconds = value()["activeDeadlineSeconds"_key];
    if (!seconds.is_integer()) return std::nullopt;
    return seconds.as_int();
  }
  std::string_view dns_policy() const { return value()["dnsPolicy"_key].as_string("ClusterFirst"); }
  const doc::Value& dns_config() const { return value()["dnsConfig"_key]; }
  bool host_network() const { return flag("hostNetwork"_key); }
  std::string_view hostname() const { return text("hostname"_key); }
  std::string_view subdomain() const { return text("subdomain"_key); }
  bool set_hostname_as_fqdn() const { return flag("setHostnameAsFQDN"_key); }
  bool enable_service_links() const { return flag("enableServiceLinks"_key, true); }
  std::string_view service_account_name() const { return text("serviceAccountName"_key); }
  std::string_view scheduler_name() const {
    return value()["schedulerName"_key].as_string("default-scheduler");
  }
  std::int64_t priority() const { return number("priority"_key); }
  std::string_view priority_class_name() const { return text("priorityClassName"_key); }
  const doc::Value& readiness_gates() const { return value()["readinessGates"_key]; }
  const doc::Value& scheduling_gates() const { return value()["schedulingGates"_key]; }
  const doc::Value& overhead() const { return value()["overhead"_key]; }
  const doc::Value& host_aliases() const { return value()["hostAliases"_key]; }
  const doc::Value& image_pull_secrets() const { return value()["imagePullSecrets"_key]; }
};

/// A Pod.
class Pod : public ObjectView {
 public:
  using ObjectView::ObjectView;
  PodSpec spec() const { return PodSpec{spec_value()}; }
  std::string_view node_name() const { return spec_value()["nodeName"_key].as_string(); }
  bool is_scheduled() const { return !node_name().empty(); }
  /// "Pending", "Running", "Succeeded", "Failed" or "Unknown"; empty before defaulting.
  std::string_view phase() const { return status_value()["phase"_key].as_string(); }
  /// The Pod has run to its end (Succeeded or Failed).
  bool is_terminal() const { return phase() == "Succeeded" || phase() == "Failed"; }
  /// Condition Ready is True (podutil.IsPodReady).
  bool is_ready() const { return is_condition_true(value(), "Ready"); }
  /// Ready for at least `min_ready_seconds` (podutil.IsPodAvailable).
  bool is_available(std::int64_t min_ready_seconds, sim::Time now) const;
  /// Neither terminal nor being deleted (controller.IsPodActive).
  bool is_active() const { return !is_terminal() && !is_being_deleted(); }
  /// The primary address; empty until the sandbox has one.
  std::string_view ip() const { return status_value()["podIP"_key].as_string(); }
  /// An array of {ip}.
  const doc::Value& ips() const { return status_value()["podIPs"_key]; }
  std::string_view host_ip() const { return status_value()["hostIP"_key].as_string(); }
  std::string_view reason() const { return status_value()["reason"_key].as_string(); }
  std::string_view message() const { return status_value()["message"_key].as_string(); }
  std::optional<sim::Time> start_time() const { return read_time(status_value()["startTime"_key]); }
  std::string_view nominated_node_name() const {
    return status_value()["nominatedNodeName"_key].as_string();
  }
  const doc::Value& conditions() const { return status_value()["conditions"_key]; }
  ViewList<ContainerStatus> container_statuses() const {
    return ViewList<ContainerStatus>{status_value()["containerStatuses"_key]};
  }
  ViewList<ContainerStatus> init_container_statuses() const {
    return ViewList<ContainerStatus>{status_value()["initContainerStatuses"_key]};
  }
  std::string_view qos_class() const { return status_value()["qosClass"_key].as_string(); }
};

/// "Guaranteed", "Burstable" or "BestEffort" (helper/qos.ComputePodQOS).
std::string_view pod_qos_class(const PodSpec& spec);

/// What the scheduler must find room for: the larger of the containers' sum and each init
/// container's need, sidecars counted beside both, plus overhead
/// (component-helpers resource.PodRequests).
Quantity pod_request(const PodSpec& spec, std::string_view resource_name);

/// The number of a port given by number or by the name of a container port of that protocol
/// (podutil.FindPort); empty if no container declares it.
std::optional<std::int64_t> find_port(const PodSpec& spec, const doc::Value& port,
                                      std::string_view protocol);

}  // namespace rockpool::api
