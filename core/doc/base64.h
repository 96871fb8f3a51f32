// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace rockpool::doc {

/// Standard base64 with padding (RFC 4648, section 4), as Go writes []byte in JSON: the data of a
/// Secret.
std::string encode_base64(std::string_view bytes);

/// Reads standard base64 with padding, ignoring line ends, as Go's StdEncoding does. The error is
/// Go's: "illegal base64 data at input byte 4".
std::expected<std::string, std::string> decode_base64(std::string_view text);

}  // namespace rockpool::doc
