// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace rockpool::node {

/// The disk of a node, as the processes on it meet it.
struct NodeDisk {
  /// How large it is, and how many bytes of it are free. Takes time proportional to the node's
  /// Pods.
  std::function<std::int64_t()> capacity;
  std::function<std::int64_t()> free;
  /// To be told when much was written at once: the kubelet measures sooner or later.
  std::function<void()> note_growth;
};

}  // namespace rockpool::node
