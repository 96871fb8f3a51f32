// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/dns_queries.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/service.h"
#include "core/net/dns/exchange.h"
#include "core/net/dns/message.h"
#include "core/net/host.h"

namespace rockpool::cluster {
namespace {}  // namespace

api::Result<net::SocketAddress> DnsQueries::find_service() const {
  const api::ObjectKey key{"kube-system", "kube-dns"};
  const doc::Value* service = informers_.of(api::ResourceId::services).find(key);
  const auto address = service == nullptr
                           ? std::nullopt
                           : net::IpAddress::parse(api::Service{*service}.cluster_ip());
  if (address) return net::SocketAddress{*address, net::dns::kDnsPort};
  return std::unexpected{
      api::not_found(api::resource(api::ResourceId::services).group_resource(), key.name)};
}

api::Result<void> DnsQueries::start(const std::string& from, DnsTransport transport,
                                    std::string message, Done done) {
  auto client = fetches_.find_client(from);
  if (!client) return std::unexpected{client.error()};
  const auto service = find_service();
  if (!service) return std::unexpected{service.error()};
  if (message.empty() || message.size() > net::dns::kMaxMessageSize) {
    return std::unexpected{api::bad_request("a DNS message has from 1 to 65535 bytes")};
  }
  if (under_way_.size() >= kMaxUnderWay) {
    return std::unexpected{api::too_many_requests(
        fmt::format("at most {} DNS queries may be under way at once", kMaxUnderWay), 1)};
  }
  const std::uint64_t id = next_id_++;
  under_way_.emplace(id, sim::Process{loop_, run(std::move(client->host), *service, transport,
                                                 std::move(message), std::move(done), id)});
  return {};
}

sim::Task<void> DnsQueries::run(net::Ref<net::Host> host, net::SocketAddress service,
                                DnsTransport transport, std::string message, Done done,
                                std::uint64_t id) {
  const auto way =
      transport == DnsTransport::tcp ? net::dns::Transport::tcp : net::dns::Transport::udp;
  sim::Task<DnsResult> asking =
      net::dns::exchange(std::move(host), service, way, std::move(message), DnsQueries::kTimeout);
  const DnsResult result = co_await asking;
  done(result);
  // Ends this process, at its end.
  under_way_.erase(id);
}

}  // namespace rockpool::cluster
