// SPDX-License-Identifier: Apache-2.0
#include "native/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace rockpool::native {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string last_error(const std::string& path) {
  return fmt::format("{}: {}", path, std::strerror(errno));
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path) {
  if (is_folder(path)) return std::unexpected{fmt::format("{}: is a folder", path)};
  const File file{std::fopen(path.c_str(), "rb")};
  if (!file) return std::unexpected{last_error(path)};
  std::string text;
  char buffer[16384];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get()))
    text.append(buffer, count);
  if (std::ferror(file.get()) != 0) return std::unexpected{last_error(path)};
  return text;
}

std::expected<void, std::string> write_file(const std::string& path, std::string_view text) {
  File file{std::fopen(path.c_str(), "wb")};
  if (!file) return std::unexpected{last_error(path)};
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  // Closing writes what was held back.
  if (std::fclose(file.release()) != 0 || !written) return std::unexpected{last_error(path)};
  return {};
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::expected<std::vector<std::string>, std::string> find_yaml_files(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry{folder, error};
  while (!error && entry != std::filesystem::recursive_directory_iterator{}) {
    const std::filesystem::path& path = entry->path();
    const bool is_yaml = path.extension() == ".yaml" || path.extension() == ".yml";
    if (is_yaml && !is_folder(path.string())) paths.push_back(path.generic_string());
    entry.increment(error);
  }
  if (error) return std::unexpected{fmt::format("{}: {}", folder, error.message())};
  std::ranges::sort(paths);
  return paths;
}

}  // namespace rockpool::native
