// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_network.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include "core/doc/percent.h"
#include "core/net/tls.h"
#include "core/node/images/http_server.h"
#include "core/node/images/image.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

constexpr int kMaxRedirects = 50;
constexpr std::int32_t kCurlHttpError = 22;

std::optional<sim::Duration> seconds_of(const std::string& text) {
  return sim::parse_duration(text + "s");
}

// What curl was asked to do.
struct CurlOptions {
  std::vector<std::string> urls;
  net::HttpRequest request;
  net::FetchOptions fetch;
  std::string write_out;
  std::string output_file;
  // Whom to trust, as a file of certificates; empty for nobody.
  std::string authorities_file;
  bool insecure = false;
  // `HOST:PORT:ADDRESS`: where to find a name instead of asking for it.
  std::vector<std::string> resolve;
  bool silent = false;
  bool show_errors = false;
  bool include_headers = false;
  bool fail = false;
  bool follow = false;
  bool is_head = false;
  std::string unknown_flag;
};

void add_header(const std::string& text, net::HttpRequest& request) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return;
  const std::size_t start = text.find_first_not_of(' ', colon + 1);
  const std::string value = start == std::string::npos ? "" : text.substr(start);
  const std::string name = text.substr(0, colon);
  if (name == "Host" || name == "host") {
    request.host = value;
  } else {
    request.headers.set(name, value);
  }
}

// Takes a flag that has a value. False if it is none of those.
bool take_value(const std::string& flag, const std::string& value, CurlOptions& options) {
  if (flag == "-X" || flag == "--request") {
    options.request.method = value;
  } else if (flag == "-H" || flag == "--header") {
    add_header(value, options.request);
  } else if (flag == "-d" || flag == "--data" || flag == "--data-raw") {
    options.request.body += (options.request.body.empty() ? "" : "&") + value;
    if (options.request.method == "GET") options.request.method = "POST";
  } else if (flag == "-m" || flag == "--max-time") {
    options.fetch.timeout = seconds_of(value);
  } else if (flag == "--connect-timeout") {
    options.fetch.connect_timeout = seconds_of(value);
  } else if (flag == "-o" || flag == "--output") {
    options.output_file = value;
  } else if (flag == "--cacert") {
    options.authorities_file = value;
  } else if (flag == "-w" || flag == "--write-out") {
    options.write_out = value;
  } else if (flag == "-A" || flag == "--user-agent") {
    options.request.headers.set("User-Agent", value);
  } else {
    if (flag != "--resolve") return flag == "--retry" || flag == "--retry-delay";
    options.resolve.push_back(value);
  }
  return true;
}

bool take_switch(const std::string& flag, CurlOptions& options) {
  if (flag == "-s" || flag == "--silent") {
    options.silent = true;
  } else if (flag == "-S" || flag == "--show-error") {
    options.show_errors = true;
  } else if (flag == "-i" || flag == "--include") {
    options.include_headers = true;
  } else if (flag == "-I" || flag == "--head") {
    options.is_head = true;
    options.request.method = "HEAD";
  } else if (flag == "-f" || flag == "--fail") {
    options.fail = true;
  } else if (flag == "-L" || flag == "--location") {
    options.follow = true;
  } else if (flag == "-k" || flag == "--insecure") {
    options.insecure = true;
  } else {
    // Accepted without effect here: -v, -g, -4, -N, --http1.1 and the like.
    constexpr std::string_view kHarmless[] = {
        "-v",          "-g",        "-q",        "-4",          "-N",
        "-#",          "--verbose", "--http1.1", "--no-buffer", "--no-progress-meter",
        "--compressed"};
    return is_one_of(flag, kHarmless);
  }
  return true;
}

CurlOptions read_curl(const std::vector<std::string>& arguments) {
  CurlOptions options;
  options.request.headers.add("User-Agent", "curl/8.13.0");
  options.request.headers.add("Accept", "*/*");
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-') || argument == "-") {
      options.urls.push_back(argument);
      continue;
    }
    const bool is_long = argument.starts_with("--");
    // Short flags may stand together, the last one with its value: -sSm5.
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const std::string flag = is_long ? argument : std::string{"-"} + argument[at];
      if (!take_switch(flag, options)) {
        const bool is_attached = !is_long && at + 1 < argument.size();
        const std::string value = is_attached                ? argument.substr(at + 1)
                                  : i + 1 < arguments.size() ? arguments[i + 1]
                                                             : std::string{};
        if (!take_value(flag, value, options)) options.unknown_flag = flag;
        if (!is_attached) ++i;
        break;
      }
      if (is_long) break;
    }
  }
  return options;
}

std::string status_line(const net::HttpResponse& response) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, net::http_status_text(response.status));
  for (const auto& [name, value] : response.headers.fields()) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

std::string expand_write_out(std::string text, const net::FetchResult& result) {
  const int status = result.ok() ? result.outcome->status : 0;
  const double seconds = static_cast<double>((result.ended - result.started).count()) / 1e9;
  replace_all(text, "\\n", "\n");
  replace_all(text, "\\t", "\t");
  replace_all(text, "%{http_code}", fmt::format("{:03}", status));
  replace_all(text, "%{response_code}", fmt::format("{:03}", status));
  replace_all(text, "%{time_total}", fmt::format("{:.6f}", seconds));
  replace_all(text, "%{remote_ip}", result.remote.ip.to_string());
  replace_all(text, "%{size_download}",
              std::to_string(result.ok() ? result.outcome->body.size() : 0));
  return text;
}

// How to handle TLS; the error is curl's if the file of `--cacert` is of no use.
std::expected<net::Ref<const net::TlsClient>, std::string> curl_tls(ProcessContext& context,
                                                                    const CurlOptions& options) {
  if (options.insecure) return net::insecure_tls();
  if (options.authorities_file.empty()) return net::Ref<const net::TlsClient>{};
  const std::string* const pem = context.files().read(
      FileSystem::normalise(options.authorities_file, context.working_folder()));
  auto tls = net::trusting_tls(pem == nullptr ? std::string_view{} : *pem);
  if (!tls->roots.empty()) return tls;
  return std::unexpected{
      fmt::format("curl: (77) error setting certificate file: {}\n", options.authorities_file)};
}

// Does what `--resolve` says of the URL's place: another address, the same name in all that is
// sent.
void apply_resolve(const CurlOptions& options, net::Url& url, net::HttpRequest& request,
                   net::Ref<const net::TlsClient>& tls) {
  const std::string place = fmt::format("{}:{}:", url.host, url.port);
  const auto found = std::ranges::find_if(
      options.resolve, [&](const std::string& each) { return each.starts_with(place); });
  if (found == options.resolve.end()) return;
  if (request.host.empty()) request.host = url.authority();
  if (url.scheme == "https") {
    auto* const named = new net::TlsClient;
    if (tls) named->verifies = tls->verifies;
    if (tls) named->roots = tls->roots;
    named->server_name = url.host;
    tls = net::Ref<const net::TlsClient>{named};
  }
  url.host = found->substr(place.size());
}

Code curl_one(ProcessContext& context, const CurlOptions& options, std::string text) {
  for (int redirects = 0;; ++redirects) {
    std::expected<net::Url, std::string> url = net::Url::parse(text);
    if (!url) {
      context.print_error(fmt::format("curl: (3) {}\n", url.error()));
      co_return 3;
    }
    const net::Url named = *url;
    net::FetchOptions fetch_options = options.fetch;
    net::HttpRequest request = options.request;
    if (url->scheme == "https") {
      auto tls = curl_tls(context, options);
      if (!tls && (!options.silent || options.show_errors)) context.print_error(tls.error());
      if (!tls) co_return 77;
      fetch_options.tls = std::move(*tls);
    }
    apply_resolve(options, *url, request, fetch_options.tls);
    sim::Task<net::FetchResult> fetch =
        context.fetch(std::move(*url), std::move(request), fetch_options);
    const net::FetchResult result = co_await fetch;
    std::int32_t code = 0;
    if (!result.ok()) {
      code = net::curl_exit_code(result.outcome.error());
      if (!options.silent || options.show_errors) {
        context.print_error(net::curl_message(result.outcome.error()) + "\n");
      }
    } else {
      const net::HttpResponse& response = *result.outcome;
      const std::string_view location = response.headers.get("Location");
      if (options.follow && response.status / 100 == 3 && !location.empty() &&
          redirects < kMaxRedirects) {
        text = location.starts_with('/')
                   ? named.scheme + "://" + named.authority() + std::string{location}
                   : std::string{location};
        continue;
      }
      if (options.fail && response.status >= 400) {
        code = kCurlHttpError;
        if (!options.silent || options.show_errors) {
          context.print_error(
              fmt::format("curl: (22) The requested URL returned error: {}\n", response.status));
        }
      } else {
        std::string output;
        if (options.include_headers || options.is_head) output = status_line(response);
        if (!options.is_head) output += response.body;
        if (options.output_file.empty() || options.output_file == "-") {
          context.print(output);
        } else if (options.output_file != "/dev/null") {
          const std::string path =
              FileSystem::normalise(options.output_file, context.working_folder());
          if (!context.files().write(path, output)) {
            context.print_error(fmt::format("curl: (23) Failure writing output to destination\n"));
            co_return 23;
          }
        }
      }
    }
    context.print(expand_write_out(options.write_out, result));
    co_return code;
  }
}

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

Code run_curl(ProcessContext& context) {
  const CurlOptions options = read_curl(context.arguments());
  if (!options.unknown_flag.empty()) {
    context.print_error(
        fmt::format("curl: option {}: is unknown\ncurl: try 'curl --help' for more "
                    "information\n",
                    options.unknown_flag));
    co_return 2;
  }
  if (options.urls.empty()) {
    context.print_error("curl: (2) no URL specified\n");
    co_return 2;
  }
  std::int32_t code = 0;
  for (const std::string& url : options.urls) {
    Code task = curl_one(context, options, url);
    code = co_await task;
  }
  co_return code;
}

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

// nc -u: sends its input as one datagram and prints what comes back until the time is over. With
// `only_probes` one empty datagram, which counts as answered unless it is refused.
Code run_netcat_udp(ProcessContext& context, net::SocketAddress to, bool only_probes,
                    std::optional<sim::Duration> timeout, std::uint16_t own_port) {
  net::Ref<net::Host> host{&context.host()};
  std::expected<net::DatagramSocket, net::ListenError> socket = host->bind(own_port);
  if (!socket) {
    context.print_error("nc: bind: Address already in use\n");
    co_return 1;
  }
  std::string input;
  if (!only_probes) {
    sim::Task<std::string> reading = context.read_input();
    input = co_await reading;
  }
  socket->send(to, std::move(input));
  bool is_refused = false;
  for (;;) {
    sim::Task<std::expected<net::Datagram, net::Failure>> receiving = socket->receive(timeout);
    const std::expected<net::Datagram, net::Failure> received = co_await receiving;
    if (!received) {
      is_refused = received.error().kind == net::FailureKind::connection_refused;
      break;
    }
    if (only_probes) break;
    context.print(received->payload);
  }
  co_return is_refused ? 1 : 0;
}

Code run_netcat(ProcessContext& context) {
  std::vector<std::string> places;
  std::optional<sim::Duration> timeout;
  bool verbose = false;
  bool is_udp = false;
  bool only_probes = false;
  std::uint16_t own_port = 0;
  const std::vector<std::string>& arguments = context.arguments();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with('-')) {
      places.push_back(arguments[i]);
      continue;
    }
    verbose = verbose || arguments[i].find('v') != std::string::npos;
    is_udp = is_udp || arguments[i].find('u') != std::string::npos;
    only_probes = only_probes || arguments[i].find('z') != std::string::npos;
    if (arguments[i].ends_with('w') && i + 1 < arguments.size()) {
      timeout = seconds_of(arguments[++i]);
    } else if (arguments[i].ends_with('p') && i + 1 < arguments.size()) {
      own_port = net::parse_port(arguments[++i]).value_or(0);
    }
  }
  const auto port = places.size() < 2 ? std::nullopt : net::parse_port(places[1]);
  if (!port) {
    context.print_error("nc: usage: nc [-zvu] [-w SECONDS] [-p PORT] HOST PORT\n");
    co_return 1;
  }
  net::Ref<net::Host> host{&context.host()};
  sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
      context.resolve(places[0]);
  const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
  if (!addresses) {
    context.print_error(fmt::format("nc: bad address '{}'\n", places[0]));
    co_return 1;
  }
  const net::SocketAddress to{addresses->front(), *port};
  if (is_udp) {
    Code asking = run_netcat_udp(context, to, only_probes, timeout, own_port);
    const std::int32_t code = co_await asking;
    if (verbose && code == 0) {
      context.print_error(fmt::format("{} ({}:{}) open\n", places[0], to.ip.to_string(), *port));
    }
    co_return code;
  }
  sim::Task<std::expected<net::Socket, net::Failure>> connect = host->connect(to, timeout);
  const std::expected<net::Socket, net::Failure> socket = co_await connect;
  if (!socket) {
    const bool refused = socket.error().kind == net::FailureKind::connection_refused;
    if (verbose) {
      context.print_error(fmt::format("nc: {} ({}:{}): {}\n", places[0], to.ip.to_string(), *port,
                                      refused ? "Connection refused" : "Operation timed out"));
    }
    co_return 1;
  }
  if (verbose) {
    context.print_error(fmt::format("{} ({}:{}) open\n", places[0], to.ip.to_string(), *port));
  }
  co_return 0;
}

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

Code run_getent(ProcessContext& context) {
  constexpr std::int32_t kNotFound = 2;
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) {
    context.print_error("getent: wrong number of arguments\n");
    co_return 1;
  }
  if (arguments[1] != "hosts" && arguments[1] != "ahosts" && arguments[1] != "ahostsv4") {
    context.print_error(fmt::format("Unknown database: {}\n", arguments[1]));
    co_return 1;
  }
  std::int32_t status = 0;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
        context.resolve(arguments[i]);
    const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
    if (!addresses) status = kNotFound;
    if (!addresses) continue;
    for (const net::IpAddress& address : *addresses) {
      context.print(fmt::format("{:<15} {}\n", address.to_string(), arguments[i]));
    }
  }
  co_return status;
}

}  // namespace rockpool::node
