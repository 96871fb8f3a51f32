// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/doc/value.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// What the application shows of an object. The words are those of `kubectl get`.
PodItem read_pod(const doc::Value& pod);
NodeItem read_node(const doc::Value& node);
/// Without its endpoints: those come from its EndpointSlices.
ServiceItem read_service(const doc::Value& service);
EventItem read_event(const doc::Value& event);

}  // namespace rockpool::app
