// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::node {

/// What a kubelet writes into its log: its last lines, kept as what they say and put into words
/// when somebody reads.
class KubeletLog {
 public:
  static constexpr std::size_t kMaxLines = 500;

  /// What a line tells of.
  enum class Event : std::uint8_t {
    starting,
    pod_added,
    pod_deleted,
    pod_removed,
    pod_refused,
    reclaiming,
    evicting,
    pod_evicted,
  };

  /// Notes something of a Pod, or of the node if there is none; `detail` is the reason or resource.
  void note(sim::Time time, Event event, const doc::Value& pod = {}, std::string_view detail = {});
  /// All lines, in klog's form.
  std::string read() const;

 private:
  struct Line {
    sim::Time time;
    Event event;
    // Shared with the Pod.
    doc::Value pod_namespace;
    doc::Value pod_name;
    doc::Value detail;
  };
  static std::string text_of(const Line& line);

  // A ring once it is full; `first_` is then the oldest.
  std::vector<Line> lines_;
  std::size_t first_ = 0;
};

}  // namespace rockpool::node
