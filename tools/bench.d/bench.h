// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::bench {

/// One row of the table: what is measured, and in what.
struct Benchmark {
  std::string_view name;
  /// What `run` returns: "ms", "s", "MB", "GiB" or "per second".
  std::string_view unit;
  /// The goals, natively and as Wasm, to be printed beside the result; 0 if there is none.
  double native_goal;
  double wasm_goal;
  /// How often it is run; the median is printed.
  int repeats;
  /// Does the work once and returns the measure.
  std::function<double()> run;
};

/// Wall-clock seconds since some fixed moment.
double wall_seconds();
/// Wall-clock milliseconds that a piece of work takes.
double milliseconds(const std::function<void()>& work);

/// The benchmarks of each file of this folder.
std::vector<Benchmark> cluster_benchmarks();
std::vector<Benchmark> api_benchmarks();
std::vector<Benchmark> traffic_benchmarks();
std::vector<Benchmark> service_benchmarks();
/// Of the native program only.
std::vector<Benchmark> serve_benchmarks();
/// Of the application; none where it is not built.
std::vector<Benchmark> frame_benchmarks();
/// Those that take too long to be run with the others.
std::vector<Benchmark> large_benchmarks();
std::vector<Benchmark> large_service_benchmarks();

}  // namespace rockpool::bench
