// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_httpd.h"

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "core/doc/percent.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

// Serves files below a folder, as busybox httpd.
class FileServer : public net::HttpHandler {
 public:
  FileServer(ProcessContext& context, std::string root)
      : context_{context}, root_{std::move(root)} {}

  void handle(net::HttpExchange exchange) override {
    const std::string path = doc::percent_decode(exchange.request().path(), false);
    std::string file = FileSystem::normalise(root_ + path);
    if (path.ends_with('/')) file += file == "/" ? "index.html" : "/index.html";
    net::HttpResponse response;
    if (const std::string* text = context_.files().read(file)) {
      response.headers.add("Content-Type", "text/html");
      response.body = *text;
    } else {
      response.status = 404;
      response.headers.add("Content-Type", "text/html");
      response.body =
          "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not "
          "Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n";
    }
    exchange.respond(std::move(response));
  }

 private:
  ProcessContext& context_;
  std::string root_;
};

}  // namespace

Code run_httpd(ProcessContext& context) {
  std::uint16_t port = 80;
  std::string root = context.working_folder();
  const std::vector<std::string>& arguments = context.arguments();
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    if (arguments[i].ends_with('p')) port = port_of(arguments[i + 1], port);
    if (arguments[i].ends_with('h')) {
      root = FileSystem::normalise(arguments[i + 1], context.working_folder());
    }
  }
  FileServer server{context, root};
  std::expected<net::Listener, net::ListenError> listener = context.listen(port, server);
  if (!listener) {
    context.print_error("httpd: bind: Address already in use\n");
    co_return 1;
  }
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  co_return 0;
}

}  // namespace rockpool::node
