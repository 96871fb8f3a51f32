// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/routes.h"

// Objects of a resource as responses, in the form that the client asked for: themselves, as a
// Table, or as their metadata only.
namespace rockpool::apiserver {

/// One object.
Response present_object(const Route& route, int code, const doc::Value& object);
/// A Scale of one object, which is of its own version, whatever that of the object.
Response present_scale(const Route& route, const doc::Value& scale);
/// A list of the resource's kind.
Response present_list(const Route& route, const ListResult& list);
/// Makes a watch's events show their objects in the form asked for.
void present_watch(const Route& route, WatchStream& stream);

}  // namespace rockpool::apiserver
