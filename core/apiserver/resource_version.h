// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/api/status.h"

namespace rockpool::apiserver {

/// A resourceVersion of a request as a number; "" reads as 0. The error is a BadRequest in
/// upstream's words.
api::Result<std::int64_t> parse_resource_version(std::string_view text);

/// 504: the client knows a revision that is yet to come here
/// (storage.NewTooLargeResourceVersionError).
api::Status too_large_resource_version(std::int64_t wanted, std::int64_t present);

}  // namespace rockpool::apiserver
