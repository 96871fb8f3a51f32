// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/doc/percent.h"
#include "core/net/tls.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/nginx_config.h"
#include "core/node/images/userland.h"
#include "core/pki/private_key.h"

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

// `other` is for endings that say nothing.
std::string_view content_type(std::string_view path, std::string_view other) {
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
  return other;
}

// What nginx serves, all of it as its configuration says.
class NginxServer {
 public:
  NginxServer(ProcessContext& context, std::string version, NginxConfig config)
      : context_{context}, version_{std::move(version)}, config_{std::move(config)} {}

  const NginxConfig& config() const { return config_; }
  /// From the next request on it answers as `other`, whose certificates have been read.
  void become(NginxServer&& other) {
    config_ = std::move(other.config_);
    chains_ = std::move(other.chains_);
  }
  /// Reads the certificates of all servers that listen with TLS; the error is nginx's.
  std::expected<void, std::string> load_certificates();
  pki::SharedChain certificates_for(std::uint16_t port, std::string_view server_name) const {
    const NginxServerBlock* const server = find_nginx_server(config_, port, server_name);
    return server == nullptr ? nullptr
                             : chains_[static_cast<std::size_t>(server - config_.servers.data())];
  }

  void handle(net::HttpExchange exchange) {
    const net::HttpRequest& request = exchange.request();
    const std::string host = host_of(request);
    const NginxServerBlock* const server = find_nginx_server(config_, exchange.local().port, host);
    net::HttpResponse response =
        server == nullptr ? error(404, "Not Found") : answer(*server, exchange);
    response.headers.add("Server", "nginx/" + version_);
    context_.print_access(make_access_record(exchange, response.status, response.body.size()),
                          format_request);
    if (request.method == "HEAD") response.body.clear();
    exchange.respond(std::move(response));
  }

  net::HttpResponse plain_to_tls() const {
    net::HttpResponse response;
    response.status = 400;
    response.headers.add("Content-Type", "text/html");
    response.headers.add("Server", "nginx/" + version_);
    constexpr std::string_view kWhat = "The plain HTTP request was sent to HTTPS port";
    response.body = fmt::format(
        "<html>\r\n<head><title>400 {0}</title></head>\r\n<body>\r\n"
        "<center><h1>400 Bad Request</h1></center>\r\n<center>{0}</center>\r\n"
        "<hr><center>nginx/{1}</center>\r\n</body>\r\n</html>\r\n",
        kWhat, version_);
    return response;
  }

 private:
  static std::string host_of(const net::HttpRequest& request) {
    const std::string& text = request.host;
    const std::size_t colon = text.rfind(':');
    const bool has_port = colon != std::string::npos && text.find(']', colon) == std::string::npos;
    return doc::to_lower(has_port ? std::string_view{text}.substr(0, colon) : text);
  }

  net::HttpResponse answer(const NginxServerBlock& server, const net::HttpExchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    const std::string path = doc::percent_decode(request.path(), false);
    const NginxLocation* const location = find_location(server, path);
    const NginxLocation& own = location == nullptr ? server.defaults : *location;
    net::HttpResponse response = answer(server, own, path, exchange);
    const std::vector<NginxHeader>& headers =
        own.headers.empty() ? server.defaults.headers : own.headers;
    for (const NginxHeader& header : headers) {
      if (header.is_always || is_fine(response.status)) {
        response.headers.add(header.name, expand(header.value, exchange));
      }
    }
    return response;
  }

  // The statuses with which headers are added without "always".
  static bool is_fine(int status) {
    constexpr int kFine[] = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
    return std::ranges::find(kFine, status) != std::end(kFine);
  }

  net::HttpResponse answer(const NginxServerBlock& server, const NginxLocation& own,
                           const std::string& path, const net::HttpExchange& exchange) const {
    const net::HttpRequest& request = exchange.request();
    if (server.defaults.return_status != 0) return returned(server, server.defaults, exchange);
    if (own.return_status != 0) return returned(server, own, exchange);
    if (request.method != "GET" && request.method != "HEAD") return error(405, "Not Allowed");
    const std::vector<std::string>& tries =
        own.try_files.empty() ? server.defaults.try_files : own.try_files;
    if (tries.empty()) return serve(server, own, path, exchange);
    for (std::size_t i = 0; i < tries.size(); ++i) {
      const std::string wanted = expand(tries[i], exchange);
      const bool is_last = i + 1 == tries.size();
      if (is_last && wanted.starts_with('=')) break;
      if (is_last || exists(server, own, wanted)) return serve(server, own, wanted, exchange);
    }
    const bool is_code = tries.back().starts_with('=') && tries.back() != "=404";
    return is_code ? error(500, "Internal Server Error") : error(404, "Not Found");
  }

  // The exact path, else the longest beginning.
  static const NginxLocation* find_location(const NginxServerBlock& server, std::string_view path) {
    const NginxLocation* found = nullptr;
    for (const NginxLocation& each : server.locations) {
      if (each.is_exact && path == each.path) return &each;
      if (each.is_exact || !path.starts_with(each.path)) continue;
      if (found == nullptr || each.path.size() > found->path.size()) found = &each;
    }
    return found;
  }

  std::string file_of(const NginxServerBlock& server, const NginxLocation& location,
                      std::string_view path) const {
    if (!location.alias.empty()) {
      return FileSystem::normalise(location.alias + std::string{path.substr(location.path.size())});
    }
    const std::string& root = location.root.empty() ? server.defaults.root : location.root;
    return FileSystem::normalise(root + std::string{path});
  }

  // The content of a file, one of the image's own among them.
  const std::string* content(const std::string& file) const {
    if (const std::string* text = context_.files().read(file)) return text;
    // A volume over the document root hides the image's own pages.
    const bool is_own = file == std::string{kDocumentRoot} + "/index.html";
    const bool is_covered = context_.files().is_folder(std::string{kDocumentRoot});
    static const std::string kPage{kWelcome};
    return is_own && !is_covered ? &kPage : nullptr;
  }

  bool is_folder(const std::string& file) const {
    return context_.files().is_folder(file) || file == kDocumentRoot;
  }

  bool exists(const NginxServerBlock& server, const NginxLocation& location,
              std::string_view path) const {
    const std::string file = file_of(server, location, path);
    // `$uri/` asks for a folder.
    return path.ends_with('/') ? is_folder(file) : content(file) != nullptr;
  }

  net::HttpResponse serve(const NginxServerBlock& server, const NginxLocation& location,
                          std::string_view path, const net::HttpExchange& exchange) const {
    const std::string file = file_of(server, location, path);
    const std::string_view type = default_type(server, location);
    if (!path.ends_with('/')) {
      if (const std::string* text = content(file)) return ok(file, *text, type);
      return is_folder(file) ? moved(exchange) : error(404, "Not Found");
    }
    const std::vector<std::string>& index =
        location.index.empty() ? server.defaults.index : location.index;
    for (const std::string& name : index) {
      const std::string page = file + "/" + name;
      if (const std::string* text = content(FileSystem::normalise(page)))
        return ok(page, *text, type);
    }
    return is_folder(file) ? error(403, "Forbidden") : error(404, "Not Found");
  }

  static std::string_view default_type(const NginxServerBlock& server,
                                       const NginxLocation& location) {
    return location.default_type.empty() ? server.defaults.default_type : location.default_type;
  }

  net::HttpResponse returned(const NginxServerBlock& server, const NginxLocation& location,
                             const net::HttpExchange& exchange) const {
    const int status = location.return_status;
    const std::string text = expand(location.return_text, exchange);
    const bool is_redirect = status / 100 == 3 && !text.empty();
    net::HttpResponse response = error(status, net::http_status_text(status));
    if (is_redirect) {
      response.headers.add("Location", text);
    } else if (!text.empty()) {
      response.headers.set("Content-Type", default_type(server, location));
      response.body = text;
    }
    return response;
  }

  // The variables that redirections are made of.
  std::string expand(std::string_view text, const net::HttpExchange& exchange) const {
    const net::HttpRequest& request = exchange.request();
    std::string result;
    while (!text.empty()) {
      const std::size_t dollar = std::min(text.find('$'), text.size());
      result += text.substr(0, dollar);
      text.remove_prefix(dollar);
      if (text.empty()) break;
      text.remove_prefix(1);
      const bool is_braced = text.starts_with('{');
      if (is_braced) text.remove_prefix(1);
      const std::size_t end =
          std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), text.size());
      result += variable(text.substr(0, end), request, exchange);
      text.remove_prefix(end);
      if (is_braced && text.starts_with('}')) text.remove_prefix(1);
    }
    return result;
  }

  std::string variable(std::string_view name, const net::HttpRequest& request,
                       const net::HttpExchange& exchange) const {
    if (name == "host") return host_of(request);
    if (name == "http_host") return request.host;
    if (name == "hostname") return context_.hostname();
    if (name == "request_uri") return request.target;
    if (name == "uri") return doc::percent_decode(request.path(), false);
    if (name == "scheme") return exchange.is_secure() ? "https" : "http";
    if (name == "server_port") return fmt::format("{}", exchange.local().port);
    if (name == "remote_addr") return exchange.peer().ip.to_string();
    if (name == "args" || name == "query_string") return std::string{request.query()};
    if (name == "is_args") return request.query().empty() ? "" : "?";
    return {};
  }

  static net::HttpResponse ok(std::string_view file, std::string_view content,
                              std::string_view default_type) {
    net::HttpResponse response;
    response.headers.add("Content-Type", content_type(file, default_type));
    response.body = content;
    return response;
  }

  net::HttpResponse moved(const net::HttpExchange& exchange) const {
    net::HttpResponse response = error(301, "Moved Permanently");
    const net::HttpRequest& request = exchange.request();
    response.headers.add(
        "Location", fmt::format("{}://{}{}/", exchange.is_secure() ? "https" : "http", request.host,
                                request.path()));
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
  NginxConfig config_;
  // As config_.servers; null for those without TLS.
  std::vector<pki::SharedChain> chains_;
};

// OpenSSL's words, as nginx passes them on.
std::string cannot_load(std::string_view what, std::string_view file, std::string_view why) {
  return fmt::format("cannot load {} \"{}\": {}", what, file, why);
}

std::string no_such_file(std::string_view file) {
  return fmt::format(
      "BIO_new_file() failed (SSL: error:80000002:system library::No such file or "
      "directory:calling fopen({}, r) error:10000080:BIO routines::no such file)",
      file);
}

std::expected<pki::SharedChain, std::string> load_chain(FileSystem& files,
                                                        const NginxServerBlock& server) {
  const std::string* const certificate = files.read(server.certificate);
  if (certificate == nullptr) {
    return std::unexpected{
        cannot_load("certificate", server.certificate, no_such_file(server.certificate))};
  }
  const std::string* const key = files.read(server.certificate_key);
  auto chain = pki::read_key_pair(*certificate, key == nullptr ? std::string_view{} : *key);
  if (!chain && chain.error() == pki::KeyPairProblem::no_certificate) {
    return std::unexpected{
        cannot_load("certificate", server.certificate,
                    "PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start "
                    "line:Expecting: TRUSTED CERTIFICATE)")};
  }
  if (key == nullptr) {
    return std::unexpected{cannot_load("certificate key", server.certificate_key,
                                       no_such_file(server.certificate_key))};
  }
  if (!chain && chain.error() == pki::KeyPairProblem::no_key) {
    return std::unexpected{
        cannot_load("certificate key", server.certificate_key,
                    "PEM_read_bio_PrivateKey() failed (SSL: error:0480006C:PEM routines::no start "
                    "line:Expecting: ANY PRIVATE KEY)")};
  }
  if (!chain) {
    return std::unexpected{
        fmt::format("SSL_CTX_use_PrivateKey(\"{}\") failed (SSL: error:05800074:x509 certificate "
                    "routines::key values mismatch)",
                    server.certificate_key)};
  }
  return std::make_shared<const pki::Chain>(std::move(*chain));
}

std::expected<void, std::string> NginxServer::load_certificates() {
  for (const NginxServerBlock& server : config_.servers) {
    const bool is_tls = std::ranges::any_of(server.listens, &NginxListen::is_tls);
    if (!is_tls && server.certificate.empty()) {
      chains_.push_back(nullptr);
      continue;
    }
    if (server.certificate.empty() || server.certificate_key.empty()) {
      return std::unexpected{fmt::format(
          "no \"{}\" is defined for the \"listen ... ssl\" directive in {}",
          server.certificate.empty() ? "ssl_certificate" : "ssl_certificate_key", server.place)};
    }
    auto chain = load_chain(context_.files(), server);
    if (!chain) return std::unexpected{std::move(chain.error())};
    chains_.push_back(std::move(*chain));
  }
  return {};
}

// One of its ports.
class NginxPort : public net::HttpHandler, public net::TlsServer {
 public:
  NginxPort(NginxServer& server, std::uint16_t number, bool is_tls)
      : server_{server}, number_{number}, is_tls_{is_tls} {}
  std::uint16_t number() const { return number_; }
  bool is_tls() const { return is_tls_; }
  void handle(net::HttpExchange exchange) override { server_.handle(std::move(exchange)); }
  pki::SharedChain certificates_for(std::string_view server_name) override {
    return server_.certificates_for(number_, server_name);
  }
  std::optional<net::HttpResponse> answer_plain(const net::HttpRequest&) override {
    return server_.plain_to_tls();
  }

 private:
  NginxServer& server_;
  std::uint16_t number_;
  bool is_tls_;
};

std::map<std::uint16_t, bool> ports_of(const NginxConfig& config) {
  std::map<std::uint16_t, bool> ports;
  for (const NginxServerBlock& block : config.servers) {
    for (const NginxListen& listen : block.listens) ports[listen.port] |= listen.is_tls;
  }
  return ports;
}

// A line of the error log, which is standard error.
void note(ProcessContext& context, std::string_view level, std::string_view text) {
  context.print_error(fmt::format("{} [{}] {}#{}: {}\n", go_log_time(context.now()), level,
                                  context.process_id(), context.process_id(), text));
}

std::int32_t refuse_to_start(ProcessContext& context, std::string_view why) {
  note(context, "emerg", why);
  context.print_error(fmt::format("nginx: [emerg] {}\n", why));
  return 1;
}

// What nginx must write as it starts; empty if it can.
std::string find_start_problem(ProcessContext& context) {
  const auto refusal = [&](std::string_view call, const std::string& path) {
    const std::string_view why = context.files().refusal(path);
    if (why.empty()) return std::string{};
    constexpr int kPermissionDenied = 13;
    constexpr int kReadOnly = 30;
    const int number = why == "Permission denied" ? kPermissionDenied : kReadOnly;
    return fmt::format("{} \"{}\" failed ({}: {})", call, path, number, why);
  };
  std::string problem = refusal("mkdir()", "/var/cache/nginx/client_temp");
  if (!problem.empty()) return problem;
  // /var/run is a link to /run, so that a volume there is both.
  if (context.files().refusal("/var/run/nginx.pid").empty()) return {};
  return refusal("open()", "/run/nginx.pid");
}

// What it was asked to do.
struct NginxOptions {
  bool shows_version = false;
  bool only_tests = false;
  // Of `-s`.
  std::string signal;
  std::string unknown;
};

NginxOptions read_options(const std::vector<std::string>& arguments) {
  NginxOptions options;
  const bool has_script = base_name(arguments.front()) != "nginx";
  for (std::size_t i = has_script ? 2 : 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool takes_value = argument == "-s" || argument == "-g" || argument == "-c" ||
                             argument == "-p" || argument == "-e";
    const std::string value = takes_value && i + 1 < arguments.size() ? arguments[++i] : "";
    if (argument == "-v" || argument == "-V") {
      options.shows_version = true;
    } else if (argument == "-t" || argument == "-T") {
      options.only_tests = true;
    } else if (argument == "-s") {
      options.signal = value;
      constexpr std::string_view kSignals[] = {"stop", "quit", "reopen", "reload"};
      if (!is_one_of(value, kSignals)) options.unknown = "-s " + value;
    } else if (!takes_value && argument != "-q") {
      options.unknown = argument;
    }
  }
  return options;
}

// The configuration with its certificates; the error is nginx's.
std::expected<NginxServer, std::string> load_server(ProcessContext& context) {
  const std::string version = version_of(context.machine().reference.tag);
  auto config = read_nginx_config(context.files());
  if (!config) return std::unexpected{std::move(config.error())};
  NginxServer server{context, version.empty() ? std::string{kMainline} : version,
                     std::move(*config)};
  if (auto loaded = server.load_certificates(); !loaded) {
    return std::unexpected{std::move(loaded.error())};
  }
  return server;
}

// `nginx -t`
std::int32_t test_configuration(ProcessContext& context) {
  constexpr std::string_view kFile = "/etc/nginx/nginx.conf";
  if (const auto server = load_server(context); !server) {
    refuse_to_start(context, server.error());
    context.print_error(fmt::format("nginx: configuration file {} test failed\n", kFile));
    return 1;
  }
  context.print_error(
      fmt::format("nginx: the configuration file {0} syntax is ok\n"
                  "nginx: configuration file {0} test is successful\n",
                  kFile));
  return 0;
}

// `nginx -s …`: reads the configuration, as nginx does to find its process, and asks that process.
std::int32_t ask_master(ProcessContext& context, std::string_view signal) {
  if (const auto server = load_server(context); !server) {
    return refuse_to_start(context, server.error());
  }
  note(context, "notice", "signal process started");
  ProcessTable* const processes = context.machine().processes;
  if (context.is_first() || processes == nullptr) {
    context.print_error(
        "nginx: [error] open() \"/run/nginx.pid\" failed (2: No such file or directory)\n");
    return 1;
  }
  // Its logs are the container's streams, which need not be opened again.
  if (signal == "reopen") return 0;
  const Signal sent = signal == "stop"   ? Signal::terminate
                      : signal == "quit" ? Signal::quit
                                         : Signal::hang_up;
  return processes->send_signal(1, signal_number(sent)) ? 0 : 1;
}

// nginx while it serves: its configuration and its ports.
class NginxMaster {
 public:
  NginxMaster(ProcessContext& context, NginxServer server)
      : context_{context}, server_{std::move(server)} {}

  // Listens on every port of the configuration, and no other; the error is nginx's.
  std::expected<void, std::string> listen() {
    const std::map<std::uint16_t, bool> wanted = ports_of(server_.config());
    for (auto& [port, listener] : ports_) {
      const auto found = wanted.find(port->number());
      if (found == wanted.end() || found->second != port->is_tls()) listener.drain();
    }
    std::erase_if(ports_, [](const auto& open) {
      return !open.second.is_listening() && open.second.active_connections() == 0;
    });
    for (const auto& [number, is_tls] : wanted) {
      const auto is_open = [number](const auto& open) {
        return open.first->number() == number && open.second.is_listening();
      };
      if (std::ranges::any_of(ports_, is_open)) continue;
      auto port = std::make_unique<NginxPort>(server_, number, is_tls);
      auto listener =
          is_tls ? context_.listen(number, *port, *port) : context_.listen(number, *port);
      if (!listener) {
        return std::unexpected{
            fmt::format("bind() to 0.0.0.0:{} failed (98: Address already in use)", number)};
      }
      ports_.emplace_back(std::move(port), std::move(*listener));
    }
    return {};
  }

  // Goes on with what the files say now, or, if that is wrong, with what they said.
  void reload() {
    note(context_, "notice", "signal 1 (SIGHUP) received, reconfiguring");
    note(context_, "notice", "reconfiguring");
    auto next = load_server(context_);
    if (!next) return note(context_, "emerg", next.error());
    server_.become(std::move(*next));
    if (const auto done = listen(); !done) return note(context_, "emerg", done.error());
    note(context_, "notice", "start worker processes");
  }

  void drain() {
    for (auto& [port, listener] : ports_) listener.drain();
  }
  bool is_busy() const {
    return std::ranges::any_of(
        ports_, [](const auto& open) { return open.second.active_connections() > 0; });
  }

 private:
  ProcessContext& context_;
  NginxServer server_;
  std::vector<std::pair<std::unique_ptr<NginxPort>, net::Listener>> ports_;
};

sim::Task<std::int32_t> run_nginx(ProcessContext& context) {
  const NginxOptions options = read_options(context.arguments());
  if (!options.unknown.empty()) {
    context.print_error(fmt::format("nginx: invalid option: \"{}\"\n", options.unknown));
    co_return 1;
  }
  const std::string known = version_of(context.machine().reference.tag);
  const std::string version = known.empty() ? std::string{kMainline} : known;
  if (options.shows_version) {
    context.print_error(fmt::format("nginx version: nginx/{}\n", version));
    co_return 0;
  }
  if (options.only_tests) co_return test_configuration(context);
  if (!options.signal.empty()) co_return ask_master(context, options.signal);
  auto server = load_server(context);
  if (!server) co_return refuse_to_start(context, server.error());
  if (const std::string problem = find_start_problem(context); !problem.empty()) {
    co_return refuse_to_start(context, problem);
  }
  NginxMaster master{context, std::move(*server)};
  if (const auto listening = master.listen(); !listening) {
    co_return refuse_to_start(context, listening.error());
  }
  AccessRecord start;
  start.target = version;
  context.print_access(std::move(start), format_start);
  Signal signal = Signal::hang_up;
  while (signal == Signal::hang_up) {
    sim::Task<Signal> stop = context.stop_signal();
    signal = co_await stop;
    if (signal == Signal::hang_up) master.reload();
  }
  // SIGQUIT lets requests end; SIGTERM does not wait for them.
  note(context, "notice",
       fmt::format("signal {} (SIG{}) received{}", signal_number(signal),
                   signal == Signal::quit ? "QUIT" : "TERM",
                   signal == Signal::quit ? ", shutting down" : ", exiting"));
  if (signal == Signal::quit) {
    master.drain();
    constexpr sim::Duration kPoll = std::chrono::milliseconds{100};
    while (master.is_busy()) co_await sim::sleep(kPoll);
  }
  note(context, "notice", "exit");
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
