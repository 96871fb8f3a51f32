// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::native::protobuf {

/// The media type in which kubectl asks for `/openapi/v2`, as it does before it validates a List,
/// and the one that API servers answer with.
inline constexpr std::string_view kOpenApiAccepted =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
inline constexpr std::string_view kOpenApiMediaType =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// The bytes of a swagger 2.0 document as gnostic's message openapi.v2.Document. Members for which
/// swagger has no word are left out, as upstream prunes them.
std::string encode_openapi(const doc::Value& document);

}  // namespace rockpool::native::protobuf
