// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/agnhost_porter.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/doc/json.h"
#include "core/net/tls.h"
#include "core/node/images/http_server.h"
#include "core/node/images/tls_files.h"

namespace rockpool::node {
namespace {

constexpr std::int32_t kGoSignalExitCode = 2;

// What Go's net/http takes a body for that says nothing about itself (http.DetectContentType), as
// far as the values of variables go.
std::string_view sniff_content_type(std::string_view body) {
  const std::size_t start = body.find_first_not_of(" \t\r\n\f");
  if (start != std::string_view::npos) body.remove_prefix(start);
  for (const std::string_view tag : {"<!DOCTYPE HTML", "<HTML", "<HEAD", "<BODY", "<TITLE", "<H1",
                                     "<DIV", "<A", "<B", "<P", "<TABLE", "<BR"}) {
    if (body.size() <= tag.size()) continue;
    const char next = body[tag.size()];
    if (doc::equal_ignoring_case(body.substr(0, tag.size()), tag) && (next == ' ' || next == '>')) {
      return "text/html; charset=utf-8";
    }
  }
  return "text/plain; charset=utf-8";
}

// One of its ports.
class PorterServer final : public net::HttpHandler, public net::DatagramHandler {
 public:
  PorterServer(ProcessContext& context, std::string value, bool as_json)
      : context_{context}, value_{std::move(value)}, as_json_{as_json} {}

  void handle(net::HttpExchange exchange) override {
    context_.note_request();
    net::HttpResponse response;
    response.body = value_;
    if (as_json_) {
      response.body =
          doc::to_json(doc::Value::map({{"Method", exchange.request().method}, {"Body", value_}}));
    }
    response.headers.add("Content-Type",
                         as_json_ ? "application/json" : sniff_content_type(value_));
    if (exchange.request().method == "HEAD") response.body.clear();
    exchange.respond(std::move(response));
  }

  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    context_.note_request();
    socket.send_from(datagram.to.ip, datagram.from, value_);
  }

  /// Null for plain connections.
  std::unique_ptr<net::TlsServer> tls;
  net::Listener listener;
  net::DatagramSocket datagrams;

 private:
  ProcessContext& context_;
  std::string value_;
  bool as_json_;
};

void serve(ProcessContext& context, std::string_view text, bool is_udp, PorterServer& server) {
  const auto port = net::parse_port(text);
  if (port && is_udp) {
    if (auto bound = context.host().bind(*port, server)) {
      server.datagrams = std::move(*bound);
      context.print(
          fmt::format("{} Started UDP server on port {}\n", go_log_time(context.now()), text));
      return;
    }
  } else if (port) {
    auto listener =
        server.tls ? context.listen(*port, server, *server.tls) : context.listen(*port, server);
    if (listener) {
      server.listener = std::move(*listener);
      return;
    }
  }
  const std::string_view problem = port ? "bind: address already in use" : "invalid port";
  context.print(fmt::format("{} server on port \"{}\" failed: listen {} :{}: {}\n",
                            go_log_time(context.now()), text, is_udp ? "udp" : "tcp", text,
                            problem));
}

// Makes it a TLS server; false if its files cannot be used, which it has then told.
bool prepare_tls(ProcessContext& context, std::string_view port, PorterServer& server) {
  const std::string certificate = context.machine().variable("CERT_FILE").value_or("localhost.crt");
  const std::string key = context.machine().variable("KEY_FILE").value_or("localhost.key");
  pki::SharedChain chain = agnhost_own_chain(context, certificate);
  if (!chain) {
    auto loaded = load_go_key_pair(context, certificate, key);
    if (!loaded) {
      context.print(fmt::format(
          "{} tls server on port \"{}\" with certFile=\"{}\", keyFile=\"{}\" failed: {}\n",
          go_log_time(context.now()), port, certificate, key, loaded.error()));
      return false;
    }
    chain = std::move(*loaded);
  }
  server.tls = std::make_unique<net::SingleChainServer>(std::move(chain));
  return true;
}

}  // namespace

sim::Task<std::int32_t> run_agnhost_porter(ProcessContext& context) {
  const bool as_json = go_flag_is_set(context.arguments(), "json-response");
  std::vector<std::unique_ptr<PorterServer>> servers;
  for (const auto& [name_text, value] : context.machine().all_variables()) {
    const std::string_view name = name_text;
    for (const std::string_view prefix :
         {"SERVE_PORT_", "SERVE_TCP_PORT_", "SERVE_TLS_PORT_", "SERVE_UDP_PORT_"}) {
      if (!name.starts_with(prefix)) continue;
      servers.push_back(std::make_unique<PorterServer>(context, value, as_json));
      const std::string_view port = name.substr(prefix.size());
      if (prefix == "SERVE_TLS_PORT_" && !prepare_tls(context, port, *servers.back())) continue;
      serve(context, port, prefix == "SERVE_UDP_PORT_", *servers.back());
    }
  }
  context.exit_on_signal(kGoSignalExitCode);
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

}  // namespace rockpool::node
