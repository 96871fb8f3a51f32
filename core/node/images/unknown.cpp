// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <fmt/format.h>
#include "core/doc/hash.h"
#include "core/net/tls.h"
#include "core/node/grpc_health.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;

// Answers every request with what it is, so that one Pod can be told from another.
class PlainServer : public net::HttpHandler {
 public:
  explicit PlainServer(ProcessContext& context)
      : answer_{fmt::format("Hostname: {}\nImage: {}\n", context.hostname(),
                            context.machine().reference.to_string())} {}

  void handle(net::HttpExchange exchange) override {
    const net::HttpRequest& request = exchange.request();
    // Whether it speaks gRPC cannot be known; who asks for its health is told that all is well.
    if (grpc_health::asked_service(request)) {
      return exchange.respond(grpc_health::answer(grpc_health::Serving::serving));
    }
    std::string body = answer_;
    body.append("Request: ").append(request.method).append(" ").append(request.target).append("\n");
    exchange.respond(net::HttpResponse::plain(200, std::move(body)));
  }

 private:
  std::string answer_;
};

// Takes both on every port, as nobody knows which of its ports the image would encrypt.
class EitherServer : public net::TlsServer {
 public:
  explicit EitherServer(const std::string& hostname)
      : chain_{pki::make_self_signed("the server in " + hostname,
                                     pki::make_name({{"CN", hostname}}), {hostname})} {}
  pki::SharedChain certificates_for(std::string_view) override { return chain_; }
  std::optional<net::HttpResponse> answer_plain(const net::HttpRequest&) override { return {}; }

 private:
  pki::SharedChain chain_;
};

// Sends every datagram back.
class EchoDatagrams : public net::DatagramHandler {
 public:
  explicit EchoDatagrams(ProcessContext& context) : context_{context} {}
  void receive(net::DatagramSocket& socket, net::Datagram datagram) override {
    context_.note_request();
    socket.send_from(datagram.to.ip, datagram.from, std::move(datagram.payload));
  }

 private:
  ProcessContext& context_;
};

sim::Task<std::int32_t> run_unknown(ProcessContext& context) {
  // What is executed beside it (a probe's command, say) cannot be known either; it is taken to go
  // well.
  if (!context.is_first()) co_return 0;
  PlainServer server{context};
  EitherServer tls{context.hostname()};
  EchoDatagrams echo{context};
  std::vector<net::Listener> listeners;
  std::vector<net::DatagramSocket> sockets;
  for (const doc::Value& port : context.machine().ports.items()) {
    const auto number = static_cast<std::uint16_t>(port["containerPort"_key].as_int());
    const std::string protocol = port["protocol"_key].to_string("TCP");
    if (protocol == "UDP") {
      auto socket = context.host().bind(number, echo);
      if (socket) sockets.push_back(std::move(*socket));
      continue;
    }
    auto listener = context.listen(number, server, tls);
    if (!listener) {
      context.print(fmt::format("listen tcp :{}: bind: address already in use\n", number));
      co_return 1;
    }
    listeners.push_back(std::move(*listener));
  }
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  for (net::Listener& listener : listeners) listener.drain();
  co_return 0;
}

class UnknownImage : public Image {
 public:
  bool matches(const ImageReference&) const override { return true; }
  bool has_tag(std::string_view, std::string_view) const override { return true; }
  ImageConfig config(const ImageReference& reference) const override {
    // Anything from 20 to 120 MB, always the same for the same name.
    constexpr std::uint64_t kSmallest = 20'000'000;
    constexpr std::uint64_t kSpan = 100'000'000;
    const std::uint64_t size = kSmallest + doc::fnv64a(reference.to_string()) % kSpan;
    return {.size_bytes = static_cast<std::int64_t>(size),
            .idle = {500'000, std::int64_t{24} << 20},
            .has_shell = true};
  }
  Program find_program(std::string_view name) const override {
    // The usual small programs are what they are everywhere.
    return find_userland_program(name) == nullptr ? run_unknown : nullptr;
  }
  bool stands_for_unknown() const override { return true; }
};

}  // namespace

const Image& unknown_image() {
  static const UnknownImage kImage;
  return kImage;
}

}  // namespace rockpool::node
