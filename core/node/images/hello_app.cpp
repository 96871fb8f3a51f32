// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::string_view kTags[] = {"1.0", "2.0"};
constexpr std::uint16_t kDefaultPort = 8080;
// Go's runtime ends a first process that has no handler for the signal this way.
constexpr std::int32_t kGoSignalExitCode = 2;

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} Serving request: {}", go_log_time(time), record.target);
}

class HelloServer : public net::HttpHandler {
 public:
  explicit HelloServer(ProcessContext& context)
      : context_{context},
        answer_{fmt::format("Hello, world!\nVersion: {}.0\nHostname: {}\n",
                            context.machine().reference.tag, context.hostname())} {}

  void handle(net::HttpExchange exchange) override {
    AccessRecord record;
    record.target = exchange.request().path();
    context_.print_access(std::move(record), format_request);
    exchange.respond(net::HttpResponse::plain(200, answer_));
  }

 private:
  ProcessContext& context_;
  std::string answer_;
};

sim::Task<std::int32_t> run_hello(ProcessContext& context) {
  context.exit_on_signal(kGoSignalExitCode);
  const std::string wanted = context.machine().variable("PORT").value_or("");
  const std::uint16_t port = port_of(wanted, kDefaultPort);
  HelloServer server{context};
  std::expected<net::Listener, net::ListenError> listener = context.listen(port, server);
  context.print(fmt::format("{} Server listening on port {}\n", go_log_time(context.now()), port));
  if (!listener) {
    context.print(fmt::format("{} listen tcp :{}: bind: address already in use\n",
                              go_log_time(context.now()), port));
    co_return 1;
  }
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

class HelloAppImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "gcr.io/google-samples/hello-app" ||
           repository == "us-docker.pkg.dev/google-samples/containers/gke/hello-app";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.command = {"/hello-app"},
            .environment = {{"PORT", "8080"}},
            .size_bytes = 13'745'365,
            .idle = {20'000, std::int64_t{6} << 20}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "hello-app" ? run_hello : nullptr;
  }
};

}  // namespace

const Image& hello_app_image() {
  static const HelloAppImage kImage;
  return kImage;
}

}  // namespace rockpool::node
