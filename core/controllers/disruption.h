// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Counts the Pods of PodDisruptionBudgets and says in their status how many may be disrupted now,
/// which the eviction API keeps to (pkg/controller/disruption). Takes back the condition
/// DisruptionTarget of Pods that nobody deleted after all.
std::unique_ptr<Controller> make_disruption_controller(const Context& context);

}  // namespace rockpool::controllers
