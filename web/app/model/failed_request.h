// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/cluster/why/explanation.h"
#include "core/net/client.h"

namespace rockpool::app {

/// What is kept of one request that has failed, so that it can be explained later.
struct FailedRequest {
  /// pod/namespace/name, node/name or external.
  std::string from{};
  std::string url{};
  /// How it ended, in words: "connection refused".
  std::string words{};
  /// How it went; without hops if they were not recorded.
  net::FetchResult result{};
  /// What was wrong with it when it failed; empty if nobody looked.
  std::optional<cluster::Explanation> then{};
};

/// Shared by all who show the request.
using FailedRequestRef = std::shared_ptr<const FailedRequest>;

}  // namespace rockpool::app
