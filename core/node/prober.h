// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/views/pod.h"
#include "core/net/host.h"
#include "core/node/container.h"
#include "core/sim/task.h"

// Probes and lifecycle hooks: what the kubelet does to a container to learn how it is
// (pkg/kubelet/prober, pkg/probe, pkg/kubelet/lifecycle).
namespace rockpool::node {

/// What a probe is to find out.
enum class ProbeKind : std::uint8_t { startup, liveness, readiness };

/// "Startup", "Liveness", "Readiness".
std::string_view probe_kind_name(ProbeKind kind);

/// What came of one probe.
struct ProbeResult {
  /// How it went.
  enum class Outcome : std::uint8_t {
    success,
    failure,
    /// The probe itself could not be made; it counts as nothing.
    error,
  };
  Outcome outcome = Outcome::success;
  /// What the event says after `Readiness probe failed: `.
  std::string message;
};

/// The thing probed. The container must outlive the probe.
struct ProbeTarget {
  api::Container spec;
  std::string pod_ip;
  Container* container = nullptr;
};

/// Makes one probe from the node's own network.
sim::Task<ProbeResult> run_probe(net::Ref<net::Host> node, api::Probe probe, ProbeTarget target);

/// Runs a postStart or preStop hook; the error says what went wrong, for the status.
sim::Task<std::optional<std::string>> run_hook(net::Ref<net::Host> node, api::Handler hook,
                                               ProbeTarget target);

/// How the results of one probe add up (pkg/kubelet/prober/worker.go): a verdict changes only after
/// enough equal results in a row.
class ProbeVerdict {
 public:
  ProbeVerdict(std::int64_t success_threshold, std::int64_t failure_threshold)
      : success_threshold_{success_threshold}, failure_threshold_{failure_threshold} {}
  /// Adds a result. Returns the verdict if enough of its kind have come in a row.
  std::optional<bool> add(bool success);
  /// Counts afresh, as after a verdict that restarts the container.
  void reset() { run_ = 0; }

 private:
  std::int64_t success_threshold_;
  std::int64_t failure_threshold_;
  bool last_ = false;
  std::int64_t run_ = 0;
};

}  // namespace rockpool::node
