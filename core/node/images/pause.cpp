// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/node/images/all.h"

namespace rockpool::node {
namespace {

constexpr VersionRange kVersions[] = {{3, 0, 10, 9}};

// Sleeps until it is asked to stop, says so, and leaves (kubernetes build/pause/linux/pause.c).
sim::Task<std::int32_t> run_pause(ProcessContext& context) {
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  context.print("Shutting down, got signal: Terminated\n");
  co_return 0;
}

class PauseImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.path == "pause" || reference.path == "google_containers/pause" ||
           reference.path == "google-containers/pause";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return tag == "latest" || is_version_in(tag, kVersions);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/pause"},
            .size_bytes = 320'368,
            .idle = {0, std::int64_t{1} << 19},
            .user = {65535, 65535, {}}};
  }
  Program find_program(std::string_view name) const override {
    return name == "/pause" ? run_pause : nullptr;
  }
};

}  // namespace

const Image& pause_image() {
  static const PauseImage kImage;
  return kImage;
}

}  // namespace rockpool::node
