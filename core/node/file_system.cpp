// SPDX-License-Identifier: Apache-2.0
#include "core/node/file_system.h"

namespace rockpool::node {
namespace {

std::string with_slash(const std::string& folder) {
  return folder == "/" ? folder : folder + "/";
}

}  // namespace

std::string FileSystem::normalise(std::string_view path, std::string_view working_folder) {
  std::string whole{path};
  if (!path.starts_with('/')) whole = std::string{working_folder} + "/" + whole;
  std::vector<std::string_view> parts;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  }
  std::string result;
  for (const std::string_view part : parts) result.append("/").append(part);
  return result.empty() ? "/" : result;
}

void FileSystem::mount(const std::string& path, std::shared_ptr<FileSystem> files,
                       std::string sub_path, bool read_only) {
  mounts_.push_back({path, std::move(files), normalise(sub_path), read_only});
}

const FileSystem::Mount* FileSystem::find_mount(const std::string& path) const {
  const Mount* found = nullptr;
  for (const Mount& mount : mounts_) {
    const bool is_inside = path == mount.path || path.starts_with(with_slash(mount.path));
    if (is_inside && (found == nullptr || mount.path.size() >= found->path.size())) found = &mount;
  }
  return found;
}

std::string FileSystem::path_within(const Mount& mount, const std::string& path) {
  return normalise(mount.sub_path + path.substr(mount.path == "/" ? 0 : mount.path.size()));
}

const std::string* FileSystem::read(const std::string& path) const {
  if (const Mount* mount = find_mount(path)) return mount->files->read(path_within(*mount, path));
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second.content;
}

std::optional<std::int64_t> FileSystem::size(const std::string& path) const {
  if (const Mount* mount = find_mount(path)) return mount->files->size(path_within(*mount, path));
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second.size();
}

bool FileSystem::is_folder(const std::string& path) const {
  if (path == "/") return true;
  if (const Mount* mount = find_mount(path)) {
    return mount->files->is_folder(path_within(*mount, path));
  }
  const std::string prefix = with_slash(path);
  if (folders_.contains(prefix)) return true;
  const auto next = files_.lower_bound(prefix);
  if (next != files_.end() && next->first.starts_with(prefix)) return true;
  const auto folder = folders_.lower_bound(prefix);
  return folder != folders_.end() && folder->first.starts_with(prefix);
}

std::string_view FileSystem::refusal(const std::string& path) const {
  if (const Mount* mount = find_mount(path)) {
    return mount->read_only ? "Read-only file system"
                            : mount->files->refusal(path_within(*mount, path));
  }
  return own_refusal(path);
}

std::string_view FileSystem::own_refusal(const std::string& path) const {
  if (root_access_ == RootAccess::all || path.starts_with("/dev/")) return {};
  if (root_access_ == RootAccess::none) return "Read-only file system";
  const bool anybody_may = path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
  return anybody_may ? "" : "Permission denied";
}

bool FileSystem::has_room(const std::string& path, std::int64_t kept, std::int64_t unkept) const {
  const auto found = files_.find(path);
  const File none;
  const File& before = found == files_.end() ? none : found->second;
  const std::int64_t all_kept = bytes_ - static_cast<std::int64_t>(before.content.size()) + kept;
  return all_kept <= kMaxBytes && unkept <= capacity_ - all_kept - (unkept_bytes_ - before.unkept);
}

void FileSystem::put(const std::string& path, std::string content, std::int64_t unkept) {
  File& file = files_[path];
  bytes_ +=
      static_cast<std::int64_t>(content.size()) - static_cast<std::int64_t>(file.content.size());
  unkept_bytes_ += unkept - file.unkept;
  file = {std::move(content), unkept};
}

bool FileSystem::write(const std::string& path, std::string content) {
  if (const Mount* mount = find_mount(path)) {
    return !mount->read_only && mount->files->write(path_within(*mount, path), std::move(content));
  }
  if (!own_refusal(path).empty()) return false;
  if (is_folder(path) || !has_room(path, static_cast<std::int64_t>(content.size()), 0)) {
    return false;
  }
  put(path, std::move(content), 0);
  return true;
}

bool FileSystem::append(const std::string& path, std::string_view content) {
  if (const Mount* mount = find_mount(path)) {
    return !mount->read_only && mount->files->append(path_within(*mount, path), content);
  }
  if (!own_refusal(path).empty()) return false;
  const auto found = files_.find(path);
  if (found == files_.end()) return write(path, std::string{content});
  std::string whole = found->second.content;
  whole.append(content);
  const std::int64_t unkept = found->second.unkept;
  if (!has_room(path, static_cast<std::int64_t>(whole.size()), unkept)) return false;
  put(path, std::move(whole), unkept);
  return true;
}

bool FileSystem::write_unkept(const std::string& path, std::int64_t bytes) {
  if (const Mount* mount = find_mount(path)) {
    return !mount->read_only && mount->files->write_unkept(path_within(*mount, path), bytes);
  }
  if (!own_refusal(path).empty()) return false;
  if (is_folder(path) || !has_room(path, 0, bytes)) return false;
  put(path, {}, bytes);
  return true;
}

bool FileSystem::make_folder(const std::string& path) {
  if (const Mount* mount = find_mount(path)) {
    return !mount->read_only && mount->files->make_folder(path_within(*mount, path));
  }
  if (!own_refusal(path).empty()) return false;
  if (read(path) != nullptr) return false;
  folders_[with_slash(path)] = true;
  return true;
}

bool FileSystem::remove(const std::string& path) {
  if (const Mount* mount = find_mount(path)) {
    return !mount->read_only && mount->files->remove(path_within(*mount, path));
  }
  if (!own_refusal(path).empty()) return false;
  if (const auto file = files_.find(path); file != files_.end()) {
    put(path, {}, 0);
    files_.erase(file);
    return true;
  }
  if (!is_folder(path)) return false;
  const std::string prefix = with_slash(path);
  for (auto file = files_.lower_bound(prefix);
       file != files_.end() && file->first.starts_with(prefix);) {
    put(file->first, {}, 0);
    file = files_.erase(file);
  }
  for (auto folder = folders_.lower_bound(prefix);
       folder != folders_.end() && folder->first.starts_with(prefix);) {
    folder = folders_.erase(folder);
  }
  return true;
}

std::vector<std::string> FileSystem::list(const std::string& folder) const {
  if (const Mount* mount = find_mount(folder)) {
    return mount->files->list(path_within(*mount, folder));
  }
  const std::string prefix = with_slash(folder);
  // Ordered and without repetitions, as `ls` prints.
  std::map<std::string, bool> names;
  const auto collect = [&](const auto& paths) {
    for (auto entry = paths.lower_bound(prefix);
         entry != paths.end() && entry->first.starts_with(prefix); ++entry) {
      const std::string rest = entry->first.substr(prefix.size());
      if (!rest.empty()) names[rest.substr(0, rest.find('/'))] = true;
    }
  };
  collect(files_);
  collect(folders_);
  for (const Mount& mount : mounts_) {
    if (!mount.path.starts_with(prefix) || mount.path.size() == prefix.size()) continue;
    const std::string rest = mount.path.substr(prefix.size());
    names[rest.substr(0, rest.find('/'))] = true;
  }
  std::vector<std::string> result;
  for (const auto& [name, unused] : names) result.push_back(name);
  return result;
}

}  // namespace rockpool::node
