// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace rockpool::doc {

/// Undoes the percent-encoding of URLs (RFC 3986, section 2.1); `+` becomes a space if
/// `plus_is_space`, as in forms. Broken escapes are kept as they are.
std::string percent_decode(std::string_view text, bool plus_is_space);

}  // namespace rockpool::doc
