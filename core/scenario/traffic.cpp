// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/traffic.h"

#include <fmt/format.h>

#include <cmath>

namespace rockpool::scenario {
namespace {

std::string show(double value, bool as_duration) {
  if (!as_duration) return fmt::format("{:.6g}", value);
  return sim::format_duration(sim::Duration{static_cast<std::int64_t>(std::llround(value * 1e9))});
}

net::FetchResult refused(sim::Time now, const std::string& message) {
  net::Failure failure;
  failure.kind = net::FailureKind::network_unreachable;
  failure.detail = message;
  net::FetchResult result{.outcome = std::unexpected{failure}, .started = now, .ended = now, .remote = {}, .trace = {}};
  return result;
}

}  // namespace

Traffic::Traffic(Cluster& cluster, const TrafficSpec& spec)
    : cluster_{cluster},
      spec_{spec},
      began_{cluster.now()},
      count_{static_cast<std::uint64_t>(
          std::llround(spec.rate * std::chrono::duration<double>{spec.duration}.count()))} {}

std::expected<std::unique_ptr<Traffic>, std::string> Traffic::start(Cluster& cluster, World& world,
                                                                    const TrafficSpec& spec) {
  std::unique_ptr<Traffic> traffic{new Traffic{cluster, spec}};
  FetchOptions& options = traffic->options_;
  options.url = spec.url;
  options.method = spec.method;
  options.timeout = spec.timeout;
  options.from = spec.from;
  if (options.from.empty()) {
    const auto pods = world.find_pods(spec.from_namespace, spec.from_selector);
    if (!pods) return std::unexpected{pods.error()};
    if (pods->empty()) return std::unexpected{fmt::format("no Pod is selected by \"{}\"", spec.from_selector)};
    options.from = "pod/" + pods->front();
  }
  if (const auto problem = cluster.check_fetch(options); !problem) return std::unexpected{problem.error().message};
  return traffic;
}

sim::Duration Traffic::offset_of(std::uint64_t request) const {
  return sim::Duration{static_cast<std::int64_t>(static_cast<double>(request) * 1e9 / spec_.rate)};
}

void Traffic::make_request() {
  const sim::Duration offset = cluster_.now() - began_;
  const auto started = cluster_.start_fetch(options_, [statistics = statistics_, offset](const net::FetchResult& result) {
    statistics->add(offset, result);
  });
  // A client that has gone makes no requests; that they were wanted still counts.
  if (!started) statistics_->add(offset, refused(cluster_.now(), started.error().message));
  ++made_;
}

void Traffic::run_until(sim::Duration offset) {
  while (made_ < count_ && offset_of(made_) <= offset) {
    cluster_.run_until(began_ + offset_of(made_));
    make_request();
  }
  cluster_.run_until(began_ + offset);
}

void Traffic::finish() {
  run_until(spec_.duration);
  // Each request ends with its time-out at the latest.
  const sim::Time deadline = cluster_.now() + spec_.timeout + std::chrono::seconds{1};
  while (statistics_->requests() < made_ && cluster_.now() < deadline) {
    if (!cluster_.step()) break;
  }
}

std::vector<Measured> Traffic::measure() const {
  std::vector<Measured> measured;
  for (const Expectation& expectation : spec_.expectations) {
    const double value = statistics_->measure(expectation.metric).value_or(0);
    measured.push_back({expectation.metric, expectation.comparison.text(),
                        show(value, expectation.comparison.is_duration()), expectation.comparison.holds(value)});
  }
  return measured;
}

}  // namespace rockpool::scenario
