// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/api/status.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::cluster {

/// What can be done to a cluster from outside its API.
enum class FaultKind {
  /// The containers of a Pod die with SIGKILL (exit code 137); the kubelet restarts them by the
  /// Pod's
  /// restartPolicy. `container` picks one.
  crash,
  /// The Pod is deleted through the API, with its grace period.
  kill,
  /// The Pod is deleted through the API at once (`--grace-period=0 --force`).
  kill_now,
  /// The node loses power: its processes are gone, its addresses answer nothing.
  stop,
  /// The node comes back and its kubelet starts its Pods afresh.
  start,
  /// No packet passes between `target` and `peer` (both nodes, or `control-plane`, or `outside`);
  /// with no
  /// peer, between `target` and everything else.
  cut,
  /// Packets between `target` and `peer` take `delay` longer.
  slow,
  /// A share `loss` of the packets between `target` and `peer` is lost.
  lose,
  /// Undoes cut, slow and lose between `target` and `peer`.
  heal,
  /// The node's proxy keeps the rules that it has and takes no news. The network plugin's agent,
  /// which enforces NetworkPolicies, is another process and goes on.
  freeze,
  /// The node's proxy takes the news again.
  thaw,
  /// The node's proxy process ends, and runs again after `delay`: its in-memory state is gone, its
  /// rules stay in the kernel as they were. Without a delay it takes `kDefaultRestart`.
  restart_proxy,
  /// The API server ends, and runs again after `delay` or `kDefaultRestart`: requests are refused,
  /// watches and conversations with Pods end, and nothing of the control plane can do anything
  /// meanwhile; Pods and the rules of nodes go on.
  restart_api_server,
  /// Something that is no Pod takes `memory` and `storage` of the node's, instead of what it took
  /// before; kubelets evict Pods of nodes that are short of either.
  fill,
  /// A component of the control plane stops: a controller by its name, `scheduler`.
  halt,
  /// It starts again.
  resume,
};

/// How long a process is gone that is restarted.
inline constexpr sim::Duration kDefaultRestart = std::chrono::seconds{2};

/// One fault: an ordinary input of the cluster, so it is kept in the history and replays.
///
/// Its document form has one member for the kind, whose value is the target, and members for the
/// rest:
/// `{kill: pod/default/web-abc}`, `{crash: pod/default/web-abc, container: nginx}`,
/// `{stop: node/node-2}`, `{cut: node/node-1, from: node/node-2}`, `{slow: node/node-1, delay:
/// 200ms}`,
/// `{lose: node/node-1, from: outside, loss: 0.1}`, `{freeze: proxy/node-1}`,
/// `{restart: proxy/node-1, delay: 5s}`, `{restart: component/kube-apiserver}`,
/// `{fill: node/node-1, storage: 95Gi, memory: 1Gi}`,
/// `{halt: component/deployment-controller}`. `{kill: …, now: true}` is `kill_now`.
struct Fault {
  FaultKind kind = FaultKind::kill;
  /// `namespace/name` of a Pod, the name of a node or of a component.
  std::string target;
  /// For crash: the container; empty: all.
  std::string container;
  /// For cut, slow, lose, heal: the other end; empty: everything else.
  std::string peer;
  /// For slow: how much longer, one way. For restart: how long it is gone; 0: `kDefaultRestart`.
  sim::Duration delay{0};
  /// For lose: from 0 to 1.
  double loss = 0;
  /// For fill, in bytes.
  std::int64_t storage = 0;
  std::int64_t memory = 0;

  /// Reads the document form. Errors: BadRequest that names the member.
  static api::Result<Fault> parse(const doc::Value& document);
  /// The document form; `parse` reads it back.
  doc::Value to_value() const;
};

}  // namespace rockpool::cluster
