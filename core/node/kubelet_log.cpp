// SPDX-License-Identifier: Apache-2.0
#include "core/node/kubelet_log.h"

#include <fmt/format.h>

#include "core/api/object.h"

namespace rockpool::node {
namespace {

// The kubelet's process on every node.
constexpr int kProcess = 641;

// `I0102 03:04:05.678901     641 kubelet.go:2407] `. Which line of the source it was differs from
// one patch release to the next and means nothing.
std::string header(sim::Time time, std::string_view place) {
  // `2025-01-02T03:04:05.678901Z`
  const std::string text = sim::format_rfc3339_micro(time);
  return fmt::format("I{}{} {} {:>7} {}] ", text.substr(5, 2), text.substr(8, 2),
                     text.substr(11, 15), kProcess, place);
}

}  // namespace

void KubeletLog::note(sim::Time time, Event event, const doc::Value& pod, std::string_view detail) {
  using namespace doc::literals;
  const doc::Value& metadata = pod["metadata"_key];
  Line line{time, event, metadata["namespace"_key], metadata["name"_key],
            detail.empty() ? doc::Value{} : doc::Value{detail}};
  if (lines_.size() < kMaxLines) {
    lines_.push_back(std::move(line));
    return;
  }
  lines_[first_] = std::move(line);
  first_ = (first_ + 1) % kMaxLines;
}

std::string KubeletLog::text_of(const Line& line) {
  const std::string pod =
      fmt::format("{}/{}", line.pod_namespace.as_string(), line.pod_name.as_string());
  const auto sync_loop = [&](std::string_view what, std::string_view place) {
    return fmt::format("{}\"SyncLoop {}\" source=\"api\" pods=[\"{}\"]", header(line.time, place),
                       what, pod);
  };
  const auto eviction = [&](std::string_view text, std::string_view place) {
    return fmt::format("{}\"Eviction manager: {}\"", header(line.time, place), text);
  };
  switch (line.event) {
    case Event::starting:
      return header(line.time, "kubelet.go:2351") + "\"Starting kubelet main sync loop\"";
    case Event::pod_added:
      return sync_loop("ADD", "kubelet.go:2430");
    case Event::pod_deleted:
      return sync_loop("DELETE", "kubelet.go:2446");
    case Event::pod_removed:
      return sync_loop("REMOVE", "kubelet.go:2440");
    case Event::pod_refused:
      return fmt::format("{}\"Failed to admit pod to node\" pod=\"{}\" reason=\"{}\"",
                         header(line.time, "eviction_manager.go:177"), pod,
                         line.detail.as_string());
    case Event::reclaiming:
      return eviction("attempting to reclaim", "eviction_manager.go:387") +
             fmt::format(" resourceName=\"{}\"", line.detail.as_string());
    case Event::evicting:
      return eviction("must evict pod(s) to reclaim", "eviction_manager.go:398") +
             fmt::format(" resourceName=\"{}\"", line.detail.as_string());
    case Event::pod_evicted:
      return eviction("pod is evicted successfully", "eviction_manager.go:627") +
             fmt::format(" pod=\"{}\"", pod);
  }
  return {};
}

std::string KubeletLog::read() const {
  std::string text;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    text += text_of(lines_[(first_ + i) % lines_.size()]) + "\n";
  }
  return text;
}

}  // namespace rockpool::node
