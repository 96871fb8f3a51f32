// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/runner.h"

#include <utility>

#include "core/cluster/cluster.h"
#include "core/scenario/operations.h"
#include "core/scenario/traffic.h"

namespace rockpool::scenario {
namespace {

class Run {
 public:
  Run(const TestFile& test, const RunOptions& options)
      : test_{test}, cluster_{cluster_options(options)}, world_{cluster_, test} {}

  TestResult run() {
    TestResult result{.file = test_.file, .name = test_.name, .passed = true, .steps = {}, .digest = 0, .elapsed = {}};
    for (const Step& step : test_.steps) {
      result.steps.push_back(run_step(step));
      result.passed = result.passed && result.steps.back().passed;
      if (!result.passed) break;
    }
    result.digest = cluster_.digest();
    result.elapsed = elapsed();
    return result;
  }

 private:
  static ClusterOptions cluster_options(const RunOptions& options) {
    ClusterOptions result;
    result.seed = options.seed;
    result.nodes = options.nodes;
    return result;
  }

  sim::Duration elapsed() const { return cluster_.now() - cluster_.options().start; }

  StepResult run_step(const Step& step) {
    StepResult result{.name = step.name, .passed = true, .operations = {}};
    run_all(step.operations, result);
    if (!result.passed) run_all(step.on_failure, result);
    run_all(step.finally, result);
    return result;
  }

  // Operations up to the first that fails.
  void run_all(const std::vector<Operation>& operations, StepResult& result) {
    for (const Operation& operation : operations) {
      result.operations.push_back(run_operation(operation));
      if (result.operations.back().passed) continue;
      result.passed = false;
      return;
    }
  }

  OperationResult run_operation(const Operation& operation) {
    OperationResult result;
    result.line = operation.line;
    result.title = world_.title(operation);
    result.began = elapsed();
    if (operation.kind == OperationKind::traffic) {
      run_traffic(operation, result);
    } else {
      world_.perform(operation, result);
    }
    result.ended = elapsed();
    if (!result.problem.empty()) result.passed = false;
    return result;
  }

  void run_traffic(const Operation& operation, OperationResult& result) {
    auto traffic = Traffic::start(cluster_, world_, operation.traffic);
    if (!traffic) {
      result.problem = traffic.error();
      return;
    }
    for (const Operation& inner : operation.during) {
      (*traffic)->run_until(inner.after);
      result.during.push_back(run_operation(inner));
      if (!result.during.back().passed) result.problem = "an operation during the traffic failed";
    }
    (*traffic)->finish();
    result.statistics = (*traffic)->statistics();
    result.measured = (*traffic)->measure();
    for (const Measured& measured : result.measured) {
      if (!measured.holds && result.problem.empty()) result.problem = "the traffic is not as expected";
    }
  }

  const TestFile& test_;
  Cluster cluster_;
  World world_;
};

}  // namespace

TestResult run_test(const TestFile& test, const RunOptions& options) { return Run{test, options}.run(); }

}  // namespace rockpool::scenario
