// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_server.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/doc/percent.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr std::string_view kDocumentRoot = "/usr/share/nginx/html";
// After so many internal redirections nginx takes them for a circle.
constexpr int kMaxRedirections = 10;
constexpr std::int64_t kDefaultMaxBody = std::int64_t{1} << 20;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kTlsPort = 443;
// `return 444` closes the connection without an answer.
constexpr int kCloseWithoutAnswer = 444;

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

constexpr std::string_view kErrorPage = R"(<!DOCTYPE html>
<html>
<head>
<title>Error</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
<p>If you are the system administrator of this resource then you should check
the error log for details.</p>
<p><em>Faithfully yours, nginx.</em></p>
</body>
</html>
)";

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\" \"-\"",
                     record.peer.ip.to_string(), common_log_time(time), record.method,
                     record.target, record.status, record.bytes, record.user_agent);
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

// The titles of nginx's own pages (ngx_http_special_response.c); a status without one has an empty
// body.
std::string_view title_of(int status) {
  switch (status) {
    case 302:
      return "Found";
    case 405:
      return "Not Allowed";
    case 408:
      return "Request Time-out";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request-URI Too Large";
    case 503:
      return "Service Temporarily Unavailable";
    case 504:
      return "Gateway Time-out";
    default:
      break;
  }
  constexpr int kOthers[] = {301, 303, 307, 308, 400, 401, 402, 403, 404, 406, 409, 410,
                             411, 412, 415, 416, 421, 429, 500, 501, 502, 505, 507};
  return std::ranges::binary_search(kOthers, status) ? net::http_status_text(status)
                                                     : std::string_view{};
}

bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The statuses with which headers are added without "always".
bool is_fine(int status) {
  constexpr int kFine[] = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
  return std::ranges::find(kFine, status) != std::end(kFine);
}

// A path decoded, without `.` and `..` and repeated slashes (ngx_http_parse_complex_uri); nothing
// if it leads out of the root.
std::optional<std::string> normalise(std::string_view path) {
  const std::string decoded = doc::percent_decode(path, false);
  std::vector<std::string_view> parts;
  std::string_view rest = decoded;
  bool ends_with_slash = true;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    ends_with_slash = end < rest.size() || part == "." || part == "..";
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string result;
  for (const std::string_view part : parts) {
    result += '/';
    result += part;
  }
  if (ends_with_slash) result += '/';
  return result;
}

// Encodes what may not stand in the path of a request (ngx_escape_uri).
std::string escape(std::string_view path) {
  constexpr std::string_view kEscaped = " \"#%<>?\\^`{|}";
  std::string result;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte > 0x20 && byte < 0x7f && kEscaped.find(c) == std::string_view::npos;
    if (is_plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", byte);
    }
  }
  return result;
}

// The location for a path: the exact one, else the longest beginning, else what holds where none
// does.
const NginxLocation* find_location(const NginxServerBlock& server, std::string_view path) {
  const NginxLocation* found = &server.defaults;
  for (const NginxLocation& each : server.locations) {
    if (each.is_exact && path == each.path) return &each;
    if (each.is_exact || each.is_named() || !path.starts_with(each.path)) continue;
    if (each.path.size() > found->path.size()) found = &each;
  }
  return found;
}

const NginxLocation* find_named(const NginxServerBlock& server, std::string_view name) {
  const auto found = std::ranges::find(server.locations, name, &NginxLocation::path);
  return found == server.locations.end() ? nullptr : &*found;
}

// The location that a path would be in with one more slash, where requests are passed on: who asks
// for it without is sent there.
const NginxLocation* find_with_slash(const NginxServerBlock& server, std::string_view path) {
  const NginxLocation* found = nullptr;
  for (const NginxLocation& each : server.locations) {
    if (each.is_exact && path == each.path) return nullptr;
    const bool is_it = !each.is_exact && each.proxy_pass && each.path.size() == path.size() + 1 &&
                       each.path.ends_with('/') && each.path.starts_with(path);
    if (is_it) found = &each;
  }
  return found;
}

std::string_view default_type(const NginxServerBlock& server, const NginxLocation& location) {
  return location.default_type.empty() ? server.defaults.default_type : location.default_type;
}

std::string_view first_name(const NginxServerBlock* server) {
  return server == nullptr || server->names.empty() ? std::string_view{}
                                                    : std::string_view{server->names.front()};
}

std::string file_of(const NginxServerBlock& server, const NginxLocation& location,
                    std::string_view path) {
  if (!location.alias.empty()) {
    const std::string_view rest = path.substr(std::min(location.path.size(), path.size()));
    return FileSystem::normalise(location.alias + std::string{rest});
  }
  const std::string& root = location.root.empty() ? server.defaults.root : location.root;
  return FileSystem::normalise(root + std::string{path});
}

net::HttpResponse ok(std::string_view file, std::string_view content, std::string_view type) {
  net::HttpResponse response;
  response.headers.add("Content-Type", content_type(file, type));
  response.body = content;
  return response;
}

// Whether two names of headers are the same.
bool has_header(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(
      names, [name](const std::string& each) { return doc::equal_ignoring_case(each, name); });
}

}  // namespace

NginxServer::NginxServer(ProcessContext& context, std::string version,
                         std::shared_ptr<const NginxSetup> setup)
    : context_{context}, version_{std::move(version)}, setup_{std::move(setup)} {}

void NginxServer::handle(net::HttpExchange exchange) {
  const net::HttpRequest& request = exchange.request();
  Turn turn;
  turn.setup = setup_;
  turn.method = request.method;
  turn.connection = ++connections_;
  const std::string host = nginx_host_of(request, {});
  turn.server = find_nginx_server(setup_->config, exchange.local().port, host);
  const auto uri = normalise(request.path());
  if (turn.server == nullptr || !uri) {
    return finish(turn, std::move(exchange), page(uri ? 404 : 400));
  }
  turn.uri = *uri;
  turn.args = request.query();
  turn.location = find_location(*turn.server, turn.uri);
  Step step = decide(turn, exchange);
  if (auto* const response = std::get_if<net::HttpResponse>(&step)) {
    return finish(turn, std::move(exchange), std::move(*response));
  }
  std::erase_if(passing_, [](const sim::Process& each) { return !each.is_running(); });
  passing_.emplace_back(context_.loop(), pass(std::move(exchange), std::move(turn)));
}

net::HttpResponse NginxServer::plain_to_tls() const {
  net::HttpResponse response = nginx_page(400, "Bad Request", "nginx/" + version_,
                                          "The plain HTTP request was sent to HTTPS port");
  response.headers.add("Server", "nginx/" + version_);
  return response;
}

NginxScope NginxServer::scope_of(const Turn& turn, const net::HttpExchange& exchange) const {
  NginxScope scope{
      .request = exchange.request(), .peer = exchange.peer(), .local = exchange.local()};
  scope.is_secure = exchange.is_secure();
  scope.uri = turn.uri;
  scope.args = turn.args;
  scope.server_name = first_name(turn.server);
  scope.hostname = context_.hostname();
  scope.version = version_;
  scope.upstream_addresses = turn.upstream_addresses;
  scope.upstream_statuses = turn.upstream_statuses;
  return scope;
}

std::string NginxServer::expand(std::string_view text, const Turn& turn,
                                const net::HttpExchange& exchange) const {
  return expand_nginx_variables(text, scope_of(turn, exchange));
}

NginxServer::Step NginxServer::decide(Turn& turn, const net::HttpExchange& exchange) {
  for (;;) {
    Step next = step(turn, exchange);
    const Next* const way = std::get_if<Next>(&next);
    if (way == nullptr || *way == Next::pass) return next;
    if (++turn.redirections <= kMaxRedirections) continue;
    nginx_note(
        context_, kNginxWorker, "error",
        fmt::format("*{} rewrite or internal redirection cycle while internally redirecting "
                    "to \"{}\", {}, {}",
                    turn.connection, turn.uri, client_text(turn, exchange), host_text(exchange)));
    return page(500);
  }
}

// One location's part of the turn.
NginxServer::Step NginxServer::step(Turn& turn, const net::HttpExchange& exchange) {
  const NginxServerBlock& server = *turn.server;
  const NginxLocation& own = *turn.location;
  if (server.defaults.return_status != 0 && !own.is_named()) {
    return returned(turn, exchange, server.defaults);
  }
  if (const NginxLocation* const other = find_with_slash(server, turn.uri)) {
    if (!own.is_named()) {
      const std::string query = turn.args.empty() ? std::string{} : "?" + turn.args;
      return moved(turn, exchange, 301, other->path + query);
    }
  }
  const std::int64_t limit =
      own.max_body.value_or(server.defaults.max_body.value_or(kDefaultMaxBody));
  const auto size = static_cast<std::int64_t>(exchange.request().body.size());
  if (limit > 0 && size > limit && !turn.is_error_page) {
    nginx_note(
        context_, kNginxWorker, "error",
        fmt::format("*{} client intended to send too large body: {} bytes, {}, {}", turn.connection,
                    size, client_text(turn, exchange), host_text(exchange)));
    return fail(turn, exchange, 413);
  }
  if (own.return_status != 0) return returned(turn, exchange, own);
  const std::vector<std::string>& tries =
      own.try_files.empty() ? server.defaults.try_files : own.try_files;
  if (!tries.empty()) return try_files(turn, exchange, tries);
  if (own.proxy_pass) return Next::pass;
  return serve(turn, exchange);
}

NginxServer::Step NginxServer::try_files(Turn& turn, const net::HttpExchange& exchange,
                                         const std::vector<std::string>& tries) {
  for (std::size_t i = 0; i + 1 < tries.size(); ++i) {
    const std::string wanted = expand(tries[i], turn, exchange);
    if (!exists(turn, wanted)) continue;
    turn.is_moved = turn.is_moved || wanted != turn.uri;
    turn.uri = wanted;
    if (turn.location->proxy_pass) return Next::pass;
    return serve(turn, exchange);
  }
  const std::string& last = tries.back();
  if (last.starts_with('=')) {
    int status = 0;
    for (const char c : last.substr(1)) status = status * 10 + (c - '0');
    return fail(turn, exchange, status);
  }
  return redirect(turn, exchange, expand(last, turn, exchange));
}

// The turn goes on at a path or in a named location.
NginxServer::Step NginxServer::redirect(Turn& turn, const net::HttpExchange& exchange,
                                        std::string_view target) {
  if (!target.starts_with('@')) {
    const std::size_t mark = std::min(target.find('?'), target.size());
    turn.uri = target.substr(0, mark);
    turn.args = target.substr(std::min(mark + 1, target.size()));
    turn.is_moved = true;
    turn.location = find_location(*turn.server, turn.uri);
    return Next::again;
  }
  const NginxLocation* const named = find_named(*turn.server, target);
  if (named != nullptr) {
    turn.location = named;
    return Next::again;
  }
  nginx_note(context_, kNginxWorker, "error",
             fmt::format("*{} could not find named location \"{}\", {}, {}", turn.connection,
                         target, client_text(turn, exchange), host_text(exchange)));
  return page(500);
}

NginxServer::Step NginxServer::serve(Turn& turn, const net::HttpExchange& exchange) {
  if (turn.method != "GET" && turn.method != "HEAD") return fail(turn, exchange, 405);
  const NginxServerBlock& server = *turn.server;
  const NginxLocation& location = *turn.location;
  const std::string file = file_of(server, location, turn.uri);
  const std::string_view type = default_type(server, location);
  if (!turn.uri.ends_with('/')) {
    if (const std::string* text = content(file)) return ok(file, *text, type);
    if (!is_folder(file)) return fail(turn, exchange, 404);
    return moved(turn, exchange, 301, escape(turn.uri) + "/");
  }
  const std::vector<std::string>& index =
      location.index.empty() ? server.defaults.index : location.index;
  for (const std::string& name : index) {
    const std::string path = FileSystem::normalise(file + "/" + name);
    if (const std::string* text = content(path)) return ok(path, *text, type);
  }
  return fail(turn, exchange, is_folder(file) ? 403 : 404);
}

NginxServer::Step NginxServer::returned(Turn& turn, const net::HttpExchange& exchange,
                                        const NginxLocation& location) {
  const int status = location.return_status;
  const std::string text = expand(location.return_text, turn, exchange);
  if (text.empty()) return fail(turn, exchange, status);
  if (is_redirection(status)) return moved(turn, exchange, status, text);
  net::HttpResponse response;
  response.status = status;
  response.headers.set("Content-Type", default_type(*turn.server, *turn.location));
  response.body = text;
  return response;
}

// nginx's page for a status, or what the configuration has instead.
NginxServer::Step NginxServer::fail(Turn& turn, const net::HttpExchange& exchange, int status) {
  const NginxLocation& own = *turn.location;
  const std::vector<NginxErrorPage>& pages =
      own.error_pages.empty() ? turn.server->defaults.error_pages : own.error_pages;
  const auto found = std::ranges::find_if(pages, [status](const NginxErrorPage& each) {
    return std::ranges::find(each.statuses, status) != each.statuses.end();
  });
  if (turn.is_error_page || found == pages.end()) {
    turn.status.reset();
    return page(status);
  }
  turn.is_error_page = true;
  const std::string target = expand(found->target, turn, exchange);
  if (!target.starts_with('/') && !target.starts_with('@')) {
    const int own_status = found->status.value_or(302);
    return moved(turn, exchange, is_redirection(own_status) ? own_status : 302, target);
  }
  turn.status = found->status.value_or(status);
  if (found->takes_status_of_page) turn.status.reset();
  if (target.starts_with('/') && turn.method != "HEAD") turn.method = "GET";
  return redirect(turn, exchange, target);
}

net::HttpResponse NginxServer::page(int status) const {
  const std::string_view title = title_of(status);
  if (!title.empty()) return nginx_page(status, title, "nginx/" + version_);
  net::HttpResponse response;
  response.status = status;
  return response;
}

// A redirection of the client; a path is made absolute (absolute_redirect, port_in_redirect).
net::HttpResponse NginxServer::moved(const Turn& turn, const net::HttpExchange& exchange,
                                     int status, std::string location) const {
  net::HttpResponse response = page(status);
  if (location.starts_with('/')) {
    const bool is_secure = exchange.is_secure();
    const std::uint16_t port = exchange.local().port;
    const std::string shown =
        port == (is_secure ? kTlsPort : kHttpPort) ? std::string{} : fmt::format(":{}", port);
    location =
        fmt::format("{}://{}{}{}", is_secure ? "https" : "http",
                    nginx_host_of(exchange.request(), first_name(turn.server)), shown, location);
  }
  response.headers.add("Location", location);
  return response;
}

const std::string* NginxServer::content(const std::string& file) const {
  if (const std::string* text = context_.files().read(file)) return text;
  // A volume over the document root hides the image's own pages.
  if (context_.files().is_folder(std::string{kDocumentRoot})) return nullptr;
  static const std::string kIndex{kWelcome};
  static const std::string kError{kErrorPage};
  if (file == std::string{kDocumentRoot} + "/index.html") return &kIndex;
  return file == std::string{kDocumentRoot} + "/50x.html" ? &kError : nullptr;
}

bool NginxServer::is_folder(const std::string& file) const {
  return context_.files().is_folder(file) || file == kDocumentRoot;
}

bool NginxServer::exists(const Turn& turn, std::string_view path) const {
  const std::string file = file_of(*turn.server, *turn.location, path);
  // `$uri/` asks for a folder.
  return path.ends_with('/') ? is_folder(file) : content(file) != nullptr;
}

sim::Task<void> NginxServer::pass(net::HttpExchange exchange, Turn turn) {
  for (;;) {
    auto running = pass_on(context_, prepare(turn, exchange));
    NginxPassed passed = co_await running;
    turn.upstream_addresses = std::move(passed.addresses);
    turn.upstream_statuses = std::move(passed.statuses);
    const int status = passed.response ? passed.response->status : passed.status;
    const bool is_intercepted =
        status >= 300 && turn.location->proxy.intercepts_errors.value_or(false);
    if (passed.response && !is_intercepted) {
      net::HttpResponse response = relay(turn, exchange, std::move(*passed.response));
      finish(turn, std::move(exchange), std::move(response));
      co_return;
    }
    Step next = fail(turn, exchange, status);
    if (std::holds_alternative<Next>(next)) next = decide(turn, exchange);
    if (auto* const response = std::get_if<net::HttpResponse>(&next)) {
      finish(turn, std::move(exchange), std::move(*response));
      co_return;
    }
  }
}

NginxPassing NginxServer::prepare(const Turn& turn, const net::HttpExchange& exchange) {
  const NginxProxySettings& settings = turn.location->proxy;
  const NginxProxyPass& to = *turn.location->proxy_pass;
  NginxPassing passing;
  passing.upstream = turn.setup->upstreams[to.upstream];
  passing.request = upstream_request(turn, exchange);
  passing.to_tls = to.scheme == "https";
  passing.connect_timeout = settings.connect_timeout.value_or(passing.connect_timeout);
  passing.read_timeout = settings.read_timeout.value_or(passing.read_timeout);
  passing.max_tries = settings.next_upstream_tries.value_or(0);
  if (!settings.next_upstream.empty()) passing.next_cases = settings.next_upstream;
  passing.connection = turn.connection;
  passing.client_text = client_text(turn, exchange);
  passing.host_text = host_text(exchange);
  // The connection to the upstream has a number too.
  ++connections_;
  return passing;
}

net::HttpRequest NginxServer::upstream_request(const Turn& turn,
                                               const net::HttpExchange& exchange) const {
  const NginxProxySettings& settings = turn.location->proxy;
  const NginxProxyPass& to = *turn.location->proxy_pass;
  net::HttpRequest request = exchange.request();
  NginxScope scope = scope_of(turn, exchange);
  const std::string port = fmt::format("{}", to.port);
  scope.proxy_host = to.authority;
  scope.proxy_port = port;
  request.method = turn.method;
  // With a path of its own, that takes the place of the location's; otherwise the client's words
  // are passed on as they are, unless nginx has replaced them itself.
  if (!to.uri.empty() || turn.is_moved) {
    const std::size_t replaced =
        to.uri.empty() ? 0 : std::min(turn.location->path.size(), turn.uri.size());
    request.target = to.uri + escape(std::string_view{turn.uri}.substr(replaced));
    if (!turn.args.empty()) request.target += "?" + turn.args;
  }
  request.host = to.authority;
  for (const std::string_view name : {"Keep-Alive", "TE", "Expect", "Upgrade"}) {
    request.headers.remove(name);
  }
  request.headers.set("Connection", "close");
  for (const auto& [name, text] : settings.headers) {
    const std::string value = expand_nginx_variables(text, scope);
    if (doc::equal_ignoring_case(name, "Host")) {
      request.host = value;
    } else if (value.empty()) {
      request.headers.remove(name);
    } else {
      request.headers.set(name, value);
    }
  }
  return request;
}

// An upstream's answer as the client gets it.
net::HttpResponse NginxServer::relay(const Turn& turn, const net::HttpExchange& exchange,
                                     net::HttpResponse response) const {
  constexpr std::string_view kHidden[] = {"Date", "Server", "X-Pad"};
  constexpr std::string_view kOwn[] = {"Connection", "Keep-Alive", "Transfer-Encoding"};
  const NginxProxySettings& settings = turn.location->proxy;
  for (const std::string_view name : kHidden) {
    if (!has_header(settings.passed, name)) response.headers.remove(name);
  }
  for (const std::string_view name : kOwn) response.headers.remove(name);
  for (const std::string& name : settings.hidden) response.headers.remove(name);
  rewrite_location(turn, exchange, response);
  return response;
}

// The upstream's own address in a redirection becomes the client's (`proxy_redirect`).
void NginxServer::rewrite_location(const Turn& turn, const net::HttpExchange& exchange,
                                   net::HttpResponse& response) const {
  const NginxLocation& own = *turn.location;
  const std::string location{response.headers.get("Location")};
  if (location.empty()) return;
  std::vector<std::pair<std::string, std::string>> rules = own.proxy.redirects;
  if (rules.empty()) rules.emplace_back("default", "");
  for (auto& [from, to] : rules) {
    if (from == "off") return;
    if (from == "default") {
      const bool has_uri = !own.proxy_pass->uri.empty();
      from = own.proxy_pass->url() + (has_uri ? "" : "/");
      to = has_uri ? own.path : "/";
    } else {
      from = expand(from, turn, exchange);
      to = expand(to, turn, exchange);
    }
    if (!location.starts_with(from)) continue;
    const net::HttpResponse absolute =
        moved(turn, exchange, 302, to + location.substr(from.size()));
    response.headers.set("Location", absolute.headers.get("Location"));
    return;
  }
}

// The last things that are done to every answer.
void NginxServer::finish(const Turn& turn, net::HttpExchange exchange, net::HttpResponse response) {
  if (turn.status) response.status = *turn.status;
  if (turn.location != nullptr) {
    const std::vector<NginxHeader>& headers =
        turn.location->headers.empty() ? turn.server->defaults.headers : turn.location->headers;
    for (const NginxHeader& header : headers) {
      if (!header.is_always && !is_fine(response.status)) continue;
      const std::string value = expand(header.value, turn, exchange);
      if (!value.empty()) response.headers.add(header.name, value);
    }
  }
  if (!response.headers.contains("Server")) response.headers.add("Server", "nginx/" + version_);
  context_.print_access(make_access_record(exchange, response.status, response.body.size()),
                        format_request);
  if (response.status == kCloseWithoutAnswer) return exchange.close();
  if (exchange.request().method == "HEAD") response.body.clear();
  exchange.respond(std::move(response));
}

std::string NginxServer::client_text(const Turn& turn, const net::HttpExchange& exchange) const {
  const net::HttpRequest& request = exchange.request();
  return fmt::format("client: {}, server: {}, request: \"{} {} HTTP/1.1\"",
                     exchange.peer().ip.to_string(), first_name(turn.server), request.method,
                     request.target);
}

std::string NginxServer::host_text(const net::HttpExchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  std::string text = fmt::format("host: \"{}\"", request.host);
  const std::string_view referrer = request.headers.get("Referer");
  if (!referrer.empty()) text += fmt::format(", referrer: \"{}\"", referrer);
  return text;
}

}  // namespace rockpool::node
