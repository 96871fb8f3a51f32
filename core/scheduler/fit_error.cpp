// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/fit_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace rockpool::scheduler {

std::string FitError::message() const {
  if (node_count == 0) return "no nodes available to schedule pods";
  std::string text = fmt::format("0/{} nodes are available:", node_count);
  if (!beforehand.empty()) {
    text += fmt::format(" {}.", beforehand);
  } else {
    // Sorted as texts, so "10 x" comes before "2 y", as upstream.
    std::vector<std::string> parts;
    for (const auto& [reason, count] : reasons)
      parts.push_back(fmt::format("{} {}", count, reason));
    std::ranges::sort(parts);
    for (std::size_t index = 0; index < parts.size(); ++index) {
      text += (index == 0 ? " " : ", ") + parts[index];
    }
    if (!parts.empty()) text += ".";
  }
  if (!afterwards.empty()) text += " " + afterwards;
  return text;
}

}  // namespace rockpool::scheduler
