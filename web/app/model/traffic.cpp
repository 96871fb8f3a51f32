// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/traffic.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

namespace rockpool::app {
namespace {

std::int64_t second_of(sim::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Class 0 holds up to 64 µs, every next one twice as much.
constexpr std::int64_t kFirstClassNanoseconds = 64'000;

std::size_t latency_class(sim::Duration latency) {
  const auto units = static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency.count()) /
                                                kFirstClassNanoseconds);
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(units)),
                               ServiceTraffic::kLatencyClasses - 1);
}

double class_limit_seconds(std::size_t latency_class) {
  return static_cast<double>(kFirstClassNanoseconds << latency_class) / 1e9;
}

}  // namespace

std::size_t ServiceTraffic::index(int ago) const {
  return static_cast<std::size_t>((current_ - ago + 2 * kSeconds) % kSeconds);
}

const ServiceTraffic::Second& ServiceTraffic::second(int ago) const {
  return seconds_[index(ago)];
}

std::uint32_t ServiceTraffic::share_second(const Share& share, int ago) const {
  return share.requests[index(ago)];
}

int ServiceTraffic::age() const {
  if (first_ < 0) return 0;
  return static_cast<int>(std::min<std::int64_t>(kSeconds, current_ - first_ + 1));
}

void ServiceTraffic::advance(sim::Time now) {
  const std::int64_t wanted = second_of(now);
  if (current_ < 0) current_ = wanted;
  if (wanted - current_ >= kSeconds) {
    seconds_.fill({});
    shares_.clear();
    current_ = wanted;
  }
  while (current_ < wanted) {
    ++current_;
    const std::size_t at = index(0);
    seconds_[at] = {};
    for (Share& share : shares_) {
      share.total -= share.requests[at];
      share.requests[at] = 0;
    }
  }
  std::erase_if(shares_, [](const Share& share) { return share.total == 0; });
}

void ServiceTraffic::add(const RequestSeen& request) {
  advance(std::max(request.finished,
                   sim::Time{std::chrono::seconds{std::max<std::int64_t>(0, current_)}}));
  if (first_ < 0) first_ = current_;
  Second& second = seconds_[index(0)];
  ++second.requests;
  if (!request.ok) ++second.failures;
  const sim::Duration latency = request.finished - request.started;
  second.latency_sum += std::chrono::duration<double>(latency).count();
  ++second.latencies[latency_class(latency)];
  if (request.endpoint.empty()) return;
  auto share = std::find_if(shares_.begin(), shares_.end(), [&](const Share& candidate) {
    return candidate.endpoint == request.endpoint;
  });
  if (share == shares_.end()) {
    share = shares_.insert(shares_.end(), Share{request.endpoint, {}, 0, free_colour()});
  }
  ++share->requests[index(0)];
  ++share->total;
}

int ServiceTraffic::free_colour() const {
  std::array<int, kColours> uses{};
  for (const Share& share : shares_) ++uses[static_cast<std::size_t>(share.colour)];
  return static_cast<int>(std::min_element(uses.begin(), uses.end()) - uses.begin());
}

ServiceTraffic::Summary ServiceTraffic::summary() const {
  constexpr int kRecent = 10;
  Summary result;
  std::array<std::uint32_t, kLatencyClasses> latencies{};
  double latency_sum = 0;
  std::uint32_t recent = 0;
  std::uint32_t recent_failures = 0;
  for (int ago = 0; ago < kSeconds; ++ago) {
    const Second& part = second(ago);
    result.requests += part.requests;
    result.failures += part.failures;
    latency_sum += part.latency_sum;
    for (std::size_t at = 0; at < latencies.size(); ++at) latencies[at] += part.latencies[at];
    // The current second is not over: it would pull the rate down.
    if (ago >= 1 && ago <= kRecent) {
      recent += part.requests;
      recent_failures += part.failures;
    }
  }
  const int span = std::clamp(age() - 1, 1, kRecent);
  result.rate = static_cast<double>(recent) / span;
  if (recent > 0) result.recent_success = 1.0 - static_cast<double>(recent_failures) / recent;
  if (result.requests == 0) return result;
  result.success = 1.0 - static_cast<double>(result.failures) / result.requests;
  result.mean_latency = latency_sum / result.requests;
  std::uint32_t below = 0;
  for (std::size_t at = 0; at < latencies.size(); ++at) {
    below += latencies[at];
    if (below * 100ull >= result.requests * 99ull) {
      result.p99_latency = class_limit_seconds(at);
      break;
    }
  }
  return result;
}

void Traffic::add(RequestSeen request) {
  ++total_;
  if (!request.ok) ++failures_;
  if (!request.service_key.empty()) {
    const auto [place, fresh] = by_service_.try_emplace(request.service_key);
    if (fresh) order_.push_back(request.service_key);
    place->second.add(request);
  }
  if (!request.ok) {
    failed_.push_back(request);
    if (failed_.size() > kMostFailed) failed_.pop_front();
  }
  recent_.push_back(std::move(request));
  if (recent_.size() > kMostRecent) recent_.pop_front();
}

std::vector<FailureGroup> Traffic::failure_groups() const {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<Key, FailureGroup> groups;
  for (const RequestSeen& request : failed_) {
    FailureGroup& group = groups[{request.from, request.url, request.result}];
    group.last = &request;
    ++group.count;
  }
  std::vector<FailureGroup> list;
  for (const auto& [key, group] : groups) list.push_back(group);
  return list;
}

void Traffic::advance(sim::Time now) {
  const sim::Time oldest = now - std::chrono::seconds{ServiceTraffic::kSeconds};
  while (!failed_.empty() && failed_.front().finished < oldest) failed_.pop_front();
  for (auto& [key, traffic] : by_service_) traffic.advance(now);
}

void Traffic::clear() {
  by_service_.clear();
  order_.clear();
  recent_.clear();
  failed_.clear();
  total_ = 0;
  failures_ = 0;
}

const ServiceTraffic* Traffic::service(const std::string& key) const {
  const auto place = by_service_.find(key);
  return place == by_service_.end() ? nullptr : &place->second;
}

}  // namespace rockpool::app
