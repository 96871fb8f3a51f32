// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/object.h"

namespace rockpool::api {

/// As `set_condition`, for a Pod: its conditions always have a `lastProbeTime`, null for the times
/// that nobody sets (k8s.io/api's PodCondition does not omit it).
bool set_pod_condition(doc::Value& pod, Condition condition, sim::Time now);

}  // namespace rockpool::api
