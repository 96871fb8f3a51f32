// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace rockpool::native {

/// From this size on, answers are compressed for clients that take it; kube-apiserver's threshold.
inline constexpr std::size_t kGzipThreshold = 128u << 10;

/// True if an Accept-Encoding header allows gzip: `gzip`, `deflate, gzip;q=0.5`, `*`, but not
/// `gzip;q=0`.
bool accepts_gzip(std::string_view accept_encoding);

/// The text in gzip's format, at kube-apiserver's level, which is the quickest.
std::string gzip(std::string_view text);

}  // namespace rockpool::native
