// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/address.h"

// Domain names as text, with a final dot: "web.default.svc.cluster.local.", the root is ".". A dot
// or backslash inside a label is written `\.` or `\\`, any other byte outside the printable ASCII
// range as
// `\DDD`. Upper and lower case are kept as they came; use `lower_name` to compare.
namespace rockpool::net::dns {

/// The longest label and the longest name on the wire, in bytes.
inline constexpr std::size_t kMaxLabelLength = 63;
inline constexpr std::size_t kMaxNameLength = 255;
/// The two highest bits of a label's length when it is a compression pointer (RFC 1035, 4.1.4).
inline constexpr std::uint8_t kPointerBits = 0xc0;

/// The name in lower case (ASCII letters only), as DNS compares it.
std::string lower_name(std::string_view name);
/// True if `name` is `zone` or below it; both with a final dot and in lower case.
bool is_within(std::string_view name, std::string_view zone);
/// The address of a name such as `7.1.244.10.in-addr.arpa.`, in lower case; empty if it is none.
std::optional<IpAddress> parse_reverse_name(std::string_view name);
/// True if a name can be written on the wire; it must end in a dot.
bool is_valid_name(std::string_view name);

/// Takes the next label off `name`, with its dot, and returns its bytes: a part of `name`, or of
/// `buffer` if something had to be unescaped. Empty for text that is no name.
std::optional<std::string_view> take_label(std::string_view& name, std::string& buffer);
/// Adds a label of any bytes to a name, escaped, with its dot.
void append_label(std::string& name, std::string_view label);

}  // namespace rockpool::net::dns
