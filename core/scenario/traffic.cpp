// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace rockpool::scenario {
namespace {

std::string show(double value, bool as_duration) {
  if (!as_duration) return fmt::format("{:.6g}", value);
  return sim::format_duration(sim::Duration{static_cast<std::int64_t>(std::llround(value * 1e9))});
}

Measured compare(const Expectation& expectation, std::optional<double> value) {
  const Comparison& comparison = expectation.comparison;
  if (!value)
    return {expectation.metric, comparison.text(), "none", holds_for_none(expectation.metric)};
  return {expectation.metric, comparison.text(), show(*value, comparison.is_duration()),
          comparison.holds(*value)};
}

// Why the request that has just failed did so; empty if it did not, or nobody will ask.
std::optional<FailureCause> cause_of(const Cluster& cluster, const FetchOptions& options,
                                     const net::FetchResult& result, bool is_wanted) {
  if (result.ok() || !is_wanted) return {};
  auto explanation = cluster.explain(options, result);
  if (!explanation) return {};
  return FailureCause{cluster::cause_name(explanation->cause), std::move(explanation->summary)};
}

}  // namespace

std::vector<Expectation> TrafficSpec::expectations_in(net::proxy::ModeKind mode) const {
  const auto is_for_mode = [&](const Expectation& expectation) {
    return std::ranges::find(expectation.modes, mode) != expectation.modes.end();
  };
  std::vector<Expectation> wanted;
  for (const Expectation& expectation : expectations) {
    const bool is_replaced = std::ranges::any_of(expectations, [&](const Expectation& other) {
      return other.metric == expectation.metric && is_for_mode(other);
    });
    if (expectation.modes.empty() ? !is_replaced : is_for_mode(expectation)) {
      wanted.push_back(expectation);
    }
  }
  return wanted;
}

Traffic::Traffic(World& world, const TrafficSpec& spec, FetchOptions options)
    : world_{world},
      spec_{spec},
      options_{std::make_shared<const FetchOptions>(std::move(options))},
      expects_causes_{std::ranges::any_of(spec.expectations,
                                          [](const Expectation& expectation) {
                                            return expectation.metric.starts_with("causes.");
                                          })},
      began_{world.timeline().now()},
      count_{static_cast<std::uint64_t>(
          std::llround(spec.rate * std::chrono::duration<double>{spec.duration}.count()))} {
  world_.timeline().add(*this);
}

std::expected<std::unique_ptr<Traffic>, std::string> Traffic::start(World& world,
                                                                    const TrafficSpec& spec) {
  auto client = world.find_client(spec.from);
  if (!client) return std::unexpected{client.error()};
  FetchOptions options;
  options.from = std::move(*client);
  options.url = spec.url;
  options.method = spec.method;
  options.timeout = spec.timeout;
  options.insecure = spec.insecure;
  if (const auto problem = world.cluster().check_fetch(options); !problem) {
    return std::unexpected{problem.error().message};
  }
  return std::unique_ptr<Traffic>{new Traffic{world, spec, std::move(options)}};
}

std::optional<sim::Time> Traffic::next_action() const {
  if (made_ == count_) return {};
  return began_ +
         sim::Duration{static_cast<std::int64_t>(static_cast<double>(made_) * 1e9 / spec_.rate)};
}

void Traffic::act() {
  ++made_;
  const sim::Time now = world_.timeline().now();
  const sim::Duration offset = now - began_;
  const auto started = world_.cluster().start_fetch(
      *options_, [statistics = statistics_, offset, &cluster = world_.cluster(), options = options_,
                  all = expects_causes_](const net::FetchResult& result) {
        const bool is_wanted = all || statistics->failures() < TrafficStatistics::kMaxKeptFailures;
        statistics->add(offset, result, cause_of(cluster, *options, result, is_wanted));
      });
  if (started) return;
  // A client that has gone makes no requests; that they were wanted still counts.
  net::Failure failure;
  failure.kind = net::FailureKind::network_unreachable;
  failure.detail = started.error().message;
  statistics_->add(offset, {std::unexpected{std::move(failure)}, now, now, {}, {}});
}

void Traffic::run_until(sim::Duration offset) {
  world_.timeline().run_until(began_ + offset);
}

void Traffic::finish() {
  run_until(spec_.duration);
  // Each request ends with its time-out at the latest.
  world_.wait_until(spec_.timeout + std::chrono::seconds{1},
                    [&] { return statistics_->requests() >= made_; });
}

std::vector<Measured> Traffic::measure() const {
  std::vector<Measured> measured;
  for (const Expectation& expectation : spec_.expectations_in(world_.cluster().proxy_mode())) {
    measured.push_back(compare(expectation, statistics_->measure(expectation.metric)));
  }
  return measured;
}

}  // namespace rockpool::scenario
