// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/cluster/cluster.h"

namespace rockpool::web {

/// A cluster that several owners share and that may be replaced by another (reset, restore).
struct ClusterHolder {
  std::unique_ptr<Cluster> cluster;
};

}  // namespace rockpool::web
