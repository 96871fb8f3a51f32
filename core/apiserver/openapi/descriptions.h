// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rockpool::apiserver::openapi {

/// What a type is, in a sentence; empty if nobody has written one.
std::string_view type_description(std::string_view type);
/// What a field of that name is, wherever it appears; empty if nobody has written one.
std::string_view field_description(std::string_view field);

}  // namespace rockpool::apiserver::openapi
