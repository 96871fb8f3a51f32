// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace rockpool::scheduler {

/// Why a Pod fits nowhere, in the words of the scheduler's FitError.
struct FitError {
  std::int64_t node_count = 0;
  /// Why no node was looked at, if so.
  std::string beforehand;
  /// How many nodes gave each reason.
  std::map<std::string, std::int64_t> reasons;
  /// What became of the attempt to make room; may be empty.
  std::string afterwards;

  /// `0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient cpu.
  /// preemption: …`
  std::string message() const;
};

}  // namespace rockpool::scheduler
