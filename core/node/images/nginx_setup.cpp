// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_setup.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/pki/private_key.h"

namespace rockpool::node {
namespace {

// OpenSSL's words, as nginx passes them on.
std::string cannot_load(std::string_view what, std::string_view file, std::string_view why) {
  return fmt::format("cannot load {} \"{}\": {}", what, file, why);
}

std::string no_such_file(std::string_view file) {
  return fmt::format(
      "BIO_new_file() failed (SSL: error:80000002:system library::No such file or "
      "directory:calling fopen({}, r) error:10000080:BIO routines::no such file)",
      file);
}

std::expected<pki::SharedChain, std::string> load_chain(FileSystem& files,
                                                        const NginxServerBlock& server) {
  const std::string* const certificate = files.read(server.certificate);
  if (certificate == nullptr) {
    return std::unexpected{
        cannot_load("certificate", server.certificate, no_such_file(server.certificate))};
  }
  const std::string* const key = files.read(server.certificate_key);
  auto chain = pki::read_key_pair(*certificate, key == nullptr ? std::string_view{} : *key);
  if (!chain && chain.error() == pki::KeyPairProblem::no_certificate) {
    return std::unexpected{
        cannot_load("certificate", server.certificate,
                    "PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start "
                    "line:Expecting: TRUSTED CERTIFICATE)")};
  }
  if (key == nullptr) {
    return std::unexpected{cannot_load("certificate key", server.certificate_key,
                                       no_such_file(server.certificate_key))};
  }
  if (!chain && chain.error() == pki::KeyPairProblem::no_key) {
    return std::unexpected{
        cannot_load("certificate key", server.certificate_key,
                    "PEM_read_bio_PrivateKey() failed (SSL: error:0480006C:PEM routines::no start "
                    "line:Expecting: ANY PRIVATE KEY)")};
  }
  if (!chain) {
    return std::unexpected{
        fmt::format("SSL_CTX_use_PrivateKey(\"{}\") failed (SSL: error:05800074:x509 certificate "
                    "routines::key values mismatch)",
                    server.certificate_key)};
  }
  return std::make_shared<const pki::Chain>(std::move(*chain));
}

// The certificates of all servers that listen with TLS.
std::expected<void, std::string> load_certificates(FileSystem& files, NginxSetup& setup) {
  for (const NginxServerBlock& server : setup.config.servers) {
    const bool is_tls = std::ranges::any_of(server.listens, &NginxListen::is_tls);
    if (!is_tls && server.certificate.empty()) {
      setup.chains.push_back(nullptr);
      continue;
    }
    if (server.certificate.empty() || server.certificate_key.empty()) {
      return std::unexpected{fmt::format(
          "no \"{}\" is defined for the \"listen ... ssl\" directive in {}",
          server.certificate.empty() ? "ssl_certificate" : "ssl_certificate_key", server.place)};
    }
    auto chain = load_chain(files, server);
    if (!chain) return std::unexpected{std::move(chain.error())};
    setup.chains.push_back(std::move(*chain));
  }
  return {};
}

// The servers of an upstream by their addresses; the error is nginx's.
sim::Task<std::expected<std::vector<NginxPeer>, std::string>> resolve_servers(
    ProcessContext& context, const NginxUpstreamBlock& upstream) {
  std::vector<NginxPeer> peers;
  for (const NginxUpstreamServer& server : upstream.servers) {
    auto resolving = context.resolve(server.peer.host);
    const auto addresses = co_await resolving;
    if (!addresses || addresses->empty()) {
      co_return std::unexpected{
          fmt::format("host not found in upstream \"{}\" in {}", server.text, server.place)};
    }
    for (const net::IpAddress& address : *addresses) {
      NginxPeer peer = server.peer;
      peer.host = address.to_string();
      peers.push_back(std::move(peer));
    }
  }
  co_return peers;
}

}  // namespace

pki::SharedChain NginxSetup::certificates_for(std::uint16_t port,
                                              std::string_view server_name) const {
  const NginxServerBlock* const server = find_nginx_server(config, port, server_name);
  return server == nullptr ? nullptr
                           : chains[static_cast<std::size_t>(server - config.servers.data())];
}

sim::Task<std::expected<std::shared_ptr<const NginxSetup>, std::string>> load_nginx_setup(
    ProcessContext& context) {
  auto config = read_nginx_config(context.files());
  if (!config) co_return std::unexpected{std::move(config.error())};
  auto setup = std::make_shared<NginxSetup>();
  setup->config = std::move(*config);
  for (const NginxUpstreamBlock& upstream : setup->config.upstreams) {
    auto resolving = resolve_servers(context, upstream);
    auto peers = co_await resolving;
    if (!peers) co_return std::unexpected{std::move(peers.error())};
    setup->upstreams.push_back(
        std::make_shared<NginxUpstream>(upstream.name, std::move(*peers), upstream.method));
  }
  if (auto loaded = load_certificates(context.files(), *setup); !loaded) {
    co_return std::unexpected{std::move(loaded.error())};
  }
  co_return std::shared_ptr<const NginxSetup>{std::move(setup)};
}

}  // namespace rockpool::node
