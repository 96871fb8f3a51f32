// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/cluster/cluster.h"
#include "native/serve/clock.h"
#include "native/serve/http_service.h"

namespace rockpool::native {

/// The cluster's API for sockets: each request is an input of the cluster at the moment at which it
/// comes.
class ApiService : public HttpService {
 public:
  /// Both must outlive this.
  ApiService(Cluster& cluster, ClusterClock& clock) : cluster_{cluster}, clock_{clock} {}

  apiserver::Response handle(const apiserver::Request& request) override;

 private:
  Cluster& cluster_;
  ClusterClock& clock_;
};

}  // namespace rockpool::native
