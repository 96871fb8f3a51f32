// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/fetches.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/pod.h"

namespace rockpool::cluster {

using namespace doc::literals;

Fetches::Fetches(sim::Loop& loop, net::Network& network, client::Informers& informers,
                 node::ClusterDns dns, std::vector<net::IpAddress> outside)
    : loop_{loop},
      network_{network},
      informers_{informers},
      dns_{std::move(dns)},
      outside_{network.add_external("outside", std::move(outside))} {}

void Fetches::learn_node(const std::string& name, const net::IpAddress& address) {
  net::dns::ResolverConfig resolver = outside_->resolver();
  resolver.hosts.emplace_back(name, address);
  outside_->set_resolver(std::move(resolver));
}

api::Result<FetchClient> Fetches::find_client(const std::string& from) const {
  if (from == "external") return FetchClient{outside_};
  const std::string_view text = from;
  if (text.starts_with("node/")) {
    const std::string_view name = text.substr(5);
    if (const net::Node* node = network_.find_node(name)) {
      return FetchClient{net::Ref<net::Host>{&node->host()}};
    }
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
  FetchClient client{net::Ref<net::Host>{host}};
  const api::Pod view{*pod};
  if (view.spec().host_network()) {
    client.resolver = std::make_shared<const net::dns::ResolverConfig>(
        node::make_resolver_config(view, dns_, {}));
    client.namespace_name = key.namespace_;
  }
  return client;
}

api::Result<void> Fetches::check(const FetchOptions& options) const {
  if (const auto client = find_client(options.from); !client)
    return std::unexpected{client.error()};
  const auto url = net::Url::parse(options.url);
  if (!url) return std::unexpected{api::bad_request(fmt::format("url: {}", url.error()))};
  const auto kept = kept_.find(options.client);
  if (kept != kept_.end() && kept->second->request != 0) {
    return std::unexpected{api::bad_request(
        fmt::format("client: connection {} has a request under way", options.client))};
  }
  if (under_way_.size() >= kMaxUnderWay) {
    return std::unexpected{api::too_many_requests(
        fmt::format("at most {} requests may be under way at once", kMaxUnderWay), 1)};
  }
  return {};
}

std::shared_ptr<Fetches::Kept> Fetches::keep(std::uint64_t client, const net::Ref<net::Host>& host,
                                             std::uint64_t request) {
  if (client == 0) return nullptr;
  std::shared_ptr<Kept>& kept = kept_[client];
  if (!kept) {
    const net::HttpClient::Options options{.keep_alive = true, .remember_addresses = true};
    kept = std::make_shared<Kept>(Kept{net::HttpClient{host, options}});
  }
  kept->request = request;
  return kept;
}

net::Ref<const net::TlsClient> Fetches::tls_of(const FetchOptions& options, Kept* kept) {
  // The name that the request is for, which also a server with several certificates goes by.
  const std::string_view place = options.headers.get("Host");
  const std::string name{place.starts_with('[') ? std::string_view{}
                                                : place.substr(0, place.rfind(':'))};
  if (kept != nullptr && kept->tls && kept->insecure == options.insecure &&
      kept->authorities == options.authorities && kept->tls->server_name == name) {
    return kept->tls;
  }
  auto* const made = new net::TlsClient;
  made->verifies = !options.insecure;
  made->roots = pki::read_certificates(options.authorities);
  made->server_name = name;
  const net::Ref<const net::TlsClient> tls{made};
  if (kept != nullptr) {
    kept->tls = tls;
    kept->insecure = options.insecure;
    kept->authorities = options.authorities;
  }
  return tls;
}

void Fetches::close_client(std::uint64_t client) {
  const auto found = kept_.find(client);
  if (found == kept_.end()) return;
  under_way_.erase(found->second->request);
  kept_.erase(found);
}

api::Result<void> Fetches::start(const FetchOptions& options, Done done) {
  if (auto checked = check(options); !checked) return checked;
  auto url = net::Url::parse(options.url);
  net::HttpRequest request;
  request.method = options.method;
  request.headers = options.headers;
  request.host = request.headers.get("Host");
  request.headers.remove("Host");
  request.body = options.body;
  net::FetchOptions fetch_options;
  fetch_options.timeout = options.timeout;
  fetch_options.trace = true;
  const std::uint64_t id = next_id_++;
  const FetchClient client = *find_client(options.from);
  fetch_options.resolver = client.resolver;
  std::shared_ptr<Kept> kept = keep(options.client, client.host, id);
  if (url->scheme == "https") fetch_options.tls = tls_of(options, kept.get());
  under_way_.emplace(
      id, sim::Process{loop_, run(client.host, std::move(kept), std::move(*url), std::move(request),
                                  fetch_options, std::move(done), id)});
  return {};
}

sim::Task<void> Fetches::run(net::Ref<net::Host> host, std::shared_ptr<Kept> kept, net::Url url,
                             net::HttpRequest request, net::FetchOptions options, Done done,
                             std::uint64_t id) {
  sim::Task<net::FetchResult> fetching =
      kept ? kept->client.fetch(std::move(url), std::move(request), options)
           : host->fetch(std::move(url), std::move(request), options);
  const net::FetchResult result = co_await fetching;
  if (kept) kept->request = 0;
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

sim::Task<void> Fetches::look_up(FetchClient client, std::string name,
                                 std::function<void(const LookupResult&)> done, std::uint64_t id) {
  sim::Task<LookupResult> resolving = client.host->resolve(std::move(name), client.resolver);
  const LookupResult result = co_await resolving;
  done(result);
  // Ends this process, at its end.
  under_way_.erase(id);
}

}  // namespace rockpool::cluster
