// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/sim/time.h"

namespace rockpool::node {

/// One server of an upstream as nginx chooses among them (ngx_http_upstream_module). A name that
/// has several addresses is as many servers.
struct NginxPeer {
  /// An address or a name.
  std::string host;
  std::uint16_t port = 80;
  std::int64_t weight = 1;
  /// So many failures within `fail_timeout` put it aside for as long; 0: it never is.
  int max_fails = 1;
  sim::Duration fail_timeout = std::chrono::seconds{10};
  /// The most connections at a time; 0 for no limit.
  int max_connections = 0;
  bool is_down = false;
  /// Asked only when no other can be.
  bool is_backup = false;

  /// `10.244.1.2:80`, as logs and `$upstream_addr` have it.
  std::string name() const;
  bool operator==(const NginxPeer&) const = default;
};

/// The servers of one upstream with what nginx remembers of them: whose turn it is and who has
/// failed. Requests under way hold it, so that it outlives being configured anew.
class NginxUpstream {
 public:
  /// How one of those that can be asked is chosen.
  enum class Method : std::uint8_t {
    /// In turn, by weight: nginx's smooth weighted round robin.
    round_robin,
    /// The one with the fewest connections for its weight; round robin among equals.
    least_connections,
  };

  NginxUpstream(std::string name, std::vector<NginxPeer> peers, Method method);

  const std::string& name() const { return name_; }

  /// One request's way through the servers: each is asked once at most.
  class Attempts {
   public:
    explicit Attempts(NginxUpstream& upstream);
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;
    /// Lets go of a server whose answer nobody waits for any more.
    ~Attempts();

    /// The next server, or nullptr if none can be asked now. Ends with `finish`.
    const NginxPeer* next(sim::Time now);
    /// How it went with the server. True if that puts it aside.
    bool finish(bool has_failed, sim::Time now);
    /// Whether there are servers left that this request has not asked.
    bool has_more() const { return tries_ > 0; }

   private:
    NginxUpstream& upstream_;
    std::vector<bool> tried_;
    bool asks_backups_ = false;
    int tries_ = 0;
    std::size_t current_ = kNone;
  };

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // A server with what is remembered of it; times are whole seconds, as nginx's clock of requests.
  struct State {
    NginxPeer peer;
    std::int64_t effective_weight = 1;
    std::int64_t current_weight = 0;
    int connections = 0;
    int fails = 0;
    // When it failed last, and when the span began in which failures count.
    std::int64_t failed_at = 0;
    std::int64_t checked_at = 0;
  };

  bool is_eligible(const State& state, std::int64_t now) const;
  std::size_t choose(const std::vector<bool>& tried, bool backups, std::int64_t now);
  void collect_least_connected(std::vector<std::size_t>& eligible) const;

  std::string name_;
  std::vector<State> states_;
  Method method_;
  // Whether there is but one: it is always asked, whatever has failed.
  bool is_single_;
};

}  // namespace rockpool::node
