// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/connection.h"
#include "core/net/network.h"
#include "core/sim/loop.h"
#include "core/sim/task.h"

namespace rockpool::net::testing {

using namespace std::chrono_literals;

/// Answers every request with its own name; can hold its answers back.
class NamedServer : public HttpHandler {
 public:
  explicit NamedServer(std::string name) : name_{std::move(name)} {}

  void handle(HttpExchange exchange) override {
    ++requests;
    last_peer = exchange.peer();
    last_target = exchange.request().target;
    last_host = exchange.request().host;
    if (holds_back) {
      held.push_back(std::move(exchange));
      return;
    }
    HttpResponse response = HttpResponse::plain(200, name_);
    if (closes) response.headers.set("Connection", "close");
    exchange.respond(std::move(response));
  }

  bool holds_back = false;
  bool closes = false;
  int requests = 0;
  SocketAddress last_peer;
  std::string last_target;
  std::string last_host;
  std::vector<HttpExchange> held;

 private:
  std::string name_;
};

/// A request in a process of its own, and what came of it.
class Fetching {
 public:
  Fetching(Ref<Host> host, std::string url, FetchOptions options = {})
      : process_{host->loop(), run(host, std::move(url), options, result_)} {}

  bool is_done() const { return result_->has_value(); }
  const FetchResult& result() const { return **result_; }
  FailureKind failure() const {
    return result().ok() ? FailureKind::none : result().outcome.error().kind;
  }
  std::string body() const { return result().ok() ? result().outcome->body : "(failed)"; }
  void kill() { process_.kill(); }

 private:
  using Slot = std::shared_ptr<std::optional<FetchResult>>;
  static sim::Task<void> run(Ref<Host> host, std::string url, FetchOptions options, Slot slot) {
    auto fetching = host->fetch(Url::parse(url).value(), HttpRequest{}, options);
    FetchResult result = co_await fetching;
    slot->emplace(std::move(result));
  }
  Slot result_ = std::make_shared<std::optional<FetchResult>>();
  sim::Process process_;
};

/// Two nodes with Pod ranges 10.244.0.0/24 and 10.244.1.0/24, and a machine outside.
struct World {
  explicit World(NetworkOptions options = {}) : network{loop, sim::Random{1}, options} {
    one = network.add_node("node-1", {IpAddress::v4(192, 168, 0, 1)});
    two = network.add_node("node-2", {IpAddress::v4(192, 168, 0, 2)});
    network.set_pod_cidrs(*one, {*Cidr::parse("10.244.0.0/24")});
    network.set_pod_cidrs(*two, {*Cidr::parse("10.244.1.0/24")});
    outside = network.add_external("laptop", {IpAddress::v4(203, 0, 113, 7)});
  }

  Ref<Host> add_pod(Node& node, const std::string& name, std::uint8_t last_octet) {
    const auto third = static_cast<std::uint8_t>(node.id());
    return network.add_pod(node, "default/" + name, {IpAddress::v4(10, 244, third, last_octet)});
  }

  /// Fetches and runs until there is an outcome; requires that there is one within an hour.
  FetchResult fetch(const Ref<Host>& from, std::string url, FetchOptions options = {}) {
    Fetching fetching{from, std::move(url), options};
    const sim::Time limit = loop.now() + 1h;
    while (!fetching.is_done() && loop.now() < limit && loop.run_one()) {
    }
    return fetching.result();
  }

  sim::Loop loop;
  Network network;
  Node* one;
  Node* two;
  Ref<Host> outside;
};

inline FailureKind failure_of(const FetchResult& result) {
  return result.ok() ? FailureKind::none : result.outcome.error().kind;
}

}  // namespace rockpool::net::testing
