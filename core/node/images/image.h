// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/metrics_source.h"
#include "core/node/image_reference.h"
#include "core/node/images/process.h"

namespace rockpool::node {

/// As whom an image runs its processes, root unless it says otherwise.
struct ImageUser {
  std::int64_t id = 0;
  std::int64_t group = 0;
  /// What its configuration says if that is a name; a constant.
  std::string_view name = {};
};

/// What an image's configuration says, as `docker inspect` shows it.
struct ImageConfig {
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> command = {};
  std::vector<EnvironmentVariable> environment = {};
  std::string working_folder = "/";
  /// Which signal asks it to stop.
  Signal stop_signal = Signal::terminate;
  /// Compressed, as the registry stores it and kubelet events report it.
  std::int64_t size_bytes = 0;
  /// What its first process uses while it has nothing to do.
  apiserver::ResourceUsage idle = {20'000, std::int64_t{1} << 20};
  /// True if there is a shell and the usual small programs beside its own.
  bool has_shell = false;
  /// Of the small programs those that this image does not have; a constant.
  std::span<const std::string_view> missing_programs = {};
  /// Whose they are.
  Userland userland = Userland::busybox;
  /// Files that it brings, with their contents.
  std::vector<std::pair<std::string, std::string>> files = {};
  ImageUser user = {};
};

/// A container image that is simulated: what it contains and how its programs behave. One file for
/// each; `all.cpp` lists them. Images keep no state.
class Image {
 public:
  virtual ~Image() = default;

  /// True if this is the image of that repository (`docker.io/library/nginx`).
  virtual bool matches(const ImageReference& reference) const = 0;
  /// True if its registry has that tag; what was pulled by digest is taken to exist.
  virtual bool has_tag(std::string_view repository, std::string_view tag) const = 0;
  virtual ImageConfig config(const ImageReference& reference) const = 0;
  /// The program of that name or path that the image itself brings, or nullptr.
  virtual Program find_program(std::string_view name) const = 0;
  /// True for the image that stands for all that are not simulated.
  virtual bool stands_for_unknown() const { return false; }
};

/// The image of that name: one from the list, or the one that stands for all others.
const Image& find_image(const ImageReference& reference);

/// The program that `name` starts in a container of that image: the image's own or, if it has a
/// shell, one of the usual small ones. Null if there is none.
Program find_executable(const Image& image, const ImageConfig& config, std::string_view name);

/// The last part of a path: `/usr/bin/env` → `env`.
std::string_view base_name(std::string_view path);

/// True if `tag` is one of `tags`.
bool is_one_of(std::string_view tag, std::span<const std::string_view> tags);

/// Versions of one major line that a registry has: registries keep every patch release, so a list
/// of them all would say nothing more.
struct VersionRange {
  /// The first number.
  int major = 0;
  /// The second one, both ends included.
  int first_minor = 0;
  int last_minor = 0;
  /// The greatest third one.
  int last_patch = 0;
};
/// True if `tag` is one to three numbers (`1`, `1.27`, `1.27.3`) that lie in one of the ranges.
bool is_version_in(std::string_view tag, std::span<const VersionRange> ranges);

}  // namespace rockpool::node
