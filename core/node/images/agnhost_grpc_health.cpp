// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/agnhost_grpc_health.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include "core/node/grpc_health.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::uint16_t kGrpcPort = 5000;
constexpr std::uint16_t kHttpPort = 8080;
constexpr std::int32_t kGoSignalExitCode = 2;

// How healthy it calls itself.
struct Health {
  sim::Time started;
  std::string service;
  std::optional<sim::Duration> healthy_for = {};
  std::optional<bool> forced = {};

  bool is_serving(sim::Time now) const {
    if (forced && !*forced) return false;
    return !healthy_for || now - started < *healthy_for;
  }
};

class HealthServer final : public net::HttpHandler {
 public:
  HealthServer(ProcessContext& context, const Health& health)
      : context_{context}, health_{health} {}

  void handle(net::HttpExchange exchange) override {
    const net::HttpRequest& request = exchange.request();
    context_.note_request();
    // A gRPC server talks with nobody else.
    if (!grpc_health::is_call(request)) return exchange.close();
    const std::optional<std::string> service = grpc_health::asked_service(request);
    if (!service) {
      return exchange.respond(
          grpc_health::refusal(grpc_health::Code::unimplemented, "unknown service or method"));
    }
    context_.print(fmt::format("{} Serving the Check request for health check, started at {}\n",
                               go_log_time(context_.now()),
                               sim::format_rfc3339_nano(health_.started)));
    if (*service != health_.service) {
      return exchange.respond(
          grpc_health::refusal(grpc_health::Code::not_found, "unknown service"));
    }
    exchange.respond(grpc_health::answer(health_.is_serving(context_.now())
                                             ? grpc_health::Serving::serving
                                             : grpc_health::Serving::not_serving));
  }

 private:
  ProcessContext& context_;
  const Health& health_;
};

class ControlServer final : public net::HttpHandler {
 public:
  ControlServer(ProcessContext& context, Health& health) : context_{context}, health_{health} {}

  void handle(net::HttpExchange exchange) override {
    const std::string_view path = exchange.request().path();
    context_.note_request();
    if (path != "/make-serving" && path != "/make-not-serving") {
      return exchange.respond(net::HttpResponse::plain(404, "404 page not found\n"));
    }
    health_.forced = path == "/make-serving";
    context_.print(fmt::format("{} Mark as {}\n", go_log_time(context_.now()),
                               *health_.forced ? "healthy" : "unhealthy"));
    exchange.respond(
        net::HttpResponse::plain(200, sim::format_duration(context_.now() - health_.started)));
  }

 private:
  ProcessContext& context_;
  Health& health_;
};

}  // namespace

sim::Task<std::int32_t> run_agnhost_grpc_health(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  Health health{.started = context.now(), .service = go_flag(arguments, "service").value_or("")};
  const std::string delay = go_flag(arguments, "delay-unhealthy-sec").value_or("-1");
  int seconds = -1;
  std::from_chars(delay.data(), delay.data() + delay.size(), seconds);
  if (seconds >= 0) health.healthy_for = std::chrono::seconds{seconds};
  const std::uint16_t grpc_port = port_of(go_flag(arguments, "port").value_or(""), kGrpcPort);
  const std::uint16_t http_port = port_of(go_flag(arguments, "http-port").value_or(""), kHttpPort);

  ControlServer control{context, health};
  HealthServer server{context, health};
  context.print(fmt::format("{} Http server starting to listen on :{}\n",
                            go_log_time(context.now()), http_port));
  const auto control_listener = context.listen(http_port, control);
  if (!control_listener) {
    context.print(fmt::format("{} listen tcp :{}: bind: address already in use\n",
                              go_log_time(context.now()), http_port));
    co_return 1;
  }
  const auto listener = context.listen(grpc_port, server);
  if (!listener) {
    context.print(
        fmt::format("{} Error while starting the listening service listen tcp :{}: bind: address "
                    "already in use\n",
                    go_log_time(context.now()), grpc_port));
    co_return 1;
  }
  context.print(fmt::format("{} gRPC server starting to listen on :{}\n",
                            go_log_time(context.now()), grpc_port));
  context.exit_on_signal(kGoSignalExitCode);
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

}  // namespace rockpool::node
