// SPDX-License-Identifier: Apache-2.0
#include "native/serve/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rockpool::native {
namespace {

std::unexpected<std::string> last_error(const std::string& path) {
  return std::unexpected{fmt::format("{}: {}", path, std::strerror(errno))};
}

// True if all of it reached the disk.
bool write_through(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

// A rename is kept through a crash only once its folder has reached the disk.
void sync_folder(const std::filesystem::path& path) {
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

}  // namespace

std::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  if (error) return std::unexpected{fmt::format("{}: {}", path, error.message())};
  const std::string fresh = target.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return last_error(fresh);
  const bool written = write_through(file, text);
  if (::close(file) != 0 || !written) {
    auto failed = last_error(fresh);
    ::unlink(fresh.c_str());
    return failed;
  }
  if (std::rename(fresh.c_str(), target.c_str()) != 0) return last_error(path);
  sync_folder(target);
  return {};
}

}  // namespace rockpool::native
