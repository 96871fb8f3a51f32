// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/http.h"
#include "core/apiserver/options.h"
#include "core/apiserver/request_info.h"
#include "core/apiserver/respond.h"

// The HTTP face of the verbs, one function for each kind of path.
namespace rockpool::apiserver {

/// A request on its way to a verb.
struct Route {
  ApiServer& server;
  const Request& request;
  ResourcePath path;
  /// Null for paths that end before the resource.
  const api::Resource* resource = nullptr;
  Format format;
};

/// `/api/v1/pods`, `/api/v1/namespaces/x/pods`: list, watch, create, deletecollection.
Response serve_collection(const Route& route);
/// `/api/v1/namespaces/x/pods/y`: get, update, patch, delete.
Response serve_object(const Route& route);
/// `/api/v1/namespaces/x/pods/y/status` and the like.
Response serve_subresource(const Route& route);
/// `/api/v1/namespaces/x/pods/y/log`
Response serve_pod_log(const Route& route);
/// `/api/v1/namespaces/x/pods/y/exec`, `…/attach`, `…/portforward`
Response serve_connection(const Route& route);
/// `/api/v1/namespaces/x/pods/y/proxy/…`, of Services and nodes likewise.
Response serve_proxy(const Route& route);
/// `/api/v1/namespaces/x/pods/y/eviction`
Response serve_eviction(const Route& route);
/// `/`, `/api`, `/apis`, `/apis/apps`, `/version`, `/healthz`, …; 404 for what there is not.
Response serve_discovery(const ApiServer& server, const Request& request, Format format);
/// `/api/v1`, `/apis/apps/v1`: the resources of a version.
Response serve_resource_list(const Route& route);
/// True if any resource is served there.
bool is_served(const ApiServer& server, std::string_view group, std::string_view version);

/// What the query says about writing. Errors are Invalid in upstream's words.
api::Result<WriteOptions> read_write_options(const Request& request, std::string_view kind,
                                             std::vector<std::string>& warnings);

}  // namespace rockpool::apiserver
