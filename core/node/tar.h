// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/sim/time.h"

// Archives in the ustar format (POSIX.1-1988), as `kubectl cp` sends and expects them.
namespace rockpool::node {

/// A file or folder of an archive.
struct TarEntry {
  /// Without a leading slash.
  std::string path;
  bool is_folder = false;
  std::string content;
};

/// The archive's bytes, with every entry of that age. Paths too long for ustar go as PAX headers.
std::string write_tar(const std::vector<TarEntry>& entries, sim::Time modified);

/// Reads an archive: ustar, with the long names of GNU tar and of PAX. Links and devices are left
/// out. The error says what is wrong with the bytes.
std::expected<std::vector<TarEntry>, std::string> read_tar(std::string_view bytes);

}  // namespace rockpool::node
