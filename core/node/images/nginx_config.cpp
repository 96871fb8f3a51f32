// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_config.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/net/address.h"
#include "core/node/images/nginx_syntax.h"

namespace rockpool::node {
namespace {

using Problem = std::unexpected<std::string>;

constexpr std::string_view kMainFile = "/etc/nginx/nginx.conf";
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
    const std::string pattern = nginx_absolute(directive.words[1]);
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
      server.names = directive.arguments();
      return {};
    }
    if (name != "location" || !has_arguments) return read_server_part(directive, server, file);
    if (!directive.has_block) return no_block(directive, file);
    auto location = read_nginx_location(directive, file);
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
      server.certificate = nginx_absolute(directive.words[1]);
    } else if (name == "ssl_certificate_key" && is_one) {
      server.certificate_key = nginx_absolute(directive.words[1]);
    } else {
      return read_nginx_location_part(directive, server.defaults, file);
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
    take(server.defaults.root, common_.defaults.root, nginx_absolute(kDefaultRoot));
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
