// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/apiserver/http.h"

namespace rockpool::apiserver {

/// Who answers what the API server sends on to a kubelet's own port: the kubelets.
class NodeServer {
 public:
  virtual ~NodeServer() = default;
  /// The answer of the node's kubelet to `path` (decoded, with its first slash); method and query
  /// are the request's. 503 if it cannot be reached at that address.
  virtual Response serve(std::string_view node, std::string_view address, std::string_view path,
                         const Request& request) = 0;
};

}  // namespace rockpool::apiserver
