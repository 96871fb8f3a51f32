// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "web/app/model/failed_request.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// One place a request passed.
struct Stop {
  enum class Kind { Outside, Pod, Service, Proxy, Node };
  Kind kind = Kind::Outside;
  Slot slot = kNoSlot;  ///< of the Pod or Service; of the node for Proxy and Node
  /// Part of the look-up of the name, not of the request itself.
  bool dns = false;

  friend bool operator==(const Stop&, const Stop&) = default;
};

/// A finished request: where it went and how it ended.
struct RequestSeen {
  sim::Time started{};
  sim::Time finished{};
  /// From the client to the farthest place reached, name look-up first. The answer comes back the
  /// same way; a failure stays at the last place. Empty if there was no wish to know.
  std::vector<Stop> stops{};
  Slot service = kNoSlot;
  std::string service_key{};  ///< namespace/name; empty if it was sent to no Service
  std::string endpoint{};     ///< the Pod that answered; empty if none did
  std::string client{};       ///< who asked, in words
  std::string from{};         ///< the same as one asks for: pod/namespace/name, node/name, external
  std::string url{};
  bool ok = false;
  std::string result{};  ///< "200 OK", "connection refused"
  /// The NetworkPolicies that dropped it, in words; empty if none did, or nobody watched.
  std::string dropped{};
  /// More of one that has failed; null of others.
  std::shared_ptr<FailedRequest> failure{};
};

/// What happened to one Service over the last minute, second by second.
class ServiceTraffic {
 public:
  static constexpr int kSeconds = 60;
  /// Latencies are counted in classes that double, from 64 microseconds up.
  static constexpr int kLatencyClasses = 24;
  /// How many colours tell endpoints apart (the length of Theme::series).
  static constexpr std::size_t kColours = 8;

  struct Second {
    std::uint32_t requests = 0;
    std::uint32_t failures = 0;
    double latency_sum = 0;  ///< seconds
    std::array<std::uint32_t, kLatencyClasses> latencies{};
  };
  struct Share {
    std::string endpoint{};
    std::array<std::uint32_t, kSeconds> requests{};
    std::uint32_t total = 0;
    int colour = 0;  ///< its place in Theme::series, its own as far as there are enough
  };
  struct Summary {
    std::uint32_t requests = 0;
    std::uint32_t failures = 0;
    double rate = 0;            ///< requests per second over the last ten seconds
    double success = 1;         ///< 0 to 1, over the minute
    double recent_success = 1;  ///< over the last ten seconds
    double mean_latency = 0;    ///< seconds, over the minute
    double p99_latency = 0;
  };

  void add(const RequestSeen& request);
  /// Drops what is older than a minute before `now`.
  void advance(sim::Time now);

  /// `ago` seconds before the current second, which is 0; up to kSeconds - 1.
  const Second& second(int ago) const;
  std::uint32_t share_second(const Share& share, int ago) const;
  /// Those with a request in the last minute, in order of first appearance.
  const std::vector<Share>& shares() const { return shares_; }
  Summary summary() const;
  /// How many seconds of history there are, at most kSeconds.
  int age() const;

 private:
  std::size_t index(int ago) const;
  int free_colour() const;

  std::array<Second, kSeconds> seconds_{};
  std::vector<Share> shares_{};
  std::int64_t current_ = -1;
  std::int64_t first_ = -1;
};

/// Requests of one client to one place that failed the same way within the last minute.
struct FailureGroup {
  const RequestSeen* last = nullptr;
  std::uint32_t count = 0;
};

/// All requests lately, by Service and by Pod.
class Traffic {
 public:
  /// The most requests remembered one by one.
  static constexpr std::size_t kMostRecent = 200;
  static constexpr std::size_t kMostFailed = 100;

  void add(RequestSeen request);
  /// Moves the minute along to `now`.
  void advance(sim::Time now);
  void clear();

  const ServiceTraffic* service(const std::string& key) const;
  /// Keys of the Services that had traffic, in order of first appearance.
  const std::vector<std::string>& services() const { return order_; }
  /// Newest last.
  const std::deque<RequestSeen>& recent() const { return recent_; }
  /// Those of the last minute that failed, newest last.
  const std::deque<RequestSeen>& failed() const { return failed_; }
  /// The same, counted where they are alike; in order of client, place and result.
  std::vector<FailureGroup> failure_groups() const;
  std::uint64_t total() const { return total_; }
  std::uint64_t failures() const { return failures_; }

 private:
  std::unordered_map<std::string, ServiceTraffic> by_service_;
  std::vector<std::string> order_{};
  std::deque<RequestSeen> recent_;
  std::deque<RequestSeen> failed_;
  std::uint64_t total_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace rockpool::app
