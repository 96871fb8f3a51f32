// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/dns/message.h"
#include "core/net/dns/name.h"
#include "core/net/dns/zone.h"
#include "core/node/images/coredns/corefile.h"
#include "core/node/images/process.h"

// CoreDNS's plug-ins. A query goes down a server block's chain until a plug-in has an answer, and
// the answer goes up again through those above it, as with nested handlers.
namespace rockpool::node::coredns {

class Instance;
class Plugin;
class Setup;
struct ResponseRule;

/// The release, as it prints it when it starts.
inline constexpr std::string_view kVersion = "1.12.0";
inline constexpr std::string_view kGoVersion = "go1.23.3";
inline constexpr std::string_view kRevision = "51e11f1";

/// Why a configuration is refused, in CoreDNS's words.
using Error = std::unexpected<std::string>;
using Done = std::expected<void, std::string>;

/// A query on its way through a chain.
struct Query {
  /// As it came in.
  net::dns::Message request;
  net::SocketAddress client;
  /// The port it came in on.
  std::uint16_t port = 53;
  net::dns::Transport transport = net::dns::Transport::udp;
  /// Its length on the wire.
  std::size_t size = 0;
  sim::Time arrived;
  /// What is asked for; a plug-in may have rewritten it.
  net::dns::Question question;
  /// What the answer will be rewritten by.
  std::vector<const ResponseRule*> response_rules = {};
  /// The names that those rules put in the place of others, one pair for each.
  std::vector<std::pair<std::string, std::string>> renamed = {};
  /// The question as it was before it was rewritten.
  std::optional<net::dns::Question> rewritten_from = {};
  /// True once it has looked into a cache in vain.
  bool may_be_cached = false;

  /// The name in lower case.
  std::string name() const { return net::dns::lower_name(question.name); }
};

/// What a chain says to a query.
struct Reply {
  /// None: whoever has written nothing leaves it to the server to tell `code`.
  std::optional<net::dns::Message> message;
  net::dns::ResponseCode code = net::dns::ResponseCode::no_error;
  /// What went wrong, for the log; empty if nothing did.
  std::string error;
  /// True if the same question gets the same bytes as long as the cluster's zone does not change.
  bool is_fixed = false;

  net::dns::ResponseCode final_code() const { return message ? message->code : code; }
};

/// What a plug-in does with a query: an answer at once, or one that takes time. Empty: the next one
/// sees to it.
struct Step {
  std::optional<Reply> reply;
  /// Makes the process that finds the answer; empty as a result sends the query on to the next
  /// plug-in. The query outlives it.
  std::function<sim::Task<std::optional<Reply>>(Query& query)> later;
};

/// A link of the chain.
class Plugin {
 public:
  virtual ~Plugin() = default;
  /// `kubernetes`
  virtual std::string_view name() const = 0;
  /// False for those that only stand beside the chain.
  virtual bool handles_queries() const { return true; }
  virtual std::optional<Step> descend(Query&) { return {}; }
  virtual void ascend(Query&, Reply&) {}
  /// The server begins to serve; returns why it cannot.
  virtual Done start() { return {}; }
  /// The configuration goes; another one may take its place.
  virtual void stop() {}
  /// Its lines of /metrics.
  virtual void append_metrics(std::string&) const {}
};

/// A server block: what is served, and by which plug-ins.
struct Site {
  /// In lower case with final dots; each with its port.
  std::vector<std::pair<std::string, std::uint16_t>> zones;
  std::vector<std::unique_ptr<Plugin>> plugins;
  /// For relative file names.
  std::string root;

  /// The zones alone, as plug-ins without zones of their own take them.
  std::vector<std::string> origins() const;
};

/// What a directive's setup gets.
class Setup {
 public:
  Setup(ProcessContext& context_, Instance& instance_, Site& site_, Dispenser& words_)
      : context{context_}, instance{instance_}, site{site_}, words{words_} {}

  /// Puts a plug-in at the end of the block's chain.
  template <typename T>
  T& add(std::unique_ptr<T> plugin) {
    T& added = *plugin;
    site.plugins.push_back(std::move(plugin));
    return added;
  }
  /// The word after a directive that may stand only once in a block; false after the last one.
  std::expected<bool, std::string> next_once();
  /// The path made absolute; relative ones begin at the block's root.
  std::string path_of(const std::string& path) const;

  ProcessContext& context;
  Instance& instance;
  Site& site;
  /// The directive's own.
  Dispenser& words;

 private:
  int count_ = 0;
};

/// A directive: what makes its plug-in; null for those that are not simulated.
struct Directive {
  std::string_view name;
  /// Reads the directive's words; the error is what CoreDNS prints.
  Done (*setup)(Setup& setup);
};

/// All that CoreDNS 1.12 has, in the order in which they handle a query (core/dnsserver
/// zdirectives.go).
std::span<const Directive> all_directives();

/// Sets up `acl`.
Done set_up_acl(Setup& setup);
/// Sets up `any`.
Done set_up_any(Setup& setup);
/// Sets up `bufsize`.
Done set_up_bufsize(Setup& setup);
/// Sets up `cache`.
Done set_up_cache(Setup& setup);
/// Sets up `cancel`.
Done set_up_cancel(Setup& setup);
/// Sets up `debug`.
Done set_up_debug(Setup& setup);
/// Sets up `errors`.
Done set_up_errors(Setup& setup);
/// Sets up `forward`.
Done set_up_forward(Setup& setup);
/// Sets up `health`.
Done set_up_health(Setup& setup);
/// Sets up `hosts`.
Done set_up_hosts(Setup& setup);
/// Sets up `kubernetes`.
Done set_up_kubernetes(Setup& setup);
/// Sets up `loadbalance`.
Done set_up_loadbalance(Setup& setup);
/// Sets up `log`.
Done set_up_log(Setup& setup);
/// Sets up `loop`.
Done set_up_loop(Setup& setup);
/// Sets up `minimal`.
Done set_up_minimal(Setup& setup);
/// Sets up `multisocket`.
Done set_up_multisocket(Setup& setup);
/// Sets up `prometheus`.
Done set_up_prometheus(Setup& setup);
/// Sets up `ready`.
Done set_up_ready(Setup& setup);
/// Sets up `reload`.
Done set_up_reload(Setup& setup);
/// Sets up `rewrite`.
Done set_up_rewrite(Setup& setup);
/// Sets up `root`.
Done set_up_root(Setup& setup);
/// Sets up `timeouts`.
Done set_up_timeouts(Setup& setup);
/// Sets up `whoami`.
Done set_up_whoami(Setup& setup);

// What several of them need.

/// A zone as plug-ins write it, in lower case with its final dot; a range of addresses becomes its
/// reverse zones, of which there are several if it does not end at a dot.
std::vector<std::string> normalize_zones(std::string_view text);
/// The same for several; `fallback` if there are none.
std::vector<std::string> zones_or(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& fallback);
/// The longest of the zones that a name is in; empty if there is none.
std::string_view match_zone(const std::vector<std::string>& zones, std::string_view name);
/// The words between white space.
std::vector<std::string_view> split_words(std::string_view text);
/// Go's strconv.Atoi, with its words.
std::expected<std::int64_t, std::string> go_number(std::string_view text);
/// Go's time.ParseDuration, with its words.
std::expected<sim::Duration, std::string> go_duration(std::string_view text);
/// Where a status server listens.
struct ListenAddress {
  /// As it was written.
  std::string text;
  std::uint16_t port = 0;
  /// True if only the machine itself may use it.
  bool is_local = false;
};
/// Reads `:8080` or `0.0.0.0:8080`; the error is Go's of net.SplitHostPort.
std::expected<ListenAddress, std::string> read_listen_address(const std::string& text);
/// For which names a plug-in that has no answer asks the next one.
class Fallthrough {
 public:
  /// `fallthrough [ZONES...]`
  void set(const std::vector<std::string>& arguments);
  bool is_set() const { return !zones_.empty(); }
  bool includes(std::string_view name) const { return !match_zone(zones_, name).empty(); }

 private:
  std::vector<std::string> zones_;
};

}  // namespace rockpool::node::coredns
