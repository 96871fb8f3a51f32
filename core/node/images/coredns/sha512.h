// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace rockpool::node::coredns {

/// The SHA-512 of some bytes (FIPS 180-4), as 128 hexadecimal digits.
std::string sha512(std::string_view bytes);

}  // namespace rockpool::node::coredns
