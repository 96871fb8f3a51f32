// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "core/cluster/cluster.h"
#include "native/serve/clock.h"
#include "native/serve/http_service.h"

namespace rockpool::native {

/// The cluster's API for sockets: each request is an input of the cluster at the moment at which it
/// comes.
class ApiService : public HttpService {
 public:
  /// Both must outlive this. With a token every client needs it, or one of the cluster's own
  /// service accounts.
  ApiService(Cluster& cluster, ClusterClock& clock, std::string token = {})
      : cluster_{cluster}, clock_{clock}, token_{std::move(token)} {}

  apiserver::Response handle(const apiserver::Request& request) override;
  void put(apiserver::Session& session, const apiserver::SessionInput& input) override;

 private:
  apiserver::Response handle_known(const apiserver::Request& request);

  Cluster& cluster_;
  ClusterClock& clock_;
  std::string token_;
};

}  // namespace rockpool::native
