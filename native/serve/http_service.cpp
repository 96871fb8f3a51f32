// SPDX-License-Identifier: Apache-2.0
#include "native/serve/http_service.h"

#include "core/api/status.h"
#include "core/cluster/replay.h"

namespace rockpool::native {

apiserver::Response failure(int code, std::string_view reason, std::string_view message) {
  api::Status status;
  status.code = code;
  status.reason = reason;
  status.message = message;
  return cluster::error_response(status);
}

}  // namespace rockpool::native
