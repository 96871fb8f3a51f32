// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/dns_question.h"

#include <expected>
#include <utility>

#include "core/net/dns/exchange.h"

namespace rockpool::node {

using net::dns::Transport;

sim::Task<std::optional<DnsReply>> ask_server(ProcessContext& context, net::SocketAddress server,
                                              std::string name, net::dns::RecordType type,
                                              Transport transport, DnsPatience patience) {
  const auto id = static_cast<std::uint16_t>(context.machine().random.below(1U << 16U));
  const std::string query = net::dns::encode_query(id, name, type);
  for (int tries = 0; tries < patience.tries; ++tries) {
    sim::Task<std::expected<std::string, net::Failure>> exchange = net::dns::exchange(
        net::Ref<net::Host>{&context.host()}, server, transport, query, patience.timeout);
    const std::expected<std::string, net::Failure> bytes = co_await exchange;
    if (!bytes) continue;
    auto message = net::dns::decode(*bytes);
    if (!message || message->id != id) continue;
    if (!message->truncated || transport == Transport::tcp) {
      co_return DnsReply{std::move(*message), bytes->size()};
    }
    transport = Transport::tcp;
  }
  co_return std::nullopt;
}

}  // namespace rockpool::node
