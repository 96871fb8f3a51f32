// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/agnhost_liveness.h"

#include <chrono>
#include <string>

#include <fmt/format.h>
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::uint16_t kPort = 8080;
constexpr std::int32_t kGoSignalExitCode = 2;
// For how long it is well.
constexpr std::chrono::seconds kHealthyFor{10};

class LivenessServer final : public net::HttpHandler {
 public:
  explicit LivenessServer(ProcessContext& context)
      : context_{context}, started_at_{context.now()} {}

  void handle(net::HttpExchange exchange) override {
    context_.note_request();
    exchange.respond(answer(exchange.request()));
  }

 private:
  net::HttpResponse answer(const net::HttpRequest& request) const {
    const sim::Duration age = context_.now() - started_at_;
    const std::string_view path = request.path();
    if (path == "/started") return net::HttpResponse::plain(200, sim::format_duration(age));
    if (path == "/redirect") {
      net::HttpResponse response = net::HttpResponse::plain(302, {});
      response.headers.add("Location", request.query_parameter("loc").value_or(""));
      return response;
    }
    if (path != "/healthz") return net::HttpResponse::plain(404, "404 page not found\n");
    if (age <= kHealthyFor) return net::HttpResponse::plain(200, "ok");
    return net::HttpResponse::plain(
        500, fmt::format("error: {}", std::chrono::duration<double>{age}.count()));
  }

  ProcessContext& context_;
  sim::Time started_at_;
};

}  // namespace

sim::Task<std::int32_t> run_agnhost_liveness(ProcessContext& context) {
  context.exit_on_signal(kGoSignalExitCode);
  LivenessServer server{context};
  std::expected<net::Listener, net::ListenError> listener = context.listen(kPort, server);
  if (!listener) {
    context.print(fmt::format("{} listen tcp :{}: bind: address already in use\n",
                              go_log_time(context.now()), kPort));
    co_return 1;
  }
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

}  // namespace rockpool::node
