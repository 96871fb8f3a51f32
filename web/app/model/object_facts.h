// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/cluster/cluster.h"
#include "web/app/session.h"

namespace rockpool::app {

/// The lines of an object's summary, as `kubectl describe` would choose them.
Session::Facts object_facts(Cluster& cluster, const ObjectRef& object);

}  // namespace rockpool::app
