// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/fetches.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/api/object.h"

namespace rockpool::cluster {

using namespace doc::literals;

Fetches::Fetches(sim::Loop& loop, net::Network& network, client::Informers& informers)
    : loop_{loop},
      network_{network},
      informers_{informers},
      outside_{network.add_external("outside", {*net::IpAddress::parse(kOutsideAddress)})} {}

void Fetches::learn_node(const std::string& name, const net::IpAddress& address) {
  net::dns::ResolverConfig resolver = outside_->resolver();
  resolver.hosts.emplace_back(name, address);
  outside_->set_resolver(std::move(resolver));
}

api::Result<net::Ref<net::Host>> Fetches::find_client(const std::string& from) const {
  if (from == "external") return outside_;
  const std::string_view text = from;
  if (text.starts_with("node/")) {
    const std::string_view name = text.substr(5);
    if (const net::Node* node = network_.find_node(name)) return net::Ref<net::Host>{&node->host()};
    return std::unexpected{
        api::not_found(api::resource(api::ResourceId::nodes).group_resource(), name)};
  }
  const std::size_t slash = text.find('/', 4);
  if (!text.starts_with("pod/") || slash == std::string_view::npos) {
    return std::unexpected{api::bad_request(
        fmt::format("from: expected pod/NAMESPACE/NAME, node/NAME or external, not \"{}\"", from))};
  }
  const api::ObjectKey key{std::string{text.substr(4, slash - 4)},
                           std::string{text.substr(slash + 1)}};
  const doc::Value* pod = informers_.of(api::ResourceId::pods).find(key);
  if (pod == nullptr) {
    return std::unexpected{
        api::not_found(api::resource(api::ResourceId::pods).group_resource(), key.name)};
  }
  const auto address = net::IpAddress::parse((*pod)["status"_key]["podIP"_key].as_string());
  net::Host* host = address ? network_.find_host(*address) : nullptr;
  if (host == nullptr) {
    return std::unexpected{api::bad_request(
        fmt::format("from: pod \"{}\" has no network: it does not run", key.name))};
  }
  return net::Ref<net::Host>{host};
}

api::Result<void> Fetches::check(const FetchOptions& options) const {
  if (const auto client = find_client(options.from); !client)
    return std::unexpected{client.error()};
  const auto url = net::Url::parse(options.url);
  if (!url) return std::unexpected{api::bad_request(fmt::format("url: {}", url.error()))};
  if (under_way_.size() >= kMaxUnderWay) {
    return std::unexpected{api::too_many_requests(
        fmt::format("at most {} requests may be under way at once", kMaxUnderWay), 1)};
  }
  return {};
}

api::Result<void> Fetches::start(const FetchOptions& options, Done done) {
  if (auto checked = check(options); !checked) return checked;
  net::HttpRequest request;
  request.method = options.method;
  request.headers = options.headers;
  request.body = options.body;
  net::FetchOptions fetch_options;
  fetch_options.timeout = options.timeout;
  fetch_options.trace = true;
  const std::uint64_t id = next_id_++;
  under_way_.emplace(
      id, sim::Process{loop_, run(*find_client(options.from), *net::Url::parse(options.url),
                                  std::move(request), fetch_options, std::move(done), id)});
  return {};
}

sim::Task<void> Fetches::run(net::Ref<net::Host> host, net::Url url, net::HttpRequest request,
                             net::FetchOptions options, Done done, std::uint64_t id) {
  sim::Task<net::FetchResult> fetching = host->fetch(std::move(url), std::move(request), options);
  const net::FetchResult result = co_await fetching;
  done(result);
  // Ends this process, at its end.
  under_way_.erase(id);
}

api::Result<void> Fetches::start_lookup(const std::string& from, const std::string& name,
                                        std::function<void(const LookupResult&)> done) {
  auto client = find_client(from);
  if (!client) return std::unexpected{client.error()};
  const std::uint64_t id = next_id_++;
  under_way_.emplace(id,
                     sim::Process{loop_, look_up(std::move(*client), name, std::move(done), id)});
  return {};
}

sim::Task<void> Fetches::look_up(net::Ref<net::Host> host, std::string name,
                                 std::function<void(const LookupResult&)> done, std::uint64_t id) {
  sim::Task<LookupResult> resolving = host->resolve(std::move(name));
  const LookupResult result = co_await resolving;
  done(result);
  // Ends this process, at its end.
  under_way_.erase(id);
}

}  // namespace rockpool::cluster
