// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/doc/value.h"
#include "core/node/image_reference.h"
#include "core/node/images/image.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// How long pulling takes.
struct PullOptions {
  /// To ask the registry for the manifest, at least and at most.
  sim::Duration manifest_shortest = std::chrono::milliseconds{350};
  sim::Duration manifest_longest = std::chrono::milliseconds{900};
  /// To download and unpack; compressed bytes.
  std::int64_t bytes_per_second = 60'000'000;
  /// The part of an image below this needs no time of its own.
  std::int64_t free_bytes = 300'000;
};

/// An image on a node.
struct PulledImage {
  const Image* image = nullptr;
  ImageReference reference;
  /// `docker.io/library/nginx:1.27` and `docker.io/library/nginx@sha256:…`, shared by the status of
  /// every container that uses it.
  doc::Value name;
  doc::Value id;
  std::int64_t size_bytes = 0;
  std::shared_ptr<const ImageConfig> config;
};

/// A pull that went well.
struct PullResult {
  const PulledImage* image = nullptr;
  /// The pull itself, and with the time it waited for other pulls.
  sim::Duration duration{0};
  sim::Duration duration_with_waiting{0};
};

/// The images of one node. Pulls run one at a time, as with the kubelet's default
/// serializeImagePulls.
class ImagePuller {
 public:
  ImagePuller(sim::Loop& loop, sim::Random random, PullOptions options);

  /// The image if it is on the node, or nullptr. Stays valid until it is removed as unused.
  const PulledImage* find(const ImageReference& reference) const;
  /// Fetches the image. The error is containerd's.
  sim::Task<std::expected<PullResult, std::string>> pull(ImageReference reference);
  /// All images on the node by name.
  const std::map<std::string, std::unique_ptr<PulledImage>, std::less<>>& images() const {
    return images_;
  }
  /// Removes all images but those; `names` are as `ImageReference::to_string` gives them.
  void remove_unused(const std::set<std::string>& names);
  /// Tells later pulls that nothing is under way any more: after the node was switched off.
  void forget_queue() {
    busy_until_ = sim::Time{};
    under_way_.clear();
  }

 private:
  sim::Duration manifest_time();
  const PulledImage* store(const ImageReference& reference);

  sim::Loop& loop_;
  sim::Random random_;
  PullOptions options_;
  std::map<std::string, std::unique_ptr<PulledImage>, std::less<>> images_;
  // The names of images that are being fetched.
  std::set<std::string> under_way_;
  sim::Time busy_until_{};
};

/// The digest that stands for an image's content: depends on the name alone.
std::string image_digest(std::string_view name);

/// Why a registry does not give out an image, in containerd's words; empty if it does.
std::string pull_error(const ImageReference& reference);

}  // namespace rockpool::node
