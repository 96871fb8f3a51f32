// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/doc/value.h"
#include "web/app/session.h"

namespace rockpool::app {

/// Whom a NetworkPolicy isolates, and what it lets through, a line for each of its rules.
Session::Facts network_policy_facts(const doc::Value& policy);
/// Which hosts and paths an Ingress leads to which Services, and where it is reached.
Session::Facts ingress_facts(const doc::Value& ingress);

}  // namespace rockpool::app
