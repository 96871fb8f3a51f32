// SPDX-License-Identifier: Apache-2.0
#include "native/serve/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "native/files.h"
#include "native/serve/replace_file.h"

namespace rockpool::native {

StateFile::~StateFile() {
  if (lock_ >= 0) ::close(lock_);
}

std::expected<void, std::string> StateFile::lock() {
  const std::string name = path_ + ".lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return std::unexpected{fmt::format("{}: {}", name, std::strerror(errno))};
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK)
    return std::unexpected{fmt::format("{}: {}", name, std::strerror(errno))};
  return std::unexpected{fmt::format("{}: another rockpool uses it", path_)};
}

std::expected<std::unique_ptr<Cluster>, std::string> StateFile::restore() const {
  std::error_code missing;
  if (!std::filesystem::exists(path_, missing) && !missing) return nullptr;
  const auto text = read_file(path_);
  if (!text) return std::unexpected{text.error()};
  auto cluster = Cluster::restore(*text);
  if (!cluster) return std::unexpected{fmt::format("{}: {}", path_, cluster.error().message)};
  return std::move(*cluster);
}

std::expected<void, std::string> StateFile::save(const Cluster& cluster) const {
  return replace_file(path_, cluster.snapshot());
}

}  // namespace rockpool::native
