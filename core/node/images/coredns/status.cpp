// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/net/http.h"
#include "core/node/images/coredns/instance.h"

// plugin/health, plugin/ready, plugin/metrics: small web servers beside the DNS servers.
namespace rockpool::node::coredns {
namespace {

class StatusServer : public Plugin, public net::HttpHandler {
 public:
  StatusServer(Instance& instance, ListenAddress address, std::string path)
      : instance_{instance}, address_{std::move(address)}, path_{std::move(path)} {}

  bool handles_queries() const override { return false; }

  Done start() override {
    auto listener = instance_.context().listen(address_.port, *this);
    if (!listener) {
      return Error{fmt::format("listen tcp {}: bind: address already in use", address_.text)};
    }
    listener_ = std::move(*listener);
    return {};
  }
  void stop() override { listener_ = net::Listener{}; }

  void handle(net::HttpExchange exchange) override {
    if (address_.is_local && !exchange.local().ip.is_loopback()) return exchange.reset();
    const bool is_known = exchange.request().path() == path_;
    exchange.respond(is_known ? net::HttpResponse::plain(200, text())
                              : net::HttpResponse::plain(404, "404 page not found\n"));
  }

 protected:
  virtual std::string text() const = 0;
  Instance& instance_;

 private:
  ListenAddress address_;
  std::string path_;
  net::Listener listener_;
};

class Health : public StatusServer {
 public:
  using StatusServer::StatusServer;
  std::string_view name() const override { return "health"; }

 private:
  std::string text() const override { return "OK"; }
};

class Ready : public StatusServer {
 public:
  using StatusServer::StatusServer;
  std::string_view name() const override { return "ready"; }

 private:
  // The one plug-in that has to become ready, `kubernetes`, is it when it starts.
  std::string text() const override { return "OK"; }
};

class Prometheus : public StatusServer {
 public:
  using StatusServer::StatusServer;
  std::string_view name() const override { return "prometheus"; }
  bool handles_queries() const override { return true; }

 private:
  std::string text() const override {
    return fmt::format(
               "# HELP coredns_build_info A metric with a constant '1' value labeled by version, "
               "revision, and goversion from which CoreDNS was built.\n"
               "# TYPE coredns_build_info gauge\n"
               "coredns_build_info{{goversion=\"{}\",revision=\"{}\",version=\"{}\"}} 1\n",
               kGoVersion, kRevision, kVersion) +
           instance_.metrics_text();
  }
};

// The address that may follow the directive.
Done read_address(Setup& setup, ListenAddress& address) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() > 1) return Error{setup.words.argument_error()};
  if (arguments.empty()) return {};
  auto read = read_listen_address(arguments[0]);
  if (!read) return Error{read.error()};
  address = std::move(*read);
  return {};
}

}  // namespace

Done set_up_health(Setup& setup) {
  ListenAddress address{":8080", 8080};
  while (setup.words.next()) {
    if (Done done = read_address(setup, address); !done) return done;
    while (setup.words.next_in_block()) {
      if (setup.words.value() != "lameduck") return Error{setup.words.argument_error()};
      const std::vector<std::string> arguments = setup.words.remaining_arguments();
      if (arguments.size() != 1) return Error{setup.words.argument_error()};
      const auto duration = go_duration(arguments[0]);
      if (!duration) {
        return Error{fmt::format("unable to parse lameduck duration value: '{}' : {}", arguments[0],
                                 duration.error())};
      }
      setup.instance.lame_duck = *duration;
    }
  }
  setup.add(std::make_unique<Health>(setup.instance, std::move(address), "/health"));
  return {};
}

Done set_up_ready(Setup& setup) {
  ListenAddress address{":8181", 8181};
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    if (Done done = read_address(setup, address); !done) return done;
    if (setup.words.next_in_block()) {
      return Error{setup.words.error(fmt::format("unknown property '{}'", setup.words.value()))};
    }
  }
  setup.add(std::make_unique<Ready>(setup.instance, std::move(address), "/ready"));
  return {};
}

Done set_up_prometheus(Setup& setup) {
  ListenAddress address{"localhost:9153", 9153, true};
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    if (Done done = read_address(setup, address); !done) return done;
    if (setup.words.next_in_block()) {
      return Error{setup.words.error(fmt::format("unknown option: {}", setup.words.value()))};
    }
  }
  setup.add(std::make_unique<Prometheus>(setup.instance, std::move(address), "/metrics"));
  return {};
}

}  // namespace rockpool::node::coredns
