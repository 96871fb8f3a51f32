// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "core/api/object.h"
#include "core/controllers/controller.h"
#include "core/doc/value.h"

namespace rockpool::controllers {

/// The rules that a ClusterRole with an aggregationRule should have: those of all other roles that
/// its selectors find, selector by selector, in the order of the roles' names, each rule once.
doc::Value aggregated_rules(const doc::Value& role,
                            const std::map<api::ObjectKey, doc::Value>& roles);

/// Keeps the rules of ClusterRoles with an aggregationRule, such as `edit`, equal to those of the
/// roles that they are made of (pkg/controller/clusterroleaggregation).
std::unique_ptr<Controller> make_cluster_role_aggregation_controller(const Context& context);

}  // namespace rockpool::controllers
