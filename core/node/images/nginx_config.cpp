// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_config.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/net/address.h"
#include "core/node/images/nginx_syntax.h"
#include "core/node/images/nginx_variables.h"

namespace rockpool::node {
namespace {

using Problem = std::unexpected<std::string>;

constexpr std::string_view kMainFile = "/etc/nginx/nginx.conf";
constexpr std::string_view kFolder = "/etc/nginx/";
// Where `root` points if nobody says: relative to the place of the configuration.
constexpr std::string_view kDefaultRoot = "html";
// What the image brings as its main file and in conf.d, as far as it matters here.
constexpr std::string_view kImageMain =
    "http { default_type application/octet-stream; include /etc/nginx/conf.d/*.conf; }";
// What nginx itself takes, if its configuration names no type.
constexpr std::string_view kDefaultType = "text/plain";
constexpr std::string_view kImageServer =
    "server { listen 80; listen [::]:80; server_name localhost; root /usr/share/nginx/html; index "
    "index.html index.htm; }";
constexpr std::string_view kIncludedFolder = "/etc/nginx/conf.d";

// Directives about processes, buffers, time-outs, logs and ciphers: nothing that a client of the
// simulated server could notice. In the order of the alphabet.
constexpr std::string_view kUnnoticed[] = {
    "access_log",
    "aio",
    "client_body_buffer_size",
    "client_body_timeout",
    "client_header_buffer_size",
    "client_header_timeout",
    "daemon",
    "directio",
    "error_log",
    "etag",
    "gzip",
    "gzip_buffers",
    "gzip_comp_level",
    "gzip_disable",
    "gzip_http_version",
    "gzip_min_length",
    "gzip_proxied",
    "gzip_static",
    "gzip_types",
    "gzip_vary",
    "http2",
    "keepalive_requests",
    "keepalive_timeout",
    "large_client_header_buffers",
    "lingering_close",
    "lingering_time",
    "lingering_timeout",
    "log_format",
    "log_not_found",
    "master_process",
    "open_file_cache",
    "open_file_cache_errors",
    "open_file_cache_min_uses",
    "open_file_cache_valid",
    "output_buffers",
    "pcre_jit",
    "pid",
    "proxy_buffer_size",
    "proxy_buffering",
    "proxy_buffers",
    "proxy_busy_buffers_size",
    "proxy_headers_hash_bucket_size",
    "proxy_headers_hash_max_size",
    "proxy_max_temp_file_size",
    "proxy_request_buffering",
    "proxy_send_timeout",
    "proxy_socket_keepalive",
    "proxy_temp_file_write_size",
    "proxy_temp_path",
    "reset_timedout_connection",
    "send_timeout",
    "sendfile",
    "server_names_hash_bucket_size",
    "server_names_hash_max_size",
    "ssl_buffer_size",
    "ssl_ciphers",
    "ssl_dhparam",
    "ssl_ecdh_curve",
    "ssl_prefer_server_ciphers",
    "ssl_protocols",
    "ssl_session_cache",
    "ssl_session_tickets",
    "ssl_session_timeout",
    "tcp_nodelay",
    "tcp_nopush",
    "types_hash_bucket_size",
    "types_hash_max_size",
    "user",
    "worker_cpu_affinity",
    "worker_priority",
    "worker_processes",
    "worker_rlimit_nofile",
    "worker_shutdown_timeout",
};
static_assert(std::ranges::is_sorted(kUnnoticed));

std::string absolute(std::string_view path) {
  return path.starts_with('/') ? std::string{path} : std::string{kFolder} + std::string{path};
}

// What follows the name of a directive.
std::vector<std::string> arguments(const NginxDirective& directive) {
  return {directive.words.begin() + 1, directive.words.end()};
}

class Reader {
 public:
  explicit Reader(const FileSystem& files) : files_{files} {}

  std::expected<NginxConfig, std::string> read() {
    const std::string* const own = files_.read(std::string{kMainFile});
    auto done = read_text(own != nullptr ? std::string_view{*own} : kImageMain, kMainFile);
    if (!done) return Problem{done.error()};
    for (NginxServerBlock& server : config_.servers) {
      inherit(server);
      if (auto linked = link(server); !linked) return Problem{std::move(linked.error())};
    }
    return std::move(config_);
  }

 private:
  using Done = std::expected<void, std::string>;

  Done read_text(std::string_view text, std::string_view file) {
    if (++includes_ > kMaxNginxIncludes) {
      return Problem{fmt::format("too many included files in {}:1", file)};
    }
    auto directives = parse_nginx(text, file);
    if (!directives) return Problem{directives.error()};
    return read_top(*directives, file);
  }

  Done read_top(const std::vector<NginxDirective>& directives, std::string_view file) {
    for (const NginxDirective& directive : directives) {
      const std::string& name = directive.words.front();
      Done done;
      if (name == "http" || name == "server") {
        if (!directive.has_block) return no_block(directive, file);
        done = name == "http" ? read_top(directive.block, file) : read_server(directive, file);
      } else if (name == "upstream") {
        if (!directive.has_block) return no_block(directive, file);
        done = read_upstream(directive, file);
      } else if (name == "events" || name == "types") {
        // Connections per worker, and the types of files by their endings, which are built in.
        if (!directive.has_block) return no_block(directive, file);
      } else if (name == "include" && directive.words.size() == 2) {
        done = include(directive, file);
      } else {
        done = read_server_part(directive, common_, file);
      }
      if (!done) return done;
    }
    return {};
  }

  Done include(const NginxDirective& directive, std::string_view file) {
    const std::string pattern = absolute(directive.words[1]);
    const std::size_t star = pattern.find('*');
    if (star == std::string::npos) {
      const std::string* const text = files_.read(pattern);
      // The image's own table of types.
      if (text == nullptr && pattern == "/etc/nginx/mime.types") return {};
      if (text == nullptr) {
        return Problem{fmt::format("open() \"{}\" failed (2: No such file or directory) in {}:{}",
                                   pattern, file, directive.line)};
      }
      return read_text(*text, pattern);
    }
    const std::string folder = pattern.substr(0, pattern.rfind('/', star));
    const std::string suffix = pattern.substr(star + 1);
    if (folder == kIncludedFolder && !files_.is_folder(folder)) {
      return read_text(kImageServer, "/etc/nginx/conf.d/default.conf");
    }
    for (const std::string& name : files_.list(folder)) {
      if (!name.ends_with(suffix)) continue;
      const std::string path = folder + "/" + name;
      const std::string* const text = files_.read(path);
      if (text == nullptr) continue;
      if (auto done = read_text(*text, path); !done) return done;
    }
    return {};
  }

  Done read_upstream(const NginxDirective& directive, std::string_view file) {
    auto upstream = read_nginx_upstream(directive, file);
    if (!upstream) return Problem{std::move(upstream.error())};
    for (const NginxUpstreamBlock& other : config_.upstreams) {
      if (doc::equal_ignoring_case(other.name, upstream->name)) {
        return Problem{
            fmt::format("duplicate upstream \"{}\" in {}", upstream->name, upstream->place)};
      }
    }
    config_.upstreams.push_back(std::move(*upstream));
    return {};
  }

  // Finds out where the server's locations pass requests on to.
  Done link(NginxServerBlock& server) {
    for (NginxLocation& location : server.locations) {
      if (!location.proxy_pass) continue;
      auto upstream = link_nginx_upstream(*location.proxy_pass, config_.upstreams);
      if (!upstream) return Problem{std::move(upstream.error())};
      location.proxy_pass->upstream = *upstream;
    }
    return {};
  }

  Done read_server(const NginxDirective& directive, std::string_view file) {
    NginxServerBlock server;
    server.place = fmt::format("{}:{}", file, directive.line);
    for (const NginxDirective& each : directive.block) {
      if (auto done = read_in_server(each, server, file); !done) return done;
    }
    if (server.listens.empty()) server.listens.emplace_back();
    config_.servers.push_back(std::move(server));
    return {};
  }

  static Done read_in_server(const NginxDirective& directive, NginxServerBlock& server,
                             std::string_view file) {
    const std::string& name = directive.words.front();
    const bool has_arguments = directive.words.size() > 1;
    if (name == "listen" && has_arguments) {
      auto listen = read_listen(directive, file);
      if (!listen) return Problem{std::move(listen.error())};
      server.listens.push_back(*listen);
      return {};
    }
    if (name == "server_name" && has_arguments) {
      server.names = arguments(directive);
      return {};
    }
    if (name != "location" || !has_arguments) return read_server_part(directive, server, file);
    if (!directive.has_block) return no_block(directive, file);
    auto location = read_location(directive, file);
    if (!location) return Problem{std::move(location.error())};
    server.locations.push_back(std::move(*location));
    return {};
  }

  // What may stand in a server block or, for all of them, around it.
  static Done read_server_part(const NginxDirective& directive, NginxServerBlock& server,
                               std::string_view file) {
    const std::string& name = directive.words.front();
    const bool is_one = directive.words.size() == 2;
    if (name == "ssl_certificate" && is_one) {
      server.certificate = absolute(directive.words[1]);
    } else if (name == "ssl_certificate_key" && is_one) {
      server.certificate_key = absolute(directive.words[1]);
    } else {
      return read_common(directive, server.defaults, file);
    }
    return {};
  }

  // What a server block leaves open is as around it, or as nginx has it.
  void inherit(NginxServerBlock& server) const {
    const auto take = [](auto& own, const auto& common, auto last) {
      if (own.empty()) own = common;
      if (own.empty()) own = std::move(last);
    };
    take(server.certificate, common_.certificate, std::string{});
    take(server.certificate_key, common_.certificate_key, std::string{});
    take(server.defaults.root, common_.defaults.root, absolute(kDefaultRoot));
    take(server.defaults.index, common_.defaults.index, std::vector<std::string>{"index.html"});
    take(server.defaults.default_type, common_.defaults.default_type, std::string{kDefaultType});
    take(server.defaults.headers, common_.defaults.headers, std::vector<NginxHeader>{});
    take(server.defaults.error_pages, common_.defaults.error_pages, std::vector<NginxErrorPage>{});
    if (!server.defaults.max_body) server.defaults.max_body = common_.defaults.max_body;
    server.defaults.proxy.inherit(common_.defaults.proxy);
    for (NginxLocation& location : server.locations) location.proxy.inherit(server.defaults.proxy);
  }

  static std::expected<NginxListen, std::string> read_listen(const NginxDirective& directive,
                                                             std::string_view file) {
    NginxListen listen;
    const std::string& place = directive.words[1];
    const std::size_t bracket = place.find(']');
    const std::size_t colon = place.find(':', bracket == std::string::npos ? 0 : bracket);
    const std::string_view text =
        std::string_view{place}.substr(colon == std::string::npos ? 0 : colon + 1);
    const bool is_address =
        colon == std::string::npos && (place.find('.') != std::string::npos || place == "*" ||
                                       bracket != std::string::npos || place == "localhost");
    if (!is_address) {
      const auto port = net::parse_port(text);
      if (!port || *port == 0) {
        return Problem{fmt::format("invalid port in \"{}\" of the \"listen\" directive in {}:{}",
                                   place, file, directive.line)};
      }
      listen.port = *port;
    }
    for (const std::string& word : directive.words) {
      listen.is_tls = listen.is_tls || word == "ssl";
      listen.is_default = listen.is_default || word == "default_server" || word == "default";
    }
    return listen;
  }

  static std::expected<NginxLocation, std::string> read_location(const NginxDirective& directive,
                                                                 std::string_view file) {
    NginxLocation location;
    const std::string& modifier = directive.words[1];
    if (modifier.starts_with('~')) {
      // As of a server that was built without regular expressions.
      return Problem{fmt::format("using regex \"{}\" requires PCRE library in {}:{}",
                                 directive.words.back(), file, directive.line)};
    }
    location.is_exact = modifier == "=";
    location.path = directive.words.back();
    for (const NginxDirective& each : directive.block) {
      const bool passes = each.words.front() == "proxy_pass";
      auto done =
          passes ? read_proxy_pass(each, location, file) : read_common(each, location, file);
      if (!done) return Problem{std::move(done.error())};
    }
    return location;
  }

  static Done read_proxy_pass(const NginxDirective& directive, NginxLocation& location,
                              std::string_view file) {
    if (location.proxy_pass) {
      return Problem{
          fmt::format("\"proxy_pass\" directive is duplicate in {}:{}", file, directive.line)};
    }
    auto pass = read_nginx_proxy_pass(directive, file);
    if (!pass) return Problem{std::move(pass.error())};
    if (location.is_named() && !pass->uri.empty()) {
      return Problem{fmt::format(
          "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside "
          "named location, or inside \"if\" statement, or inside \"limit_except\" block in {}",
          pass->place)};
    }
    location.proxy_pass = std::move(*pass);
    return {};
  }

  // What may stand in a location, or for all of them around it. A directive that is not simulated
  // is refused as nginx refuses one whose module it was built without.
  static Done read_common(const NginxDirective& directive, NginxLocation& location,
                          std::string_view file) {
    const std::string& name = directive.words.front();
    if (auto setting = read_nginx_proxy_setting(directive, file, location.proxy)) {
      return setting->empty() ? Done{} : Problem{std::move(*setting)};
    }
    constexpr std::string_view kSimulated[] = {
        "add_header",   "alias",           "client_max_body_size",
        "default_type", "error_page",      "include",
        "index",        "listen",          "location",
        "proxy_pass",   "return",          "root",
        "server_name",  "ssl_certificate", "ssl_certificate_key",
        "try_files"};
    const bool is_unnoticed = std::ranges::binary_search(kUnnoticed, std::string_view{name});
    if (!is_unnoticed && std::ranges::find(kSimulated, name) == std::end(kSimulated)) {
      return Problem{fmt::format("unknown directive \"{}\" in {}:{}", name, file, directive.line)};
    }
    if (directive.has_block) {
      return Problem{fmt::format("unexpected \"{{\" in {}:{}", file, directive.line)};
    }
    if (is_unnoticed) return {};
    const std::vector<std::string> values = arguments(directive);
    if (name == "error_page" && values.size() >= 2) {
      return add_error_page(directive, values, location, file);
    }
    if (set_value(name, values, location)) return find_value_problem(directive, location, file);
    if (name == "listen" || name == "location" || name == "server_name" || name == "include" ||
        name == "proxy_pass") {
      const bool is_misplaced = !values.empty() && name != "include";
      if (is_misplaced || (name == "include" && values.size() == 1)) {
        return Problem{fmt::format("\"{}\" directive is not allowed here in {}:{}", name, file,
                                   directive.line)};
      }
    }
    return Problem{fmt::format("invalid number of arguments in \"{}\" directive in {}:{}", name,
                               file, directive.line)};
  }

  // What is wrong with the values that a directive has set.
  static Done find_value_problem(const NginxDirective& directive, const NginxLocation& location,
                                 std::string_view file) {
    const std::string& name = directive.words.front();
    const std::string place = fmt::format("{}:{}", file, directive.line);
    if (name == "client_max_body_size" && *location.max_body < 0) {
      return Problem{fmt::format("\"{}\" directive invalid value in {}", name, place)};
    }
    if (name != "add_header" && name != "try_files" && name != "return") return {};
    const std::string_view last = directive.words.back();
    if (name == "try_files" && last.starts_with('=') && !parse_status(last.substr(1))) {
      return Problem{fmt::format("invalid code \"{}\" in {}", last, place)};
    }
    for (const std::string& value : arguments(directive)) {
      std::string problem = nginx_variable_problem(value, place);
      if (!problem.empty()) return Problem{std::move(problem)};
    }
    return {};
  }

  // `error_page CODE… [=[CODE]] TARGET`
  static Done add_error_page(const NginxDirective& directive,
                             const std::vector<std::string>& values, NginxLocation& location,
                             std::string_view file) {
    NginxErrorPage page;
    page.target = values.back();
    std::size_t count = values.size() - 1;
    std::string wrong;
    if (values[count - 1].starts_with('=')) {
      const std::string_view own = std::string_view{values[--count]}.substr(1);
      page.takes_status_of_page = own.empty();
      page.status = parse_status(own);
      if (!own.empty() && !page.status) wrong = values[count];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto status = parse_status(values[i]);
      if (!status && wrong.empty()) wrong = values[i];
      page.statuses.push_back(status.value_or(0));
    }
    if (page.statuses.empty() && wrong.empty()) wrong = values[0];
    const std::string place = fmt::format("{}:{}", file, directive.line);
    if (!wrong.empty()) return Problem{fmt::format("invalid value \"{}\" in {}", wrong, place)};
    for (const int status : page.statuses) {
      // Bounds of ngx_http_core_error_page.
      if (status < 300 || status > 599) {
        return Problem{
            fmt::format("value \"{}\" must be between 300 and 599 in {}", status, place)};
      }
    }
    std::string problem = nginx_variable_problem(page.target, place);
    if (!problem.empty()) return Problem{std::move(problem)};
    location.error_pages.push_back(std::move(page));
    return {};
  }

  static std::optional<int> parse_status(std::string_view text) {
    int status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    return is_number ? std::optional{status} : std::nullopt;
  }

  // `1m`, `512k`, `0`: a size in bytes; below zero for what is none.
  static std::int64_t parse_size(std::string_view text) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() >> 30;
    std::int64_t factor = 1;
    const char unit = text.empty() ? '\0' : doc::to_lower(text.back());
    if (unit == 'k') factor = std::int64_t{1} << 10;
    if (unit == 'm') factor = std::int64_t{1} << 20;
    if (unit == 'g') factor = std::int64_t{1} << 30;
    if (factor > 1) text.remove_suffix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    return is_number && number >= 0 && number <= kMost ? number * factor : -1;
  }

  // Whether the directive has as many values as it wants.
  static bool set_value(std::string_view name, const std::vector<std::string>& values,
                        NginxLocation& location) {
    const bool is_one = values.size() == 1;
    if (name == "root" && is_one) {
      location.root = absolute(values[0]);
    } else if (name == "alias" && is_one) {
      location.alias = absolute(values[0]);
    } else if (name == "default_type" && is_one) {
      location.default_type = values[0];
    } else if (name == "index" && !values.empty()) {
      location.index = values;
    } else if (name == "try_files" && values.size() >= 2) {
      location.try_files = values;
    } else if (name == "add_header" && (values.size() == 2 || values.size() == 3)) {
      location.headers.push_back({values[0], values[1], values.back() == "always"});
    } else if (name == "client_max_body_size" && is_one) {
      location.max_body = parse_size(values[0]);
    } else if (name == "return" && (is_one || values.size() == 2)) {
      set_return(values, location);
    } else {
      return false;
    }
    return true;
  }

  static void set_return(const std::vector<std::string>& values, NginxLocation& location) {
    if (location.return_status != 0) return;
    const std::optional<int> status = parse_status(values[0]);
    // `return URL` is a temporary redirection.
    constexpr int kFound = 302;
    location.return_status = status.value_or(kFound);
    if (!status) location.return_text = values[0];
    if (status && values.size() > 1) location.return_text = values[1];
  }

  static Problem no_block(const NginxDirective& directive, std::string_view file) {
    return Problem{fmt::format("directive \"{}\" has no opening \"{{\" in {}:{}",
                               directive.words.front(), file, directive.line)};
  }

  const FileSystem& files_;
  NginxConfig config_;
  // What stands around the server blocks.
  NginxServerBlock common_;
  int includes_ = 0;
};

bool has_name(const NginxServerBlock& server, std::string_view host) {
  return std::ranges::any_of(server.names, [&](std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (!name.starts_with('.')) return doc::equal_ignoring_case(name, host);
    return host.size() > name.size() &&
           doc::equal_ignoring_case(host.substr(host.size() - name.size()), name);
  });
}

}  // namespace

std::expected<NginxConfig, std::string> read_nginx_config(const FileSystem& files) {
  return Reader{files}.read();
}

const NginxServerBlock* find_nginx_server(const NginxConfig& config, std::uint16_t port,
                                          std::string_view host) {
  const NginxServerBlock* found = nullptr;
  bool found_default = false;
  for (const NginxServerBlock& server : config.servers) {
    const auto listen = std::ranges::find(server.listens, port, &NginxListen::port);
    if (listen == server.listens.end()) continue;
    if (has_name(server, host)) return &server;
    const bool is_default = std::ranges::any_of(server.listens, [&](const NginxListen& each) {
      return each.port == port && each.is_default;
    });
    if (found == nullptr || (is_default && !found_default)) found = &server;
    found_default = found_default || is_default;
  }
  return found;
}

}  // namespace rockpool::node
