// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/doc/value.h"

namespace rockpool::apiserver {
class ApiServer;
}

// The API described for clients: `kubectl explain`, validation and patching read it. Made from the
// tables (core/api/tables), so it says what the server does.
namespace rockpool::apiserver::openapi {

/// `/openapi/v3`: where the document of each group and version is.
doc::Value index_v3(const ApiServer& server);
/// `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1`.
doc::Value document_v3(const ApiServer& server, std::string_view group, std::string_view version);
/// `/openapi/v2`: all in one.
doc::Value document_v2(const ApiServer& server);

}  // namespace rockpool::apiserver::openapi
