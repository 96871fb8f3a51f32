// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/doc/value.h"

// HorizontalPodAutoscalers between autoscaling/v1, which knows one metric, and autoscaling/v2. What
// v1 has no fields for is kept in annotations (pkg/apis/autoscaling/v1/conversion.go).
namespace rockpool::api {

/// An autoscaling/v1 HorizontalPodAutoscaler as autoscaling/v2 has it.
doc::Value autoscaler_from_v1(const doc::Value& object);
/// An autoscaling/v2 HorizontalPodAutoscaler as autoscaling/v1 has it.
doc::Value autoscaler_to_v1(const doc::Value& object);

}  // namespace rockpool::api
