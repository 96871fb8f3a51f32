// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/apiserver/pending_response.h"
#include "core/apiserver/session.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// What a client asked of `pods/<name>/exec` or `…/attach`.
struct RemoteCommand {
  /// Never empty: the server has chosen one.
  std::string container = {};
  /// Empty for attach.
  std::vector<std::string> command = {};
  bool input = false;
  bool output = false;
  bool error_output = false;
  bool terminal = false;
};

/// Where the API server gets conversations with running Pods: the kubelets.
class PodStreams {
 public:
  virtual ~PodStreams() = default;
  /// Whether a conversation could begin now, with that container or, if it is empty, with the Pod's
  /// ports. Errors as of the others.
  virtual api::Result<void> check(const doc::Value& pod, std::string_view container) = 0;
  /// Runs a command beside the container's first process. What it prints and how it ends comes over
  /// the session as the loop runs. Errors: 500 `error dialing backend: …`; those that are the
  /// kubelet's own plain text, such as `container not found ("c")`, have no reason.
  virtual api::Result<std::shared_ptr<Session>> exec(const doc::Value& pod,
                                                     const RemoteCommand& command) = 0;
  /// Connects to the container's first process.
  virtual api::Result<std::shared_ptr<Session>> attach(const doc::Value& pod,
                                                       const RemoteCommand& command) = 0;
  /// Opens the way to the Pod's ports.
  virtual api::Result<std::shared_ptr<Session>> forward_ports(const doc::Value& pod) = 0;
};

/// Where a proxied request goes.
struct ProxyTarget {
  /// "http" or "https".
  std::string scheme;
  /// Addresses, of which any will do; never empty.
  std::vector<std::string> addresses;
  std::int32_t port = 0;
  /// Path and query, percent-encoded.
  std::string target;
};

/// How the API server reaches the simulated network.
class ProxyTransport {
 public:
  virtual ~ProxyTransport() = default;
  /// Sends the request on; the response comes as the loop runs. A request that gets none is
  /// answered with 503 `error trying to reach service: …`.
  virtual std::shared_ptr<PendingResponse> send(const ProxyTarget& target,
                                                const Request& request) = 0;
};

}  // namespace rockpool::apiserver
