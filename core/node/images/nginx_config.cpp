// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_config.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/net/address.h"

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

struct Word {
  std::string text;
  int line = 0;
  // `;`, `{` or `}` that was not quoted.
  bool is_mark = false;
};

struct Directive {
  std::vector<std::string> words;
  std::vector<Directive> block;
  int line = 0;
  bool has_block = false;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::vector<Word> split(std::string_view text) {
  std::vector<Word> words;
  int line = 1;
  std::size_t at = 0;
  const auto skip_one = [&] { line += text[at++] == '\n' ? 1 : 0; };
  while (at < text.size() && words.size() < kMaxNginxWords) {
    const char c = text[at];
    if (is_space(c)) {
      skip_one();
    } else if (c == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == ';' || c == '{' || c == '}') {
      words.push_back({std::string(1, c), line, true});
      ++at;
    } else {
      Word word{{}, line, false};
      const char quote = c == '"' || c == '\'' ? c : '\0';
      if (quote != '\0') ++at;
      while (at < text.size()) {
        const char next = text[at];
        if (quote != '\0' ? next == quote : is_space(next) || next == ';' || next == '{') break;
        // `${name}` is part of a word.
        if (next == '$' && at + 1 < text.size() && text[at + 1] == '{') word.text += text[at++];
        if (next == '\\' && at + 1 < text.size()) ++at;
        word.text += text[at];
        skip_one();
      }
      if (quote != '\0' && at < text.size()) ++at;
      words.push_back(std::move(word));
    }
  }
  return words;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : words_{split(text)}, file_{file} {}

  std::expected<std::vector<Directive>, std::string> parse() { return parse_block(0); }

 private:
  std::expected<std::vector<Directive>, std::string> parse_block(int depth) {
    std::vector<Directive> directives;
    if (depth > kMaxNginxDepth) return wrong("too many blocks within blocks");
    while (at_ < words_.size()) {
      if (is_mark("}")) {
        if (depth == 0) return wrong("unexpected \"}\"");
        ++at_;
        return directives;
      }
      auto directive = parse_directive(depth);
      if (!directive) return Problem{directive.error()};
      directives.push_back(std::move(*directive));
    }
    if (depth > 0) return wrong("unexpected end of file, expecting \"}\"");
    return directives;
  }

  std::expected<Directive, std::string> parse_directive(int depth) {
    Directive directive;
    directive.line = words_[at_].line;
    while (at_ < words_.size() && !words_[at_].is_mark) {
      directive.words.push_back(words_[at_++].text);
    }
    if (at_ == words_.size()) return wrong("unexpected end of file, expecting \";\" or \"}\"");
    if (is_mark("}") || directive.words.empty()) {
      return wrong(fmt::format("unexpected \"{}\"", words_[at_].text));
    }
    directive.has_block = is_mark("{");
    ++at_;
    if (directive.has_block) {
      auto block = parse_block(depth + 1);
      if (!block) return Problem{block.error()};
      directive.block = std::move(*block);
    }
    return directive;
  }

  bool is_mark(std::string_view text) const {
    return words_[at_].is_mark && words_[at_].text == text;
  }
  Problem wrong(std::string_view what) const {
    const int line = words_.empty() ? 1 : words_[std::min(at_, words_.size() - 1)].line;
    return Problem{fmt::format("{} in {}:{}", what, file_, line)};
  }

  std::vector<Word> words_;
  std::string_view file_;
  std::size_t at_ = 0;
};

std::string absolute(std::string_view path) {
  return path.starts_with('/') ? std::string{path} : std::string{kFolder} + std::string{path};
}

// What follows the name of a directive.
std::vector<std::string> arguments(const Directive& directive) {
  return {directive.words.begin() + 1, directive.words.end()};
}

class Reader {
 public:
  explicit Reader(const FileSystem& files) : files_{files} {}

  std::expected<NginxConfig, std::string> read() {
    const std::string* const own = files_.read(std::string{kMainFile});
    auto done = read_text(own != nullptr ? std::string_view{*own} : kImageMain, kMainFile);
    if (!done) return Problem{done.error()};
    for (NginxServerBlock& server : config_.servers) inherit(server);
    return std::move(config_);
  }

 private:
  using Done = std::expected<void, std::string>;

  Done read_text(std::string_view text, std::string_view file) {
    if (++includes_ > kMaxNginxIncludes) {
      return Problem{fmt::format("too many included files in {}:1", file)};
    }
    auto directives = Parser{text, file}.parse();
    if (!directives) return Problem{directives.error()};
    return read_top(*directives, file);
  }

  Done read_top(const std::vector<Directive>& directives, std::string_view file) {
    for (const Directive& directive : directives) {
      const std::string& name = directive.words.front();
      Done done;
      if (name == "http" || name == "server") {
        if (!directive.has_block) return no_block(directive, file);
        done = name == "http" ? read_top(directive.block, file) : read_server(directive, file);
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

  Done include(const Directive& directive, std::string_view file) {
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

  Done read_server(const Directive& directive, std::string_view file) {
    NginxServerBlock server;
    server.place = fmt::format("{}:{}", file, directive.line);
    for (const Directive& each : directive.block) {
      if (auto done = read_in_server(each, server, file); !done) return done;
    }
    if (server.listens.empty()) server.listens.emplace_back();
    config_.servers.push_back(std::move(server));
    return {};
  }

  static Done read_in_server(const Directive& directive, NginxServerBlock& server,
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
  static Done read_server_part(const Directive& directive, NginxServerBlock& server,
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
  }

  static std::expected<NginxListen, std::string> read_listen(const Directive& directive,
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

  static std::expected<NginxLocation, std::string> read_location(const Directive& directive,
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
    for (const Directive& each : directive.block) {
      if (auto done = read_common(each, location, file); !done) {
        return Problem{std::move(done.error())};
      }
    }
    return location;
  }

  // What may stand in a location, or for all of them around it. A directive that is not simulated
  // is refused as nginx refuses one whose module it was built without.
  static Done read_common(const Directive& directive, NginxLocation& location,
                          std::string_view file) {
    const std::string& name = directive.words.front();
    constexpr std::string_view kSimulated[] = {
        "add_header", "alias",       "default_type",    "include",
        "index",      "listen",      "location",        "return",
        "root",       "server_name", "ssl_certificate", "ssl_certificate_key",
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
    if (set_value(name, values, location)) return {};
    if (name == "listen" || name == "location" || name == "server_name" || name == "include") {
      const bool is_misplaced = !values.empty() && name != "include";
      if (is_misplaced || (name == "include" && values.size() == 1)) {
        return Problem{fmt::format("\"{}\" directive is not allowed here in {}:{}", name, file,
                                   directive.line)};
      }
    }
    return Problem{fmt::format("invalid number of arguments in \"{}\" directive in {}:{}", name,
                               file, directive.line)};
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
    } else if (name == "return" && (is_one || values.size() == 2)) {
      set_return(values, location);
    } else {
      return false;
    }
    return true;
  }

  static void set_return(const std::vector<std::string>& values, NginxLocation& location) {
    if (location.return_status != 0) return;
    const std::string& first = values[0];
    int status = 0;
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), status);
    const bool is_number = error == std::errc{} && end == first.data() + first.size();
    // `return URL` is a temporary redirection.
    constexpr int kFound = 302;
    location.return_status = is_number ? status : kFound;
    location.return_text = is_number ? (values.size() > 1 ? values[1] : std::string{}) : first;
  }

  static Problem no_block(const Directive& directive, std::string_view file) {
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
