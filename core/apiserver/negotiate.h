// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/apiserver/print/table.h"

// The form of a response, by what the client accepts.
namespace rockpool::apiserver {

/// As what an object is shown.
enum class As : std::uint8_t {
  /// As itself.
  object,
  /// As a meta.k8s.io Table.
  table,
  /// As a meta.k8s.io PartialObjectMetadata or its list.
  partial_metadata,
  /// All groups with their resources in one document (apidiscovery.k8s.io).
  aggregated_discovery,
};

/// How a response is written.
struct Format {
  bool yaml = false;
  bool pretty = false;
  As as = As::object;
  IncludeObject include_object = IncludeObject::metadata;
};

/// What a path can show beside plain documents.
enum class Offer : std::uint8_t { plain, objects, discovery };

/// Chooses by the request's Accept header, `pretty` and `includeObject`; JSON is indented for
/// browsers, curl and wget unless `pretty` says otherwise. Quality values are not weighed: the
/// first acceptable alternative is taken. Errors: 406, 400.
api::Result<Format> negotiate(const Request& request, Offer offer);

}  // namespace rockpool::apiserver
