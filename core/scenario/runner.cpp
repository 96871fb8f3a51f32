// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/runner.h"

#include <fmt/format.h>

#include <ranges>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/scenario/operations.h"
#include "core/scenario/traffic.h"

namespace rockpool::scenario {

ClusterOptions cluster_options(const RunOptions& options) {
  ClusterOptions result;
  result.seed = options.seed;
  result.nodes = options.nodes;
  result.ip_families = options.ip_families;
  result.service_cidr = options.service_cidr;
  result.pod_cidr = options.pod_cidr;
  result.proxy_mode = options.proxy_mode;
  return result;
}

namespace {

class Run {
 public:
  Run(const TestFile& test, const RunOptions& options)
      : test_{test}, cluster_{cluster_options(options)}, world_{cluster_, test} {}

  TestResult run() {
    TestResult result;
    result.file = test_.file;
    result.name = test_.name;
    result.step_count = test_.steps.size();
    for (const Step& step : test_.steps) {
      add(result, run_step(step));
      if (!result.passed) break;
    }
    // Steps that were not run have nothing to clean up.
    const auto begun = test_.steps | std::views::take(result.steps.size());
    for (const Step& step : begun | std::views::reverse) {
      if (!step.cleanup.empty()) add(result, run_cleanup(step));
    }
    result.digest = cluster_.digest();
    result.elapsed = world_.timeline().elapsed();
    return result;
  }

 private:
  static void add(TestResult& result, StepResult step) {
    result.passed = result.passed && step.passed;
    result.steps.push_back(std::move(step));
  }

  StepResult run_step(const Step& step) {
    StepResult result{.name = step.name, .passed = true, .operations = {}};
    run_all(step.operations, step.timeouts, result);
    if (!result.passed) run_all(step.on_failure, step.timeouts, result);
    run_all(step.finally, step.timeouts, result);
    return result;
  }

  StepResult run_cleanup(const Step& step) {
    StepResult result{.name = "cleanup", .passed = true, .operations = {}};
    if (!step.name.empty()) result.name += " of " + step.name;
    run_all(step.cleanup, step.timeouts, result);
    return result;
  }

  // Operations up to the first that fails.
  void run_all(const std::vector<Operation>& operations, const Timeouts& timeouts,
               StepResult& result) {
    for (const Operation& operation : operations) {
      result.operations.push_back(run_operation(operation, timeouts));
      if (result.operations.back().passed) continue;
      result.passed = false;
      if (!operation.continue_on_error) return;
    }
  }

  OperationResult run_operation(const Operation& operation, const Timeouts& timeouts) {
    OperationResult result;
    result.line = operation.line;
    result.title = title_of(world_, operation);
    result.began = world_.timeline().elapsed();
    if (operation.kind == OperationKind::traffic) {
      run_traffic(operation, timeouts, result);
    } else {
      perform(world_, operation, timeouts, result);
    }
    if (world_.timeline().is_exhausted()) {
      result.problem =
          fmt::format("the cluster does not come to rest: {} events", Timeline::kMaxEvents);
    }
    result.ended = world_.timeline().elapsed();
    result.passed = result.problem.empty();
    return result;
  }

  void run_traffic(const Operation& operation, const Timeouts& timeouts, OperationResult& result) {
    auto traffic = Traffic::start(world_, operation.traffic);
    if (!traffic) {
      result.problem = traffic.error();
      return;
    }
    for (const Operation& inner : operation.during) {
      (*traffic)->run_until(inner.after);
      result.during.push_back(run_operation(inner, timeouts));
      if (!result.during.back().passed) result.problem = "an operation during the traffic failed";
    }
    (*traffic)->finish();
    result.statistics = (*traffic)->statistics();
    result.measured = (*traffic)->measure();
    for (const Measured& measured : result.measured) {
      if (!measured.holds && result.problem.empty())
        result.problem = "the traffic is not as expected";
    }
  }

  const TestFile& test_;
  Cluster cluster_;
  World world_;
};

}  // namespace

TestResult run_test(const TestFile& test, const RunOptions& options) {
  return Run{test, options}.run();
}

}  // namespace rockpool::scenario
