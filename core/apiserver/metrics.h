// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/http.h"
#include "core/apiserver/routes.h"

// metrics.k8s.io/v1beta1, which metrics-server serves in other clusters: what `kubectl top` shows.
namespace rockpool::apiserver {

/// `/apis/metrics.k8s.io/v1beta1/nodes` and `…/nodes/<name>`.
Response read_node_metrics(const Route& route);
/// `/apis/metrics.k8s.io/v1beta1/pods`, `…/namespaces/<ns>/pods` and `…/pods/<name>` in one.
Response read_pod_metrics(const Route& route);

}  // namespace rockpool::apiserver
