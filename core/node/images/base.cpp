// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>

#include "core/node/images/all.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

// An image that brings a shell and little else.
struct Base {
  std::string_view repository;
  // What runs if the Pod says nothing.
  std::string_view command;
  std::int64_t size_bytes;
  std::array<std::string_view, 12> tags;
  std::array<VersionRange, 4> versions;
  std::span<const std::string_view> lacks = {};
  Userland userland = Userland::busybox;
};

constexpr Base kBases[] = {
    {"docker.io/library/busybox",
     "sh",
     2'156'519,
     {"latest", "stable", "unstable", "musl", "glibc", "uclibc", "stable-musl", "stable-glibc",
      "stable-uclibc"},
     {{{1, 20, 37, 9}}},
     kBusyboxLacks},
    {"docker.io/library/alpine",
     "/bin/sh",
     3'642'247,
     {"latest", "edge"},
     {{{3, 1, 22, 12}}},
     kAlpineLacks,
     Userland::alpine},
    {"docker.io/library/debian",
     "bash",
     48'491'776,
     {"latest", "stable", "stable-slim", "bookworm", "bookworm-slim", "bullseye", "bullseye-slim",
      "buster", "buster-slim", "trixie", "testing", "sid"},
     {{{10, 0, 13, 0}, {11, 0, 11, 0}, {12, 0, 11, 0}}},
     kDebianLacks,
     Userland::debian},
    {"docker.io/library/ubuntu",
     "/bin/bash",
     29'722'321,
     {"latest", "rolling", "devel", "noble", "jammy", "focal", "bionic", "24.04", "22.04", "20.04",
      "18.04", "25.04"},
     {},
     kDebianLacks,
     Userland::debian},
    {"docker.io/curlimages/curl",
     "curl",
     10'240'256,
     {"latest"},
     {{{7, 60, 88, 9}, {8, 0, 13, 9}}},
     kAlpineWithCurlLacks,
     Userland::alpine},
    // Of the tutorial "Connecting Applications with Services".
    {"docker.io/radial/busyboxplus",
     "/bin/sh",
     4'266'234,
     {"latest", "base", "curl", "git"},
     {},
     kBusyboxWithCurlLacks},
    {"docker.io/nicolaka/netshoot",
     "zsh",
     195'104'620,
     {"latest"},
     {{{0, 0, 13, 9}}},
     {},
     Userland::alpine_with_tools},
    // Of the page "Debug Services" and others.
    {"gcr.io/google-containers/busybox",
     "sh",
     676'256,
     {"latest"},
     {{{1, 24, 27, 2}}},
     kBusyboxLacks},
    {"registry.k8s.io/busybox", "sh", 676'256, {"latest"}, {{{1, 24, 27, 2}}}, kBusyboxLacks},
    {"registry.k8s.io/e2e-test-images/busybox",
     "sh",
     2'156'519,
     {},
     {{{1, 29, 36, 9}}},
     kBusyboxLacks},
};

const Base* find_base(std::string_view repository) {
  const auto* found = std::ranges::find(kBases, repository, &Base::repository);
  return found == std::end(kBases) ? nullptr : found;
}

// curl's own image starts curl itself, through an entry point script.
sim::Task<std::int32_t> run_entrypoint(ProcessContext& context) {
  std::vector<std::string> arguments = context.arguments();
  arguments.erase(arguments.begin());
  if (arguments.empty() || arguments.front().starts_with('-') ||
      find_userland_program(arguments.front()) == nullptr) {
    arguments.insert(arguments.begin(), "curl");
  }
  const Program program = find_userland_program(arguments.front());
  context.set_arguments(std::move(arguments));
  sim::Task<std::int32_t> task = program(context);
  co_return co_await task;
}

class BaseImages : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return find_base(reference.repository()) != nullptr;
  }
  bool has_tag(std::string_view repository, std::string_view tag) const override {
    const Base* base = find_base(repository);
    if (base == nullptr || tag.empty()) return false;
    // `1.36-musl` is `1.36` for another C library.
    const std::string_view version = tag.substr(0, tag.find('-'));
    return is_one_of(tag, base->tags) || is_version_in(version, base->versions);
  }
  ImageConfig config(const ImageReference& reference) const override {
    const Base* base = find_base(reference.repository());
    ImageConfig config;
    config.has_shell = true;
    if (base == nullptr) return config;
    config.size_bytes = base->size_bytes;
    config.command = {std::string{base->command}};
    config.missing_programs = base->lacks;
    config.userland = base->userland;
    if (base->command == "curl") {
      config.entrypoint = {"/entrypoint.sh"};
      config.user = {100, 101, "curl_user"};
    }
    return config;
  }
  Program find_program(std::string_view name) const override {
    return name == "/entrypoint.sh" ? run_entrypoint : nullptr;
  }
};

}  // namespace

const Image& base_images() {
  static const BaseImages kImages;
  return kImages;
}

}  // namespace rockpool::node
