// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/scenario/match.h"
#include "core/scenario/traffic_statistics.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// An expectation of traffic beside what was found.
struct Measured {
  std::string metric;
  std::string expected;
  std::string found;
  bool holds = true;
};

/// What came of one operation.
struct OperationResult {
  /// `assert Deployment default/web`
  std::string title;
  /// Where it stands in the test file.
  int line = 0;
  bool passed = true;
  /// Virtual time since the test began, before and after.
  sim::Duration began{0};
  sim::Duration ended{0};
  /// Why it failed, in one line; empty if it passed.
  std::string problem;
  /// Of a failed assertion: the object that comes closest, `Pod default/web-1`, and where it
  /// differs.
  std::string closest;
  std::vector<Mismatch> mismatches;
  /// Of traffic.
  std::vector<Measured> measured;
  TrafficStatistics statistics;
  /// Of traffic: what was done meanwhile.
  std::vector<OperationResult> during;
};

/// What came of one step.
struct StepResult {
  std::string name;
  bool passed = true;
  std::vector<OperationResult> operations;
};

/// What came of one test.
struct TestResult {
  std::string file;
  std::string name;
  bool passed = true;
  /// The steps after one that failed were not run.
  std::vector<StepResult> steps;
  /// How many steps the test has.
  std::size_t step_count = 0;
  /// Of the cluster's history, at the end.
  std::uint64_t digest = 0;
  /// How much virtual time passed.
  sim::Duration elapsed{0};
};

}  // namespace rockpool::scenario
