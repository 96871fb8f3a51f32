// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/api/status.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

/// Where a limited list stopped, and the revision that all its pages show.
struct ContinueToken {
  std::int64_t revision = 0;
  store::Store::Position after;
};

/// The token as clients carry it: base64 of JSON in upstream's form (storage.EncodeContinue).
std::string encode_continue(const ContinueToken& token);
/// Reads a token. Errors are BadRequests in upstream's words.
api::Result<ContinueToken> decode_continue(std::string_view text);

}  // namespace rockpool::apiserver
