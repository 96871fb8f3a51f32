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
constexpr std::string_view kImageMain = "http { include /etc/nginx/conf.d/*.conf; }";
constexpr std::string_view kImageServer =
    "server { listen 80; listen [::]:80; server_name localhost; root /usr/share/nginx/html; index "
    "index.html index.htm; }";
constexpr std::string_view kIncludedFolder = "/etc/nginx/conf.d";

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
      if (name == "http" && directive.has_block) {
        done = read_top(directive.block, file);
      } else if (name == "server" && directive.has_block) {
        done = read_server(directive, file);
      } else if (name == "include" && directive.words.size() == 2) {
        done = include(directive, file);
      } else if (directive.words.size() >= 2) {
        read_server_part(directive, common_);
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
      const std::string& name = each.words.front();
      if (each.words.size() < 2) continue;
      if (name == "listen") {
        auto listen = read_listen(each, file);
        if (!listen) return Problem{listen.error()};
        server.listens.push_back(*listen);
      } else if (name == "server_name") {
        server.names = arguments(each);
      } else if (name == "location" && each.has_block) {
        server.locations.push_back(read_location(each));
      } else {
        read_server_part(each, server);
      }
    }
    if (server.listens.empty()) server.listens.emplace_back();
    config_.servers.push_back(std::move(server));
    return {};
  }

  // What may stand in a server block or, for all of them, around it.
  static void read_server_part(const Directive& directive, NginxServerBlock& server) {
    const std::string& name = directive.words.front();
    if (name == "ssl_certificate") {
      server.certificate = absolute(directive.words[1]);
    } else if (name == "ssl_certificate_key") {
      server.certificate_key = absolute(directive.words[1]);
    } else {
      read_common(directive, server.defaults);
    }
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

  static NginxLocation read_location(const Directive& directive) {
    NginxLocation location;
    const std::string& modifier = directive.words[1];
    location.is_exact = modifier == "=";
    location.is_pattern = modifier.starts_with('~');
    location.path = directive.words.back();
    for (const Directive& each : directive.block) {
      if (each.words.size() >= 2) read_common(each, location);
    }
    return location;
  }

  static void read_common(const Directive& directive, NginxLocation& location) {
    const std::string& name = directive.words.front();
    const std::string& first = directive.words[1];
    if (name == "root") location.root = absolute(first);
    if (name == "alias") location.alias = absolute(first);
    if (name == "index") location.index = arguments(directive);
    if (name == "try_files") location.try_files = arguments(directive);
    if (name != "return" || location.return_status != 0) return;
    int status = 0;
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), status);
    const bool is_number = error == std::errc{} && end == first.data() + first.size();
    // `return URL` is a temporary redirection.
    constexpr int kFound = 302;
    location.return_status = is_number ? status : kFound;
    location.return_text = is_number && directive.words.size() > 2 ? directive.words[2]
                           : is_number                             ? std::string{}
                                                                   : first;
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
