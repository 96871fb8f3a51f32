// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/apiserver/options.h"
#include "core/doc/value.h"

// Bodies of requests as documents.
namespace rockpool::apiserver {

/// The media types in which objects may come.
inline constexpr std::string_view kObjectMediaTypes = "application/json, application/yaml";
/// The media types in which patches may come.
inline constexpr std::string_view kPatchMediaTypes =
    "application/json-patch+json, application/merge-patch+json, "
    "application/strategic-merge-patch+json, application/apply-patch+yaml";

/// A document and the members that its text gave twice.
struct Body {
  doc::Value document;
  std::vector<std::string> duplicate_fields;
};

/// The media type without parameters, as it is written; empty if there is none. The size of letters
/// does not matter in it. Valid as long as the request.
std::string_view media_type_of(const Request& request);

/// Reads a body that is to be an object of that kind. Errors: 413, 415, and 400 in upstream's words
/// with a cause that tells line and column.
api::Result<Body> read_body(const Request& request, std::string_view kind);

/// Refuses an object of another kind than the path's (the serializer's and the handler's checks of
/// the GVK).
api::Result<void> check_kind(const doc::Value& document, const api::Resource& resource);

/// Reads a patch. Errors as `read_body`.
api::Result<Patch> read_patch(const Request& request);

/// Reads and decodes an object of the resource. Warnings are appended.
api::Result<doc::Value> read_object(const Request& request, const api::Resource& resource,
                                    FieldValidation validation, std::vector<std::string>& warnings);

/// Reads and decodes what is no resource's object: DeleteOptions, a Scale, a Binding.
api::Result<doc::Value> read_other(const Request& request, std::string_view package,
                                   std::string_view api_version, std::string_view kind,
                                   FieldValidation validation, std::vector<std::string>& warnings);

}  // namespace rockpool::apiserver
