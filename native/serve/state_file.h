// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "core/cluster/cluster.h"
#include "native/serve/asio.h"

namespace rockpool::native {

/// A cluster's snapshot in a file, which is either the one of before or the new one, whole: it is
/// written beside the file and renamed. One program at a time owns it.
class StateFile {
 public:
  /// `path` may not exist yet.
  explicit StateFile(std::string path) : path_{std::move(path)} {}
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile();

  /// Keeps other programs from the file, until this goes. The error says who has it.
  std::expected<void, std::string> lock();
  /// The cluster that the file holds; null if there is no file. The error says what is wrong with
  /// it; it is left as it is.
  std::expected<std::unique_ptr<Cluster>, std::string> restore() const;
  /// Writes the cluster's state. The error says why that is impossible; the file is then as before.
  std::expected<void, std::string> save(const Cluster& cluster) const;

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace rockpool::native
