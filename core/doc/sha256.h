// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace rockpool::doc {

/// The SHA-256 of some bytes (FIPS 180-4), for names that Kubernetes makes of it; not for secrets.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

/// Bytes in base 32 (RFC 4648: A to Z, 2 to 7), without padding, cut to `length` characters.
std::string base32(const std::array<std::uint8_t, 32>& bytes, std::size_t length);

}  // namespace rockpool::doc
