// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/serve_hostname.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::uint16_t kDefaultPort = 9376;
constexpr sim::Duration kLinger = std::chrono::seconds{60};
constexpr std::string_view kTags[] = {"latest", "1.1", "1.2", "1.3", "v1.4"};

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} {} request from {}", go_log_time(time), record.method,
                     record.peer.to_string());
}

class HostnameServer : public net::HttpHandler, public net::DatagramHandler {
 public:
  HostnameServer(ProcessContext& context, bool closes) : context_{context}, closes_{closes} {}

  void handle(net::HttpExchange exchange) override {
    note("HTTP", exchange.peer());
    net::HttpResponse response = net::HttpResponse::plain(200, context_.hostname());
    if (closes_) response.headers.add("Connection", "close");
    exchange.respond(std::move(response));
  }

  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    note("UDP", datagram.from);
    socket.send_from(datagram.to.ip, datagram.from, context_.hostname());
  }

 private:
  void note(std::string_view protocol, const net::SocketAddress& peer) {
    AccessRecord record;
    record.method = protocol;
    record.peer = peer;
    context_.print_access(std::move(record), format_request);
  }

  ProcessContext& context_;
  bool closes_;
};

class ServeHostnameImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string_view name = base_name(reference.path);
    const bool is_kubernetes = reference.domain == "registry.k8s.io" ||
                               reference.domain == "k8s.gcr.io" || reference.domain == "gcr.io";
    return is_kubernetes && (name == "serve_hostname" || name == "serve-hostname");
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/serve_hostname"},
            .size_bytes = 6'227'457,
            .idle = {20'000, std::int64_t{4} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "serve_hostname" ? run_serve_hostname : nullptr;
  }
};

}  // namespace

sim::Task<std::int32_t> run_serve_hostname(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const bool tcp = go_flag_is_set(arguments, "tcp");
  const bool udp = go_flag_is_set(arguments, "udp");
  const bool http = go_flag(arguments, "http").value_or("true") != "false";
  const std::uint16_t port = port_of(go_flag(arguments, "port").value_or(""), kDefaultPort);
  if (http && (tcp || udp)) {
    context.print(fmt::format("{} Can't server TCP/UDP mode and HTTP mode at the same time\n",
                              go_log_time(context.now())));
    co_return 1;
  }
  if (tcp) {
    context.print("serve-hostname: --tcp is not simulated\n");
    co_return 1;
  }
  HostnameServer server{context, go_flag_is_set(arguments, "close")};
  net::Listener listener;
  net::DatagramSocket datagrams;
  bool is_free = true;
  if (http) {
    auto listening = context.listen(port, server);
    is_free = listening.has_value();
    if (listening) listener = std::move(*listening);
  }
  if (udp) {
    auto bound = context.host().bind(port, server);
    is_free = bound.has_value();
    if (bound) datagrams = std::move(*bound);
  }
  if (!is_free) {
    context.print(fmt::format("{} listen :{}: bind: address already in use\n",
                              go_log_time(context.now()), port));
    co_return 1;
  }
  context.print(fmt::format("{} Serving on port {}.\n", go_log_time(context.now()), port));
  sim::Task<Signal> stop = context.stop_signal();
  const Signal signal = co_await stop;
  const std::string time = go_log_time(context.now());
  context.print(
      fmt::format("{} Shutting down after receiving signal: {}.\n{} Awaiting pod deletion.\n", time,
                  signal == Signal::terminate ? "terminated" : "interrupt", time));
  co_await sim::sleep(kLinger);
  co_return 0;
}

const Image& serve_hostname_image() {
  static const ServeHostnameImage kImage;
  return kImage;
}

}  // namespace rockpool::node
