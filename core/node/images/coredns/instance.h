// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/node/images/coredns/plugin.h"

namespace rockpool::node::coredns {

/// The times of CoreDNS's `reload` plug-in.
struct ReloadTimes {
  sim::Duration interval{0};
  sim::Duration jitter{0};
};

/// One configuration of a CoreDNS process that serves, or is about to. While queries are under way
/// they keep it alive, even if another one has taken its place.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  /// The context must outlive it.
  explicit Instance(ProcessContext& context) : context_{context} {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Sets up what a Corefile says. The error is what CoreDNS prints.
  Done configure(std::vector<ServerBlock> blocks, const std::string& path);
  /// Starts and stops the plug-ins.
  Done start();
  void stop();

  /// The ports that it serves.
  std::set<std::uint16_t> ports() const;
  /// `.:53` for each zone, in order.
  std::string zone_lines() const;

  /// Takes a message from the wire and gives `send` what is to be sent back, now or later; "" never
  /// is.
  using Send = std::function<void(std::string)>;
  void serve(std::string_view bytes, const net::SocketAddress& client, std::uint16_t port,
             net::dns::Transport transport, Send send);
  /// The same for those who wait.
  sim::Task<std::string> answer(std::string bytes, net::SocketAddress client, std::uint16_t port,
                                net::dns::Transport transport);

  /// Asks this server itself, as CoreDNS does for what an alias leads to (plugin/pkg/upstream).
  sim::Task<Reply> ask_itself(Query query);
  /// Asks what comes after a plug-in of the same chain; for caches that refresh themselves.
  sim::Task<Reply> ask_after(const Plugin& plugin, Query query);
  /// Runs a process as long as the program runs.
  void spawn(sim::Task<void> task) { context_.machine().spawn(std::move(task)); }

  /// The process that it serves in.
  ProcessContext& context() { return context_; }
  /// Where its random choices come from.
  sim::Random& random() { return random_; }
  /// `[INFO] plugin/NAME: TEXT`
  void log(std::string_view level, std::string_view plugin, std::string_view text);

  /// Set by `reload`.
  std::optional<ReloadTimes> reload;
  /// Set by `health`: how long the server goes on after it was told to stop.
  sim::Duration lame_duck{0};
  /// Ends the process as log.Fatal does.
  std::function<void(std::string)> fatal;
  /// What the chains of all configurations have counted; shared by them.
  struct Metrics {
    std::map<std::string, std::int64_t, std::less<>> requests;
    std::map<std::string, std::int64_t, std::less<>> responses;
    std::int64_t failed_reloads = 0;
  };
  std::shared_ptr<Metrics> metrics = std::make_shared<Metrics>();
  /// All lines of /metrics.
  std::string metrics_text() const;
  /// The zones of `kubernetes`, for the number that tells whether answers may have changed.
  std::vector<const net::dns::ClusterZone*> cluster_zones;
  /// True if a block logs every query, so that none may be answered from memory.
  bool observes_queries = false;

 private:
  // A query in a block's chain.
  struct Walk {
    Site* site = nullptr;
    Query query;
    // The plug-in that has answered, or whose turn it is.
    std::size_t place = 0;
  };
  // The answer to a UDP query without its id, while nothing changes, and what it adds to.
  struct Remembered {
    std::string bytes;
    std::int64_t* requests = nullptr;
    std::int64_t* responses = nullptr;
  };
  struct BytesHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Memory = std::unordered_map<std::string, Remembered, BytesHash, std::equal_to<>>;

  Done read_keys(const std::vector<std::string>& keys, Site& site);
  Site* find_site(std::uint16_t port, std::string_view name) const;
  // Down the chain from `walk.place`, which becomes the place of the plug-in that takes it.
  Step descend(Walk& walk);
  Reply ascend(Walk& walk, Reply reply, std::size_t top = 0);
  sim::Task<Reply> finish(Walk& walk, Step step, std::size_t top = 0);
  sim::Task<void> answer_later(std::shared_ptr<Instance> self, Walk walk, Step step, Send send);
  // The walk of a query that was accepted; the error is the answer to one that was not.
  std::expected<Walk, std::string> begin(std::string_view bytes, const net::SocketAddress& client,
                                         std::uint16_t port, net::dns::Transport transport);
  std::string write(const Walk& walk, Reply reply);
  bool answer_from_memory(std::string_view bytes, const Memory& memory, const Send& send);
  void remember(std::string_view bytes, const Walk& walk, const Reply& reply,
                const std::string& answer, Memory& memory);
  std::uint64_t serial() const;
  static std::string request_labels(const Walk& walk);
  static std::string response_labels(const Walk& walk, const Reply& reply);

  static constexpr std::size_t kMaxRemembered = 4096;

  ProcessContext& context_;
  sim::Random random_ = context_.machine().random.stream("zone");
  std::vector<std::unique_ptr<Site>> sites_;
  // By port and zone.
  std::map<std::pair<std::uint16_t, std::string>, Site*> sites_by_zone_;
  // By port.
  std::map<std::uint16_t, Memory> remembered_;
  std::uint64_t remembered_serial_ = 0;
};

}  // namespace rockpool::node::coredns
