// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/traffic_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/cluster/why/explanation.h"
#include "core/net/failure.h"
#include "core/net/trace.h"

namespace rockpool::scenario {
namespace {

constexpr std::array<std::string_view, 14> kMetrics = {
    "requests",          "succeeded",         "failed",      "successRate",
    "firstFailureAfter", "lastFailureAfter",  "failureSpan", "latency.p50",
    "latency.p90",       "latency.p99",       "latency.max", "backends.count",
    "backends.minShare", "backends.maxShare",
};
constexpr std::array<std::string_view, 3> kPrefixes = {"failures.", "statuses.", "bodies."};
constexpr std::string_view kCausePrefix = "causes.";

constexpr std::size_t kMaxBodies = 1000;

double seconds(sim::Duration span) {
  return std::chrono::duration<double>{span}.count();
}

template <typename Map, typename Key>
double count_of(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found != map.end() ? static_cast<double>(found->second) : 0;
}

std::string way_of(const net::FetchResult& result) {
  std::string way;
  if (!result.trace) return way;
  const auto add = [&](std::string_view place) {
    if (!way.empty()) way += " → ";
    way += place;
  };
  for (const net::Hop& hop : result.trace->hops) {
    switch (hop.kind) {
      case net::HopKind::client:
        add(hop.pod.empty() ? (hop.node.empty() ? "outside" : hop.node) : hop.pod);
        break;
      case net::HopKind::connect:
        add(hop.to.to_string());
        break;
      case net::HopKind::proxy:
        add("proxy of " + hop.node);
        break;
      case net::HopKind::choice:
        add(hop.pod.empty() ? hop.to.to_string() : hop.pod);
        break;
      case net::HopKind::dial_failed:
        add(std::string{"("} + std::string{failure_kind_name(hop.failure)} + ")");
        break;
      case net::HopKind::policy:
        add("(" + hop.detail + ")");
        break;
      case net::HopKind::tls:
        if (hop.failure != net::FailureKind::none) add("(" + hop.detail + ")");
        break;
      default:
        break;
    }
  }
  return way;
}

// Who answered: the last server that a hop names.
std::string backend_of(const net::FetchResult& result) {
  std::string backend = result.remote.to_string();
  if (!result.trace) return backend;
  for (const net::Hop& hop : result.trace->hops) {
    if (hop.kind == net::HopKind::server && !hop.pod.empty()) backend = hop.pod;
  }
  return backend;
}

}  // namespace

bool is_metric(std::string_view name) {
  if (std::ranges::find(kMetrics, name) != kMetrics.end()) return true;
  if (name.starts_with(kCausePrefix)) {
    return cluster::is_cause_name(name.substr(kCausePrefix.size()));
  }
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
    return name.starts_with(prefix) && name.size() > prefix.size();
  });
}

std::string metric_names() {
  return fmt::format("{}, failures.<reason>, causes.<cause>, statuses.<code>, bodies.<text>",
                     fmt::join(kMetrics, ", "));
}

bool holds_for_none(std::string_view metric) {
  return metric == "firstFailureAfter" || metric == "lastFailureAfter" || metric == "failureSpan";
}

void TrafficStatistics::add(sim::Duration offset, const net::FetchResult& result,
                            const std::optional<FailureCause>& cause) {
  if (result.ok()) ++statuses_[result.outcome->status];
  if (result.ok() && result.outcome->status < 400) {
    latencies_.push_back(seconds(result.ended - result.started));
    ++backends_[backend_of(result)];
    if (bodies_.size() < kMaxBodies || bodies_.contains(result.outcome->body))
      ++bodies_[result.outcome->body];
    return;
  }
  ++failures_;
  const std::string reason = result.ok()
                                 ? fmt::format("status_{}", result.outcome->status)
                                 : std::string{net::failure_kind_name(result.outcome.error().kind)};
  ++reasons_[reason];
  if (cause) ++causes_[std::string{cause->name}];
  first_failure_ = std::min(first_failure_.value_or(offset), offset);
  last_failure_ = std::max(last_failure_.value_or(offset), offset);
  if (kept_.size() < kMaxKeptFailures) {
    kept_.push_back({offset, reason,
                     result.ok() ? result.outcome->body : net::curl_message(result.outcome.error()),
                     way_of(result), cause ? cause->summary : std::string{}});
  }
}

std::optional<double> TrafficStatistics::latency(double quantile) const {
  if (latencies_.empty()) return {};
  std::vector<double> sorted = latencies_;
  std::ranges::sort(sorted);
  const auto rank =
      static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

std::optional<double> TrafficStatistics::share(bool largest) const {
  if (backends_.empty()) return {};
  const auto by_count = [](const auto& backend) { return backend.second; };
  const auto& backend = largest ? *std::ranges::max_element(backends_, {}, by_count)
                                : *std::ranges::min_element(backends_, {}, by_count);
  return static_cast<double>(backend.second) / static_cast<double>(latencies_.size());
}

double TrafficStatistics::count_bodies(std::string_view text) const {
  std::uint64_t count = 0;
  for (const auto& [body, times] : bodies_) {
    if (body.find(text) != std::string::npos) count += times;
  }
  return static_cast<double>(count);
}

std::optional<double> TrafficStatistics::measure(std::string_view metric) const {
  const auto succeeded = static_cast<double>(latencies_.size());
  const auto failed = static_cast<double>(failures_);
  if (metric == "requests") return succeeded + failed;
  if (metric == "succeeded") return succeeded;
  if (metric == "failed") return failed;
  if (metric == "successRate" && succeeded + failed > 0) return succeeded / (succeeded + failed);
  if (metric == "firstFailureAfter" && first_failure_) return seconds(*first_failure_);
  if (metric == "lastFailureAfter" && last_failure_) return seconds(*last_failure_);
  if (metric == "failureSpan" && first_failure_) return seconds(*last_failure_ - *first_failure_);
  if (metric == "latency.p50") return latency(0.5);
  if (metric == "latency.p90") return latency(0.9);
  if (metric == "latency.p99") return latency(0.99);
  if (metric == "latency.max") return latency(1);
  if (metric == "backends.count") return static_cast<double>(backends_.size());
  if (metric == "backends.minShare") return share(false);
  if (metric == "backends.maxShare") return share(true);
  if (metric.starts_with("failures.")) return count_of(reasons_, std::string{metric.substr(9)});
  if (metric.starts_with(kCausePrefix)) {
    return count_of(causes_, metric.substr(kCausePrefix.size()));
  }
  if (metric.starts_with("bodies.")) return count_bodies(metric.substr(7));
  if (metric.starts_with("statuses.")) {
    int code = 0;
    const std::string_view text = metric.substr(9);
    std::from_chars(text.data(), text.data() + text.size(), code);
    return count_of(statuses_, code);
  }
  return {};
}

}  // namespace rockpool::scenario
