// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/routes.h"

// What objects and their subresources have in common over HTTP.
namespace rockpool::apiserver {

/// GET of the object.
Response serve_get(const Route& route);
/// PUT of the object or of one part of it.
Response serve_update(const Route& route, Part part);
/// PATCH of the object or of one part of it.
Response serve_patch(const Route& route, Part part);
/// Begins a watch of a collection, or of the one object that the path names.
Response serve_watch(const Route& route);
/// The query asks for a watch.
bool wants_watch(const Request& request);

}  // namespace rockpool::apiserver
