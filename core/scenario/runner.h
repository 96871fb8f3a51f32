// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/scenario/match.h"
#include "core/scenario/test_file.h"
#include "core/scenario/traffic_statistics.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// How tests are run.
struct RunOptions {
  /// The seed of each test's cluster.
  std::uint64_t seed = 1;
  /// The worker nodes of each test's cluster.
  int nodes = 3;
};

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
  /// Of a failed assertion: where the closest object differs.
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
  std::vector<StepResult> steps;
  /// Of the cluster's history, at the end.
  std::uint64_t digest = 0;
  /// How much virtual time passed.
  sim::Duration elapsed{0};
};

/// Runs one test in a cluster of its own. The steps after one that failed are not run.
TestResult run_test(const TestFile& test, const RunOptions& options);

}  // namespace rockpool::scenario
