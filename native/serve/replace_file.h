// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace rockpool::native {

/// Replaces a file, or makes it, so that whoever reads it finds the old text or the new one, whole,
/// even after a crash; it is readable by its owner alone. What a symbolic link points to is
/// replaced, not the link. The error says why that is impossible; the file is then as before.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

}  // namespace rockpool::native
