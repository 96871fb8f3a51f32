// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include "core/doc/hash.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

constexpr std::string_view kDocumentRoot = "/usr/share/nginx/html";
// nginx as the tutorial "Connecting Applications with Services" has it.
constexpr std::string_view kTutorialImage = "docker.io/bprashanth/nginxhttps";
// What the other names mean, as of Kubernetes 1.33.
constexpr std::string_view kMainline = "1.27.5";
constexpr std::string_view kStable = "1.28.0";

// The last release of every 1.x line.
struct Line {
  int minor;
  int last_patch;
};
constexpr Line kLines[] = {{7, 12},  {8, 1},  {9, 15},  {10, 3}, {11, 13}, {12, 2},
                           {13, 12}, {14, 2}, {15, 12}, {16, 1}, {17, 10}, {18, 0},
                           {19, 10}, {20, 2}, {21, 6},  {22, 1}, {23, 4},  {24, 0},
                           {25, 5},  {26, 3}, {27, 5},  {28, 0}};

// A tag without what names the distribution: `1.27-alpine3.21` → `1.27`.
std::string_view without_flavour(std::string_view tag) {
  constexpr std::string_view kFlavours[] = {"alpine", "perl", "bookworm", "bullseye", "otel"};
  for (const std::string_view flavour : kFlavours) {
    const std::size_t found = tag.find(flavour);
    if (found == 0) return "mainline";
    if (found != std::string_view::npos && tag[found - 1] == '-') return tag.substr(0, found - 1);
  }
  return tag;
}

// The release that a tag stands for; empty if there is none.
std::string version_of(std::string_view tag) {
  tag = without_flavour(tag);
  if (tag == "latest" || tag == "mainline" || tag == "1") return std::string{kMainline};
  if (tag == "stable") return std::string{kStable};
  for (const Line& line : kLines) {
    const std::string minor = fmt::format("1.{}", line.minor);
    if (tag == minor) return fmt::format("{}.{}", minor, line.last_patch);
    const VersionRange range[] = {{1, line.minor, line.minor, line.last_patch}};
    if (tag.starts_with(minor + ".") && is_version_in(tag, range)) return std::string{tag};
  }
  return {};
}

constexpr std::string_view kWelcome = R"(<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
)";

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\" \"-\"",
                     record.peer.ip.to_string(), common_log_time(time), record.method,
                     record.target, record.status, record.bytes, record.user_agent);
}

// What the entry point and the master process print; `target` holds the version.
std::string format_start(const AccessRecord& record, sim::Time time, sim::Time) {
  const std::string stamp = go_log_time(time);
  return fmt::format(
      "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform "
      "configuration\n"
      "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n"
      "10-listen-on-ipv6-by-default.sh: info: Getting the checksum of "
      "/etc/nginx/conf.d/default.conf\n"
      "10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in "
      "/etc/nginx/conf.d/default.conf\n"
      "/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n"
      "/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n"
      "/docker-entrypoint.sh: Configuration complete; ready for start up\n"
      "{0} [notice] 1#1: using the \"epoll\" event method\n"
      "{0} [notice] 1#1: nginx/{1}\n"
      "{0} [notice] 1#1: start worker processes\n"
      "{0} [notice] 1#1: start worker process 29",
      stamp, record.target);
}

std::string_view content_type(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html"},
      {".htm", "text/html"},
      {".css", "text/css"},
      {".txt", "text/plain"},
      {".js", "application/javascript"},
      {".json", "application/json"},
      {".xml", "text/xml"},
      {".svg", "image/svg+xml"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

// Serves the files of its document root, as the image's default configuration does.
class NginxServer : public net::HttpHandler {
 public:
  NginxServer(ProcessContext& context, std::string version)
      : context_{context}, version_{std::move(version)} {}

  void handle(net::HttpExchange exchange) override {
    net::HttpResponse response = answer(exchange.request());
    response.headers.add("Server", "nginx/" + version_);
    context_.print_access(make_access_record(exchange, response.status, response.body.size()),
                          format_request);
    if (exchange.request().method == "HEAD") response.body.clear();
    exchange.respond(std::move(response));
  }

 private:
  net::HttpResponse answer(const net::HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") return error(405, "Not Allowed");
    const std::string_view path = request.path();
    const std::string file =
        FileSystem::normalise(std::string{kDocumentRoot} + net::percent_decode(path, false));
    const bool wants_index = path.ends_with('/');
    const std::string wanted = wants_index ? file + "/index.html" : file;
    if (const std::string* content = context_.files().read(wanted)) return ok(wanted, *content);
    // A volume over the document root hides the image's own pages.
    const bool is_covered = context_.files().is_folder(std::string{kDocumentRoot});
    if (is_covered) {
      if (!wants_index && context_.files().is_folder(file)) return moved(request);
      if (wants_index && context_.files().is_folder(file)) return error(403, "Forbidden");
      return error(404, "Not Found");
    }
    if (path == "/" || path == "/index.html") return ok("index.html", kWelcome);
    return error(404, "Not Found");
  }

  net::HttpResponse ok(std::string_view file, std::string_view content) const {
    net::HttpResponse response;
    response.headers.add("Content-Type", content_type(file));
    response.body = content;
    return response;
  }

  net::HttpResponse moved(const net::HttpRequest& request) const {
    net::HttpResponse response = error(301, "Moved Permanently");
    response.headers.add("Location", "http://" + request.host + std::string{request.path()} + "/");
    return response;
  }

  net::HttpResponse error(int status, std::string_view text) const {
    net::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "text/html");
    response.body = fmt::format(
        "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n"
        "<center><h1>{0} {1}</h1></center>\r\n<hr><center>nginx/{2}"
        "</center>\r\n</body>\r\n</html>\r\n",
        status, text, version_);
    return response;
  }

  ProcessContext& context_;
  std::string version_;
};

// The ports of the `listen` directives in a configuration.
void append_ports(std::string_view text, std::vector<std::uint16_t>& ports) {
  constexpr std::string_view kDirective = "listen";
  for (std::size_t at = text.find(kDirective); at != std::string_view::npos;
       at = text.find(kDirective, at + 1)) {
    const std::size_t start = text.find_first_not_of(" \t", at + kDirective.size());
    const std::size_t end = text.find_first_of(" \t;", start);
    if (start == std::string_view::npos || end == std::string_view::npos) return;
    const std::uint16_t port = port_of(text.substr(start, end - start), 0);
    if (port != 0 && std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
  }
}

// Where it listens: port 80, unless a mounted configuration says otherwise.
std::vector<std::uint16_t> configured_ports(ProcessContext& context) {
  std::vector<std::uint16_t> ports;
  if (const std::string* main = context.files().read("/etc/nginx/nginx.conf")) {
    append_ports(*main, ports);
  }
  const std::string folder = "/etc/nginx/conf.d";
  for (const std::string& name : context.files().list(folder)) {
    if (!name.ends_with(".conf")) continue;
    if (const std::string* text = context.files().read(folder + "/" + name)) {
      append_ports(*text, ports);
    }
  }
  if (ports.empty()) ports.push_back(80);
  return ports;
}

sim::Task<std::int32_t> run_nginx(ProcessContext& context) {
  const std::string version = version_of(context.machine().reference.tag);
  NginxServer server{context, version.empty() ? std::string{kMainline} : version};
  std::vector<net::Listener> listeners;
  for (const std::uint16_t port : configured_ports(context)) {
    std::expected<net::Listener, net::ListenError> listener = context.listen(port, server);
    if (!listener) {
      context.print(
          fmt::format("{0} [emerg] 1#1: bind() to 0.0.0.0:{1} failed (98: Address already "
                      "in use)\nnginx: [emerg] bind() to 0.0.0.0:{1} failed (98: Address "
                      "already in use)\n",
                      go_log_time(context.now()), port));
      co_return 1;
    }
    listeners.push_back(std::move(*listener));
  }
  AccessRecord start;
  start.target = version;
  context.print_access(std::move(start), format_start);
  sim::Task<Signal> stop = context.stop_signal();
  const Signal signal = co_await stop;
  // SIGQUIT lets requests end; SIGTERM does not wait for them.
  const std::string stamp = go_log_time(context.now());
  context.print(fmt::format("{} [notice] 1#1: signal {} (SIG{}) received{}\n", stamp,
                            signal_number(signal), signal == Signal::quit ? "QUIT" : "TERM",
                            signal == Signal::quit ? ", shutting down" : ", exiting"));
  if (signal == Signal::quit) {
    for (net::Listener& listener : listeners) listener.drain();
    const auto is_busy = [](const net::Listener& listener) {
      return listener.active_connections() > 0;
    };
    constexpr sim::Duration kPoll = std::chrono::milliseconds{100};
    while (std::ranges::any_of(listeners, is_busy)) co_await sim::sleep(kPoll);
  }
  context.print(fmt::format("{} [notice] 1#1: exit\n", go_log_time(context.now())));
  co_return 0;
}

class NginxImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    const std::string repository = reference.repository();
    return repository == "docker.io/library/nginx" || repository == "public.ecr.aws/nginx/nginx" ||
           repository == kTutorialImage || repository == "registry.k8s.io/nginx" ||
           repository == "registry.k8s.io/nginx-slim" || repository == "k8s.gcr.io/nginx-slim";
  }
  bool has_tag(std::string_view repository, std::string_view tag) const override {
    if (repository == kTutorialImage) return tag == "1.0" || tag == "latest";
    if (repository.ends_with("nginx-slim")) {
      return tag.starts_with("0.") && tag.size() > 2;
    }
    return !version_of(tag).empty();
  }
  ImageConfig config(const ImageReference& reference) const override {
    const std::string version = version_of(reference.tag);
    const bool is_small = reference.tag.find("alpine") != std::string::npos;
    return {.entrypoint = {"/docker-entrypoint.sh"},
            .command = {"nginx", "-g", "daemon off;"},
            .environment = {{"NGINX_VERSION", version.empty() ? std::string{kMainline} : version}},
            .stop_signal = Signal::quit,
            .size_bytes = is_small ? 20'981'174 : 72'404'038,
            .idle = {50'000, std::int64_t{7} << 20},
            .has_shell = true,
            .missing_programs = is_small ? std::span<const std::string_view>{kAlpineWithCurlLacks}
                                         : std::span<const std::string_view>{kDebianWithCurlLacks}};
  }
  Program find_program(std::string_view name) const override {
    const std::string_view base = base_name(name);
    return base == "nginx" || base == "docker-entrypoint.sh" ? run_nginx : nullptr;
  }
};

}  // namespace

const Image& nginx_image() {
  static const NginxImage kImage;
  return kImage;
}

}  // namespace rockpool::node
