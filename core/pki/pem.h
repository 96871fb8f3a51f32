// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::pki {

/// One `-----BEGIN LABEL-----` … `-----END LABEL-----` of a text (RFC 7468).
struct PemBlock {
  /// `CERTIFICATE`, `PRIVATE KEY`, …
  std::string label;
  /// What was in base 64.
  std::string bytes;
};

/// Texts that are longer are not read, and no more blocks of one: a Secret holds less than that.
inline constexpr std::size_t kMaxPemText = std::size_t{1} << 20;
inline constexpr std::size_t kMaxPemBlocks = 256;

/// The blocks of a text in their order; text around them and blocks that are broken are passed
/// over, as Go's pem.Decode does.
std::vector<PemBlock> read_pem(std::string_view text);

}  // namespace rockpool::pki
