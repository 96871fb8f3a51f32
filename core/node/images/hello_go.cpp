// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"

// The backend of the tutorial "Connect a Frontend to a Backend Using Services": a greeter written
// in Go that answers every request alike.
namespace rockpool::node {
namespace {

constexpr std::string_view kTags[] = {"1.0"};
constexpr std::uint16_t kPort = 80;
// Go's runtime ends a first process that has no handler for the signal this way.
constexpr std::int32_t kGoSignalExitCode = 2;

class Greeter : public net::HttpHandler {
 public:
  void handle(net::HttpExchange exchange) override {
    exchange.respond(net::HttpResponse::plain(200, "{\"message\":\"Hello\"}\n"));
  }
};

sim::Task<std::int32_t> run_greeter(ProcessContext& context) {
  context.exit_on_signal(kGoSignalExitCode);
  Greeter greeter;
  std::expected<net::Listener, net::ListenError> listener = context.listen(kPort, greeter);
  if (!listener) {
    context.print_error(fmt::format("{} listen tcp :{}: bind: address already in use\n",
                                    go_log_time(context.now()), kPort));
    co_return 1;
  }
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

class HelloGoImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.repository() == "gcr.io/google-samples/hello-go-gke";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.command = {"/usr/bin/hello"},
            .size_bytes = 4'500'000,
            .idle = {20'000, std::int64_t{6} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "hello" ? run_greeter : nullptr;
  }
};

}  // namespace

const Image& hello_go_image() {
  static const HelloGoImage kImage;
  return kImage;
}

}  // namespace rockpool::node
