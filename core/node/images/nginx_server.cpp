// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_server.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include "core/node/images/http_server.h"
#include "core/node/images/nginx_pages.h"
#include "core/node/images/nginx_path.h"

namespace rockpool::node {
namespace {

// After so many internal redirections nginx takes them for a circle.
constexpr int kMaxRedirections = 10;
constexpr std::int64_t kDefaultMaxBody = std::int64_t{1} << 20;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kTlsPort = 443;
// `return 444` closes the connection without an answer.
constexpr int kCloseWithoutAnswer = 444;

std::string format_request(const AccessRecord& record, sim::Time time, sim::Time) {
  return fmt::format("{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\" \"-\"",
                     record.peer.ip.to_string(), common_log_time(time), record.method,
                     record.target, record.status, record.bytes, record.user_agent);
}

bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The statuses with which headers are added without "always".
bool is_fine(int status) {
  constexpr int kFine[] = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
  return std::ranges::find(kFine, status) != std::end(kFine);
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
  response.headers.add("Content-Type", nginx_content_type(file, type));
  response.body = content;
  return response;
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
  const auto uri = normalise_nginx_path(request.path());
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
    return moved(turn, exchange, 301, escape_nginx_path(turn.uri) + "/");
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
  const std::string_view title = nginx_page_title(status);
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
  if (context_.files().is_folder(std::string{kNginxDocumentRoot})) return nullptr;
  return find_nginx_own_file(file);
}

bool NginxServer::is_folder(const std::string& file) const {
  return context_.files().is_folder(file) || file == kNginxDocumentRoot;
}

bool NginxServer::exists(const Turn& turn, std::string_view path) const {
  const std::string file = file_of(*turn.server, *turn.location, path);
  // `$uri/` asks for a folder.
  return path.ends_with('/') ? is_folder(file) : content(file) != nullptr;
}

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
