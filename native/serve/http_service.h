// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/http.h"
#include "core/apiserver/session.h"

namespace rockpool::native {

/// Answers requests that have come over a socket.
class HttpService {
 public:
  virtual ~HttpService() = default;
  /// Answers at once; a stream in the response goes on.
  virtual apiserver::Response handle(const apiserver::Request& request) = 0;
  /// Does what the client of a session does.
  virtual void put(apiserver::Session& session, const apiserver::SessionInput& input) = 0;
};

/// A failure as Kubernetes' Status: `reason` is one of its words, such as "BadRequest".
apiserver::Response failure(int code, std::string_view reason, std::string_view message);

}  // namespace rockpool::native
