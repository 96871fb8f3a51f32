// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/apiserver/options.h"

namespace rockpool::apiserver {

/// What a DELETE request asks for.
struct DeleteRequest {
  DeleteOptions options;
  /// It explicitly asks for the deletion of dependants, so an object that remains is answered with
  /// 202.
  bool cascades = false;
};

/// Reads DeleteOptions from the body, or else from the query. Errors: 400, 413, 415, 422.
api::Result<DeleteRequest> read_delete_options(const Request& request);

}  // namespace rockpool::apiserver
