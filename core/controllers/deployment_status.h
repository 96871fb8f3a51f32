// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/controllers/deployment_plan.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

// What a Deployment says about itself, as pure functions (deployment/progress.go and util).
namespace rockpool::controllers {

/// A condition of a Deployment. Times are set when it is put into a status.
struct DeploymentCondition {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string message;
};

/// Puts the condition into `status`, unless it has it with the same status and reason. A changed
/// one goes to the end of the list; its transition time stays if the status does. Returns whether
/// it changed.
bool set_deployment_condition(doc::Value& status, const DeploymentCondition& condition,
                              sim::Time now);

/// True if a rollout that takes too long is to be reported.
bool has_progress_deadline(const api::Deployment& deployment);

/// The status that follows from the ReplicaSets, with the Progressing condition left as it is: what
/// a paused or just scaled Deployment shows.
doc::Value plain_deployment_status(const Rollout& rollout, sim::Time now);
/// The status in the midst of a rollout: completion, progress, or the lack of it.
doc::Value rollout_status(const Rollout& rollout, sim::Time now);
/// The status with the Progressing condition that tells of being paused or resumed; unchanged if it
/// says so already.
doc::Value paused_status(const api::Deployment& deployment, sim::Time now);

/// True if all Pods are of the present template, available, and seen in this generation.
bool is_complete(const api::Deployment& deployment, const doc::Value& status);

/// In how long the progress deadline should be looked at again; empty if it does not matter.
std::optional<sim::Duration> deadline_check(const api::Deployment& deployment,
                                            const doc::Value& status, sim::Time now);

}  // namespace rockpool::controllers
