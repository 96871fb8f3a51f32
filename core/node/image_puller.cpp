// SPDX-License-Identifier: Apache-2.0
#include "core/node/image_puller.h"

#include <algorithm>

#include <fmt/format.h>
#include "core/doc/hash.h"

namespace rockpool::node {
namespace {

// Host names under these ends never exist (RFC 2606), except that a cluster's own registry may be
// local.
bool is_impossible_host(std::string_view domain) {
  return domain.ends_with(".invalid") || domain.ends_with(".example") || domain.ends_with(".test");
}

std::string registry_host(const ImageReference& reference) {
  return reference.domain == "docker.io" ? "registry-1.docker.io" : reference.domain;
}

}  // namespace

std::string image_digest(std::string_view name) {
  constexpr std::uint64_t kParts = 4;
  std::string digest = "sha256:";
  std::uint64_t hash = doc::fnv64a("image");
  for (std::uint64_t part = 0; part < kParts; ++part) {
    hash = doc::fnv64a(name, hash + part);
    digest += fmt::format("{:016x}", hash);
  }
  return digest;
}

std::string pull_error(const ImageReference& reference) {
  const std::string name = reference.to_string();
  const std::string failed = fmt::format(
      "failed to pull and unpack image \"{0}\": failed to resolve "
      "reference \"{0}\": ",
      name);
  if (is_impossible_host(reference.domain)) {
    const std::string host = registry_host(reference);
    return fmt::format(
        "rpc error: code = Unknown desc = {}failed to do request: Head "
        "\"https://{}/v2/{}/manifests/{}\": dial tcp: lookup {}: no such host",
        failed, host, reference.path, reference.tag, host.substr(0, host.find(':')));
  }
  if (!reference.digest.empty()) return {};
  const Image& image = find_image(reference);
  if (image.has_tag(reference.repository(), reference.tag)) return {};
  return fmt::format("rpc error: code = NotFound desc = {}{}: not found", failed, name);
}

ImagePuller::ImagePuller(sim::Loop& loop, sim::Random random, PullOptions options)
    : loop_{loop}, random_{random}, options_{options} {}

const PulledImage* ImagePuller::find(const ImageReference& reference) const {
  const auto found = images_.find(reference.to_string());
  return found == images_.end() ? nullptr : found->second.get();
}

void ImagePuller::remove_unused(const std::set<std::string>& names) {
  std::erase_if(images_, [&names](const auto& entry) { return !names.contains(entry.first); });
}

sim::Duration ImagePuller::manifest_time() {
  const auto span = options_.manifest_longest - options_.manifest_shortest;
  return options_.manifest_shortest +
         sim::Duration{static_cast<std::int64_t>(
             random_.below(static_cast<std::uint64_t>(std::max<std::int64_t>(1, span.count()))))};
}

const PulledImage* ImagePuller::store(const ImageReference& reference) {
  std::unique_ptr<PulledImage>& slot = images_[reference.to_string()];
  if (slot) return slot.get();
  under_way_.erase(reference.to_string());
  slot = std::make_unique<PulledImage>();
  slot->image = &find_image(reference);
  slot->reference = reference;
  slot->config = std::make_shared<const ImageConfig>(slot->image->config(reference));
  slot->size_bytes = slot->config->size_bytes;
  slot->name = reference.to_string();
  const std::string digest =
      reference.digest.empty() ? image_digest(reference.to_string()) : reference.digest;
  slot->id = reference.repository() + "@" + digest;
  return slot.get();
}

sim::Task<std::expected<PullResult, std::string>> ImagePuller::pull(ImageReference reference) {
  const sim::Time asked = loop_.now();
  const sim::Time started = std::max(asked, busy_until_);
  std::string error = pull_error(reference);
  sim::Duration duration = manifest_time();
  // Pulls run in order: what one before this fetches is there when this one begins.
  const bool is_first = error.empty() && find(reference) == nullptr &&
                        under_way_.insert(reference.to_string()).second;
  if (is_first) {
    const std::int64_t size = find_image(reference).config(reference).size_bytes;
    // Thousandths of a second are fine enough, and cannot overflow.
    const std::int64_t bytes = std::max<std::int64_t>(0, size - options_.free_bytes);
    duration += std::chrono::milliseconds{bytes * 1000 / options_.bytes_per_second};
  }
  busy_until_ = started + duration;
  co_await sim::sleep(busy_until_ - asked);
  if (!error.empty()) co_return std::unexpected{std::move(error)};
  co_return PullResult{store(reference), duration, loop_.now() - asked};
}

}  // namespace rockpool::node
