// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_wget.h"

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/net/tls.h"
#include "core/node/images/image.h"
#include "core/node/images/userland_http.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

// The words of a failure as busybox wget has them.
std::string wget_message(const net::Failure& failure) {
  switch (failure.kind) {
    case net::FailureKind::no_such_host:
    case net::FailureKind::dns_failed:
    case net::FailureKind::dns_timed_out:
      return fmt::format("wget: bad address '{}'", failure.host);
    case net::FailureKind::connection_refused:
      return fmt::format("wget: can't connect to remote host ({}): Connection refused",
                         failure.remote.ip.to_string());
    case net::FailureKind::no_route_to_host:
      return fmt::format("wget: can't connect to remote host ({}): No route to host",
                         failure.remote.ip.to_string());
    case net::FailureKind::connection_reset:
      return "wget: error getting response: Connection reset by peer";
    case net::FailureKind::connection_closed:
      return "wget: error getting response";
    case net::FailureKind::connection_timed_out:
    case net::FailureKind::response_timed_out:
      return "wget: download timed out";
    default:
      return fmt::format("wget: {}", net::go_message(failure));
  }
}

struct WgetOptions {
  std::string url;
  std::string output;
  bool quiet = false;
  bool spider = false;
  bool checks_certificate = true;
  net::HttpRequest request;
  net::FetchOptions fetch;
};

WgetOptions read_wget(const std::vector<std::string>& arguments) {
  WgetOptions options;
  options.request.headers.add("User-Agent", "Wget");
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string argument = arguments[i];
    if (argument == "--spider") {
      options.spider = true;
    } else if (argument == "--no-check-certificate") {
      options.checks_certificate = false;
    } else if (argument.starts_with("--timeout=")) {
      options.fetch.timeout = seconds_of(argument.substr(10));
    } else if (argument.starts_with("--post-data=")) {
      options.request.method = "POST";
      options.request.body = argument.substr(12);
    } else if (argument.starts_with("--header=")) {
      add_header(argument.substr(9), options.request);
    } else if (argument.starts_with("--")) {
      continue;
    } else if (!argument.starts_with('-') || argument == "-") {
      options.url = argument;
    } else {
      for (std::size_t at = 1; at < argument.size(); ++at) {
        const char flag = argument[at];
        if (flag == 'q') options.quiet = true;
        if (flag != 'O' && flag != 'T' && flag != 't' && flag != 'Y') continue;
        const bool is_attached = at + 1 < argument.size();
        if (!is_attached && i + 1 >= arguments.size()) break;
        const std::string value = is_attached ? argument.substr(at + 1) : arguments[++i];
        if (flag == 'O') options.output = value;
        if (flag == 'T') options.fetch.timeout = seconds_of(value);
        break;
      }
    }
  }
  return options;
}

}  // namespace

Code run_wget(ProcessContext& context) {
  const WgetOptions options = read_wget(context.arguments());
  const std::expected<net::Url, std::string> url = net::Url::parse(options.url);
  if (options.url.empty() || !url) {
    context.print_error("wget: not an http or ftp url: " + options.url + "\n");
    co_return 1;
  }
  const bool is_secure = url->scheme == "https";
  net::FetchOptions fetch_options = options.fetch;
  // busybox encrypts, but believes everybody.
  if (is_secure) fetch_options.tls = net::insecure_tls();
  sim::Task<net::FetchResult> fetch = context.fetch(*url, options.request, fetch_options);
  const net::FetchResult result = co_await fetch;
  if (!options.quiet && result.remote.port != 0) {
    context.print_error(
        fmt::format("Connecting to {} ({})\n", url->authority(), result.remote.to_string()));
  }
  if (is_secure && options.checks_certificate && result.remote.port != 0) {
    context.print_error("wget: note: TLS certificate validation not implemented\n");
  }
  if (!result.ok()) {
    context.print_error(wget_message(result.outcome.error()) + "\n");
    co_return 1;
  }
  const net::HttpResponse& response = *result.outcome;
  if (response.status >= 400) {
    context.print_error(fmt::format("wget: server returned error: HTTP/1.1 {} {}\n",
                                    response.status, net::http_status_text(response.status)));
    co_return 1;
  }
  if (options.spider) {
    if (!options.quiet) context.print_error("remote file exists\n");
    co_return 0;
  }
  std::string output = options.output;
  if (output.empty()) {
    output = base_name(url->target.substr(0, url->target.find('?')));
    if (output.empty()) output = "index.html";
  }
  if (output == "-") {
    context.print(response.body);
  } else if (output != "/dev/null") {
    const std::string path = FileSystem::normalise(output, context.working_folder());
    if (!context.files().write(path, response.body)) {
      const std::string_view why = context.files().refusal(path);
      context.print_error(
          fmt::format("wget: can't open '{}': {}\n", output, why.empty() ? "Is a directory" : why));
      co_return 1;
    }
  }
  co_return 0;
}

}  // namespace rockpool::node
