// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/net/dns/message.h"
#include "core/net/dns/resolver.h"

namespace rockpool::app {

/// A question to the cluster's DNS that somebody has typed, and what has come back so far.
struct NameAnswer {
  std::string client{};  ///< pod/namespace/name or node/name
  std::string asked{};   ///< as it was typed
  bool waiting = false;
  /// As dig prints them: each name that was tried, how that was answered, and the records.
  std::string text{};
};

/// Asks the cluster's DNS Service on behalf of somebody, for one name of the search path after the
/// other until there is a record. One question at a time: a new one takes the place of the last.
class NameAsker {
 public:
  /// Asks for "name" or "name type", of type `usual` if it names none. The error says what cannot
  /// be asked, or that there is nobody to ask.
  std::expected<void, std::string> ask(Cluster& cluster, std::string client,
                                       const net::dns::ResolverConfig& config,
                                       net::dns::RecordType usual, std::string_view question);
  /// Takes what has been answered since and asks for the next name. To be called between the
  /// cluster's events, so that what is asked is an input like any other.
  void advance(Cluster& cluster);
  const NameAnswer& answer() const { return answer_; }
  void clear() { *this = {}; }

 private:
  // What was answered, or in words why nothing was.
  using Message = std::expected<net::dns::Message, std::string>;

  // Written when the answer comes, even if nobody wants it any more.
  struct Reply {
    std::optional<DnsResult> result{};
    sim::Time at{};
  };

  std::expected<void, std::string> send(Cluster& cluster, DnsTransport transport);
  // Writes a reply down. True if it ends the question.
  bool take(const Message& message, sim::Duration took);

  NameAnswer answer_;
  std::vector<std::string> names_;
  std::size_t next_ = 0;
  net::dns::RecordType type_ = net::dns::RecordType::a;
  std::uint16_t id_ = 0;
  DnsTransport transport_{};
  sim::Time sent_{};
  std::shared_ptr<Reply> reply_;
};

}  // namespace rockpool::app
