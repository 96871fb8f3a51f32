// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::node {

/// What a container's processes may change outside volumes.
enum class RootAccess : std::uint8_t {
  all,
  /// Only where anybody may: they do not run as root.
  temporary,
  /// Nothing: the root file system is read-only.
  none,
};

/// The files of one container: what its image brings, what volumes put over it, and what its
/// processes write. Paths are absolute. Folders exist as far as there are files in them, or if they
/// were made.
class FileSystem {
 public:
  /// The most bytes that one container may hold with their contents.
  static constexpr std::int64_t kMaxBytes = 4 << 20;

  /// Lets `files` appear at a path: its folder or, if `sub_path` is not empty, what it has there.
  /// Shared with whoever else mounts it.
  void mount(const std::string& path, std::shared_ptr<FileSystem> files, std::string sub_path,
             bool read_only);

  /// A path made absolute against `working_folder`, without `.`, `..` and repeated slashes.
  static std::string normalise(std::string_view path, std::string_view working_folder = "/");

  /// The file's content, or nullptr. Valid until the file changes.
  const std::string* read(const std::string& path) const;
  bool is_folder(const std::string& path) const;
  bool exists(const std::string& path) const { return read(path) != nullptr || is_folder(path); }
  /// Why nothing can be changed at a path, as Linux says it: `Read-only file system`, `Permission
  /// denied`. Empty if something can be.
  std::string_view refusal(const std::string& path) const;
  /// From now on processes may change only so much outside mounts.
  void set_root_access(RootAccess access) { root_access_ = access; }
  /// Replaces or makes a file. False if that would exceed `kMaxBytes`, the path is a folder, or
  /// nothing can be changed there.
  bool write(const std::string& path, std::string content);
  bool append(const std::string& path, std::string_view content);
  /// Replaces or makes a file of that many bytes whose contents are not kept: it counts towards
  /// what its disk holds, and reads as empty. False as for `write`, or beyond the capacity.
  bool write_unkept(const std::string& path, std::int64_t bytes);
  /// How long a file is; nothing if there is none.
  std::optional<std::int64_t> size(const std::string& path) const;
  /// The bytes of all files here, those of mounts not counted.
  std::int64_t bytes() const { return bytes_ + unkept_bytes_; }
  /// The most bytes that all files here may have, as a file system in memory with a limit.
  void set_capacity(std::int64_t bytes) { capacity_ = bytes; }
  bool make_folder(const std::string& path);
  /// Removes a file, or a folder with all that is in it. False if there is none.
  bool remove(const std::string& path);
  /// The names directly in a folder, in order.
  std::vector<std::string> list(const std::string& folder) const;

 private:
  struct Mount {
    std::string path;
    std::shared_ptr<FileSystem> files;
    std::string sub_path;
    bool read_only;
  };
  // The mount that a path lies in, or nullptr, and the path within it.
  const Mount* find_mount(const std::string& path) const;
  // As `refusal`, for a path outside all mounts.
  std::string_view own_refusal(const std::string& path) const;
  // Whether files of `kept` and `unkept` bytes may replace what is at the path.
  bool has_room(const std::string& path, std::int64_t kept, std::int64_t unkept) const;
  void put(const std::string& path, std::string content, std::int64_t unkept);
  static std::string path_within(const Mount& mount, const std::string& path);

  struct File {
    std::string content;
    // Bytes beside the content that are only counted.
    std::int64_t unkept = 0;

    std::int64_t size() const { return static_cast<std::int64_t>(content.size()) + unkept; }
  };
  std::map<std::string, File, std::less<>> files_;
  // Folders that were made, each with its final slash.
  std::map<std::string, bool, std::less<>> folders_;
  std::vector<Mount> mounts_;
  RootAccess root_access_ = RootAccess::all;
  std::int64_t bytes_ = 0;
  std::int64_t unkept_bytes_ = 0;
  std::int64_t capacity_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace rockpool::node
