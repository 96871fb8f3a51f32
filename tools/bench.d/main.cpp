// SPDX-License-Identifier: Apache-2.0
//
// Measures what design goals speak of. `rockpool_bench [PART…]` runs the benchmarks whose names
// contain a part; `rockpool_bench --large` runs those of large clusters.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>

#include "tools/bench.d/bench.h"

namespace rockpool::bench {

double wall_seconds() {
  return std::chrono::duration<double>{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

double milliseconds(const std::function<void()>& work) {
  const double began = wall_seconds();
  work();
  return (wall_seconds() - began) * 1000;
}

namespace {

#ifdef __EMSCRIPTEN__
constexpr bool kIsWasm = true;
#else
constexpr bool kIsWasm = false;
#endif

bool is_wanted(std::string_view name, int count, char** parts) {
  if (count <= 1) return true;
  return std::any_of(parts + 1, parts + count,
                     [&](std::string_view part) { return name.contains(part); });
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string show(double value) {
  return value >= 1000 ? fmt::format("{:L}", static_cast<long long>(value + 0.5))
                       : fmt::format("{:.3g}", value);
}

void run(const Benchmark& benchmark) {
  std::vector<double> values;
  for (int repeat = 0; repeat < benchmark.repeats; ++repeat) values.push_back(benchmark.run());
  const double goal = kIsWasm ? benchmark.wasm_goal : benchmark.native_goal;
  const bool less_is_better = benchmark.unit != "per second";
  const double value = median(values);
  std::string verdict;
  if (goal > 0) {
    const bool met = less_is_better ? value <= goal : value >= goal;
    verdict = fmt::format("goal {} {}{}", less_is_better ? "<=" : ">=", show(goal),
                          met ? "" : "  MISSED");
  }
  // V8 begins with code that it compiled in a hurry: the first time is the slowest.
  const std::string first =
      kIsWasm && values.size() > 1 ? fmt::format(" (first {})", show(values.front())) : "";
  fmt::print("{:<56} {:>12} {:<11} {}{}\n", benchmark.name, show(value), benchmark.unit, verdict,
             first);
  std::fflush(stdout);
}

}  // namespace
}  // namespace rockpool::bench

int main(int count, char** arguments) {
  using namespace rockpool::bench;
  if (count == 2 && std::string_view{arguments[1]} == "--large") {
    for (const Benchmark& benchmark : large_service_benchmarks()) run(benchmark);
    for (const Benchmark& benchmark : large_benchmarks()) run(benchmark);
    return 0;
  }
  std::vector<Benchmark> all;
  for (auto benchmarks : {cluster_benchmarks(), api_benchmarks(), traffic_benchmarks(),
                          service_benchmarks(), frame_benchmarks()}) {
    std::ranges::move(benchmarks, std::back_inserter(all));
  }
#ifndef __EMSCRIPTEN__
  std::ranges::move(serve_benchmarks(), std::back_inserter(all));
#endif
  for (const Benchmark& benchmark : all) {
    if (is_wanted(benchmark.name, count, arguments)) run(benchmark);
  }
  return 0;
}
