// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::string_view kTags[] = {"latest", "alpine", "0.2.1", "0.2.2",
                                      "0.2.3",  "1.0",    "1.0.0", "1.0.0-ubi"};
constexpr std::uint16_t kDefaultPort = 5678;

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} {} {} \"{} {} HTTP/1.1\" {} {} \"{}\"", go_log_time(time), record.host,
                     record.peer.to_string(), record.method, record.target, record.status,
                     record.bytes, record.user_agent);
}

class EchoServer : public net::HttpHandler {
 public:
  EchoServer(ProcessContext& context, std::string text, int status)
      : context_{context}, text_{std::move(text) + "\n"}, status_{status} {}

  void handle(net::HttpExchange exchange) override {
    net::HttpResponse response;
    // The health check answers by itself and is not logged.
    const bool is_health = exchange.request().path() == "/health";
    response.status = is_health ? 200 : status_;
    response.body = is_health ? "{\"status\":\"ok\"}\n" : text_;
    response.headers.add("X-App-Name", "http-echo");
    response.headers.add("X-App-Version", "1.0.0");
    if (!is_health) {
      context_.print_access(make_access_record(exchange, response.status, response.body.size()),
                            format_request);
    }
    exchange.respond(std::move(response));
  }

 private:
  ProcessContext& context_;
  std::string text_;
  int status_;
};

sim::Task<std::int32_t> run_echo(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  std::string text = go_flag(arguments, "text").value_or("");
  if (text.empty()) text = context.machine().variable("ECHO_TEXT").value_or("");
  if (text.empty()) {
    context.print("Missing -text option!\n");
    co_return 127;
  }
  const std::string address = go_flag(arguments, "listen").value_or(":5678");
  const std::string status_text = go_flag(arguments, "status-code").value_or("200");
  int status = 200;
  std::from_chars(status_text.data(), status_text.data() + status_text.size(), status);
  const std::uint16_t port = port_of(address, kDefaultPort);
  EchoServer server{context, std::move(text), status};
  std::expected<net::Listener, net::ListenError> listener = context.listen(port, server);
  if (!listener) {
    context.print(
        fmt::format("{} [ERR] server exited with: listen tcp {}: bind: address already in "
                    "use\n",
                    go_log_time(context.now()), address));
    co_return 1;
  }
  context.print(
      fmt::format("{} [INFO] server is listening on {}\n", go_log_time(context.now()), address));
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  context.print(
      fmt::format("{} [INFO] signal caught, shutting down\n", go_log_time(context.now())));
  listener->drain();
  co_return 0;
}

class HttpEchoImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.repository() == "docker.io/hashicorp/http-echo";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/http-echo"},
            .size_bytes = 3'071'560,
            .idle = {20'000, std::int64_t{5} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "http-echo" ? run_echo : nullptr;
  }
};

}  // namespace

const Image& http_echo_image() {
  static const HttpEchoImage kImage;
  return kImage;
}

}  // namespace rockpool::node
