// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

constexpr std::uint16_t kPort = 8080;
constexpr std::string_view kTags[] = {"v1", "v2"};

// What `cat server.js` shows: our own words for the same behaviour.
constexpr std::string_view kSource = R"(const http = require('http');

let requests = 0;
let startTime;

const server = http.createServer((request, response) => {
  const host = process.env.HOSTNAME;
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end(`Hello Kubernetes bootcamp! | Running on: ${host} | v=1\n`);
  console.log('Running On:', host, '| Total Requests:', ++requests, '| App Uptime:',
    (new Date() - startTime) / 1000, 'seconds', '| Log Time:', new Date());
});

server.listen(8080, () => {
  startTime = new Date();
  console.log('Kubernetes Bootcamp App Started At:', startTime, '| Running On: ',
    process.env.HOSTNAME, '\n');
});
)";

std::string javascript_time(sim::Time time) {
  const auto since = time.time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since) % 1000;
  std::string text = sim::format_rfc3339(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, milliseconds.count());
}

// A number as JavaScript prints it: no trailing zeros.
std::string javascript_seconds(sim::Duration duration) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  std::string text = fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time start) {
  return fmt::format("Running On: {} | Total Requests: {} | App Uptime: {} seconds | Log Time: {}",
                     record.host, record.number, javascript_seconds(time - start),
                     javascript_time(time));
}

class BootcampServer : public net::HttpHandler {
 public:
  explicit BootcampServer(ProcessContext& context)
      : context_{context},
        host_{context.machine().variable("HOSTNAME").value_or("undefined")},
        answer_{fmt::format("Hello Kubernetes bootcamp! | Running on: {} | v={}\n", host_,
                            context.machine().reference.tag == "v2" ? 2 : 1)} {}

  void handle(net::HttpExchange exchange) override {
    AccessRecord record;
    record.host = host_;
    record.number = ++requests_;
    context_.print_access(std::move(record), format_request);
    net::HttpResponse response;
    response.headers.add("Content-Type", "text/plain");
    response.body = answer_;
    exchange.respond(std::move(response));
  }

 private:
  ProcessContext& context_;
  std::string host_;
  std::string answer_;
  std::int64_t requests_ = 0;
};

// Runs below `sh -c`, which as the first process ignores SIGTERM: the Pod takes its whole grace
// period to stop.
sim::Task<std::int32_t> run_node(ProcessContext& context) {
  BootcampServer server{context};
  std::expected<net::Listener, net::ListenError> listener = context.listen(kPort, server);
  if (!listener) {
    context.print(fmt::format("Error: listen EADDRINUSE: address already in use :::{}\n", kPort));
    co_return 1;
  }
  context.print(fmt::format("Kubernetes Bootcamp App Started At: {} | Running On:  {} \n",
                            javascript_time(context.now()),
                            context.machine().variable("HOSTNAME").value_or("undefined")));
  sim::Task<void> forever = wait_forever();
  co_await forever;
  co_return 0;
}

class BootcampImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "gcr.io/google-samples/kubernetes-bootcamp" ||
           repository == "docker.io/jocatalin/kubernetes-bootcamp";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    return is_one_of(tag, kTags);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.command = {"/bin/sh", "-c", "node server.js"},
            .environment = {{"NPM_CONFIG_LOGLEVEL", "info"}, {"NODE_VERSION", "6.3.1"}},
            .size_bytes = 83'593'632,
            .idle = {600'000, std::int64_t{36} << 20},
            .has_shell = true,
            .missing_programs = kLargeDebianLacks,
            .userland = Userland::debian,
            .files = {{"/server.js", std::string{kSource}}}};
  }
  Program find_program(std::string_view name) const override {
    return base_name(name) == "node" ? run_node : nullptr;
  }
};

}  // namespace

const Image& kubernetes_bootcamp_image() {
  static const BootcampImage kImage;
  return kImage;
}

}  // namespace rockpool::node
