// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace rockpool::native {

/// The whole text of a file. The error says why it cannot be read: `web.yaml: No such file or
/// directory`.
std::expected<std::string, std::string> read_file(const std::string& path);
/// Writes a file anew. The error says why that is impossible.
std::expected<void, std::string> write_file(const std::string& path, std::string_view text);

/// True if the path names a folder.
bool is_folder(const std::string& path);
/// All *.yaml and *.yml files below a folder, in order of their paths. The error says what cannot
/// be read.
std::expected<std::vector<std::string>, std::string> find_yaml_files(const std::string& folder);

}  // namespace rockpool::native
