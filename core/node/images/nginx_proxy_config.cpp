// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_proxy_config.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/net/address.h"
#include "core/node/images/nginx_variables.h"

namespace rockpool::node {
namespace {

using Problem = std::unexpected<std::string>;
using Values = std::vector<std::string>;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr std::string_view kInvalidValue = "invalid value";

std::string place_of(const NginxDirective& directive, std::string_view file) {
  return fmt::format("{}:{}", file, directive.line);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && number >= 0 ? std::optional{number} : std::nullopt;
}

// What a directive does with its values: the answer is what is wrong, as it follows its name.
using Setter = std::string_view (*)(const Values& values, NginxProxySettings& settings);

std::string_view set_time(const std::string& text, std::optional<sim::Duration>& time) {
  if (time) return "is duplicate";
  time = parse_nginx_time(text);
  return time ? std::string_view{} : kInvalidValue;
}

std::string_view set_redirect(const Values& values, NginxProxySettings& settings) {
  const bool is_word = values[0] == "default" || values[0] == "off";
  if (values.size() == 1 && !is_word) return "has invalid parameter";
  settings.redirects.emplace_back(values[0], values.size() > 1 ? values[1] : std::string{});
  return {};
}

std::string_view set_next_upstream(const Values& values, NginxProxySettings& settings) {
  constexpr std::string_view kCases[] = {"error",    "timeout",  "invalid_header", "http_500",
                                         "http_502", "http_503", "http_504",       "http_403",
                                         "http_404", "http_429", "non_idempotent", "off"};
  if (!settings.next_upstream.empty()) return "is duplicate";
  for (const std::string& value : values) {
    if (std::ranges::find(kCases, value) == std::end(kCases)) return kInvalidValue;
  }
  settings.next_upstream = values;
  return {};
}

struct Setting {
  std::string_view name;
  std::size_t fewest_values;
  std::size_t most_values;
  Setter set;
};

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

constexpr Setting kSettings[] = {
    {"proxy_connect_timeout", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       return set_time(values[0], settings.connect_timeout);
     }},
    {"proxy_hide_header", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       settings.hidden.push_back(values[0]);
       return std::string_view{};
     }},
    // Both versions carry the same here: every request has a connection of its own.
    {"proxy_http_version", 1, 1,
     [](const Values& values, NginxProxySettings&) {
       return values[0] == "1.0" || values[0] == "1.1" ? std::string_view{} : kInvalidValue;
     }},
    {"proxy_intercept_errors", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       if (values[0] != "on" && values[0] != "off") return kInvalidValue;
       settings.intercepts_errors = values[0] == "on";
       return std::string_view{};
     }},
    {"proxy_next_upstream", 1, kAnyNumber, set_next_upstream},
    {"proxy_next_upstream_tries", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       settings.next_upstream_tries = parse_number<int>(values[0]);
       return settings.next_upstream_tries ? std::string_view{} : "invalid number";
     }},
    {"proxy_pass_header", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       settings.passed.push_back(values[0]);
       return std::string_view{};
     }},
    {"proxy_read_timeout", 1, 1,
     [](const Values& values, NginxProxySettings& settings) {
       return set_time(values[0], settings.read_timeout);
     }},
    {"proxy_redirect", 1, 2, set_redirect},
    {"proxy_set_header", 2, 2,
     [](const Values& values, NginxProxySettings& settings) {
       settings.headers.emplace_back(values[0], values[1]);
       return std::string_view{};
     }},
};

// What is wrong with the values as texts; empty if nothing is.
std::string find_text_problem(const Values& values, std::string_view place) {
  for (const std::string& value : values) {
    std::string problem = nginx_variable_problem(value, place);
    if (!problem.empty()) return problem;
  }
  return {};
}

// `host`, `host:port`, `[address]:port`.
struct Authority {
  std::string host;
  std::uint16_t port = 0;
  bool has_port = false;
};

std::expected<Authority, std::string_view> parse_authority(std::string_view text) {
  Authority authority;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return std::unexpected{"invalid host"};
    authority.host = text.substr(1, bracket - 1);
    port = text.substr(bracket + 1);
    if (!net::IpAddress::parse(authority.host)) return std::unexpected{"invalid host"};
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    authority.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (authority.host.empty()) return std::unexpected{"no host"};
  if (port.empty()) return authority;
  const auto number = net::parse_port(port.substr(1));
  if (!port.starts_with(':') || !number || *number == 0) return std::unexpected{"invalid port"};
  authority.port = *number;
  authority.has_port = true;
  return authority;
}

// One word after the host of a `server`; false if it is none that is simulated.
bool set_parameter(std::string_view word, NginxPeer& peer) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(std::min(equals + 1, word.size()));
  if (word == "backup") {
    peer.is_backup = true;
  } else if (word == "down") {
    peer.is_down = true;
  } else if (name == "fail_timeout") {
    const auto time = parse_nginx_time(value);
    if (time) peer.fail_timeout = *time;
    return time.has_value();
  } else if (name == "weight" || name == "max_fails" || name == "max_conns") {
    const auto number = parse_number<int>(value);
    if (!number || (name == "weight" && *number == 0)) return false;
    if (name == "weight") peer.weight = *number;
    if (name == "max_fails") peer.max_fails = *number;
    if (name == "max_conns") peer.max_connections = *number;
  } else {
    return false;
  }
  return true;
}

std::expected<NginxUpstreamServer, std::string> read_upstream_server(
    const NginxDirective& directive, std::string_view file) {
  NginxUpstreamServer server;
  server.place = place_of(directive, file);
  if (directive.words.size() < 2) {
    return Problem{
        fmt::format("invalid number of arguments in \"server\" directive in {}", server.place)};
  }
  server.text = directive.words[1];
  const auto authority = parse_authority(server.text);
  if (!authority) {
    return Problem{
        fmt::format("{} in upstream \"{}\" in {}", authority.error(), server.text, server.place)};
  }
  server.peer.host = authority->host;
  server.peer.port = authority->has_port ? authority->port : kHttpPort;
  for (std::size_t i = 2; i < directive.words.size(); ++i) {
    if (!set_parameter(directive.words[i], server.peer)) {
      return Problem{
          fmt::format("invalid parameter \"{}\" in {}", directive.words[i], server.place)};
    }
  }
  return server;
}

// One directive within an `upstream`; empty, or what is wrong with it.
std::string read_in_upstream(const NginxDirective& directive, std::string_view file,
                             NginxUpstreamBlock& upstream) {
  const std::string& name = directive.words.front();
  const std::size_t values = directive.words.size() - 1;
  const std::string place = place_of(directive, file);
  const bool is_server = name == "server";
  // Memory that workers share: there is one worker.
  const bool is_zone = name == "zone";
  if (!is_server && !is_zone && name != "least_conn") {
    return fmt::format("unknown directive \"{}\" in {}", name, place);
  }
  if (directive.has_block) return fmt::format("unexpected \"{{\" in {}", place);
  if (is_server) {
    auto server = read_upstream_server(directive, file);
    if (!server) return std::move(server.error());
    upstream.servers.push_back(std::move(*server));
    return {};
  }
  if (is_zone ? values < 1 || values > 2 : values != 0) {
    return fmt::format("invalid number of arguments in \"{}\" directive in {}", name, place);
  }
  if (!is_zone) upstream.method = NginxUpstream::Method::least_connections;
  return {};
}

}  // namespace

std::optional<sim::Duration> parse_nginx_time(std::string_view text) {
  using std::chrono::milliseconds;
  constexpr std::pair<std::string_view, milliseconds> kUnits[] = {
      {"ms", milliseconds{1}},        {"s", milliseconds{1000}},       {"m", milliseconds{60'000}},
      {"h", milliseconds{3'600'000}}, {"d", milliseconds{86'400'000}},
  };
  // About a year: nothing in the simulation takes longer, and sums stay small.
  constexpr std::int64_t kMostOfOneUnit = 31'536'000;
  if (text.empty()) return std::nullopt;
  milliseconds total{0};
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto digits = static_cast<std::size_t>(end - text.begin());
    const auto number = parse_number<std::int64_t>(text.substr(0, digits));
    if (!number || *number > kMostOfOneUnit) return std::nullopt;
    text.remove_prefix(digits);
    const auto unit = std::ranges::find_if(
        kUnits, [text](const auto& each) { return text.starts_with(each.first); });
    if (unit == std::end(kUnits)) {
      if (!text.empty()) return std::nullopt;
      return total + milliseconds{1000} * *number;
    }
    total += unit->second * *number;
    text.remove_prefix(unit->first.size());
  }
  return total;
}

void NginxProxySettings::inherit(const NginxProxySettings& around) {
  const auto take = [](auto& own, const auto& other) {
    if (!own) own = other;
  };
  const auto take_all = [](auto& own, const auto& other) {
    if (own.empty()) own = other;
  };
  take(connect_timeout, around.connect_timeout);
  take(read_timeout, around.read_timeout);
  take(next_upstream_tries, around.next_upstream_tries);
  take(intercepts_errors, around.intercepts_errors);
  take_all(headers, around.headers);
  take_all(hidden, around.hidden);
  take_all(passed, around.passed);
  take_all(next_upstream, around.next_upstream);
  take_all(redirects, around.redirects);
}

std::optional<std::string> read_nginx_proxy_setting(const NginxDirective& directive,
                                                    std::string_view file,
                                                    NginxProxySettings& settings) {
  const std::string& name = directive.words.front();
  const auto found = std::ranges::find(kSettings, name, &Setting::name);
  if (found == std::end(kSettings)) return std::nullopt;
  const std::string place = place_of(directive, file);
  if (directive.has_block) return fmt::format("unexpected \"{{\" in {}", place);
  const Values values{directive.words.begin() + 1, directive.words.end()};
  if (values.size() < found->fewest_values || values.size() > found->most_values) {
    return fmt::format("invalid number of arguments in \"{}\" directive in {}", name, place);
  }
  if (values.size() > 1 && values[0].starts_with('~')) {
    return fmt::format("using regex \"{}\" requires PCRE library in {}", values[0], place);
  }
  if (std::string problem = find_text_problem(values, place); !problem.empty()) return problem;
  const std::string_view problem = found->set(values, settings);
  if (problem.empty()) return std::string{};
  return fmt::format("\"{}\" directive {} in {}", name, problem, place);
}

std::expected<NginxProxyPass, std::string> read_nginx_proxy_pass(const NginxDirective& directive,
                                                                 std::string_view file) {
  NginxProxyPass pass;
  pass.place = place_of(directive, file);
  if (directive.words.size() != 2 || directive.has_block) {
    return Problem{
        fmt::format("invalid number of arguments in \"proxy_pass\" directive in {}", pass.place)};
  }
  std::string_view text = directive.words[1];
  // Where to is known at the start: names in variables would need a resolver of nginx's own.
  if (const std::size_t dollar = text.find('$'); dollar != std::string_view::npos) {
    return Problem{fmt::format("unknown \"{}\" variable", text.substr(dollar + 1))};
  }
  for (const std::string_view scheme : {"http", "https"}) {
    const std::string prefix = fmt::format("{}://", scheme);
    if (doc::equal_ignoring_case(text.substr(0, prefix.size()), prefix)) pass.scheme = scheme;
  }
  if (pass.scheme.empty()) return Problem{fmt::format("invalid URL prefix in {}", pass.place)};
  text.remove_prefix(pass.scheme.size() + 3);
  const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
  pass.authority = text.substr(0, slash);
  pass.uri = text.substr(slash);
  if (pass.authority.starts_with("unix:")) {
    return Problem{
        fmt::format("the unix domain sockets are not supported on this platform in upstream "
                    "\"{}\" in {}",
                    text, pass.place)};
  }
  const auto authority = parse_authority(pass.authority);
  if (!authority) {
    return Problem{fmt::format("{} in upstream \"{}\" in {}", authority.error(), text, pass.place)};
  }
  pass.host = authority->host;
  pass.has_port = authority->has_port;
  const std::uint16_t own_port = pass.scheme == "https" ? kTlsPort : kHttpPort;
  pass.port = pass.has_port ? authority->port : own_port;
  // `$proxy_host` has no port that the scheme says already.
  if (pass.has_port && pass.port == own_port) {
    pass.authority = pass.authority.substr(0, pass.authority.rfind(':'));
  }
  return pass;
}

std::expected<NginxUpstreamBlock, std::string> read_nginx_upstream(const NginxDirective& directive,
                                                                   std::string_view file) {
  NginxUpstreamBlock upstream;
  upstream.place = place_of(directive, file);
  if (directive.words.size() != 2) {
    return Problem{
        fmt::format("invalid number of arguments in \"upstream\" directive in {}", upstream.place)};
  }
  upstream.name = directive.words[1];
  for (const NginxDirective& each : directive.block) {
    if (std::string problem = read_in_upstream(each, file, upstream); !problem.empty()) {
      return Problem{std::move(problem)};
    }
  }
  if (upstream.servers.empty()) {
    return Problem{
        fmt::format("no servers are inside upstream in {}:{}", file, directive.last_line)};
  }
  const bool has_own = std::ranges::any_of(
      upstream.servers, [](const NginxUpstreamServer& each) { return !each.peer.is_backup; });
  if (!has_own) {
    return Problem{
        fmt::format("no servers in upstream \"{}\" in {}", upstream.name, upstream.place)};
  }
  return upstream;
}

std::expected<std::size_t, std::string> link_nginx_upstream(
    const NginxProxyPass& pass, std::vector<NginxUpstreamBlock>& upstreams) {
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const NginxUpstreamBlock& each = upstreams[i];
    if (!doc::equal_ignoring_case(each.name, pass.host)) continue;
    const bool is_block = each.port == 0;
    if (is_block && pass.has_port) {
      return Problem{fmt::format("upstream \"{}\" may not have port {} in {}", pass.host, pass.port,
                                 pass.place)};
    }
    if (is_block || each.port == pass.port) return i;
  }
  NginxUpstreamServer server;
  server.peer.host = pass.host;
  server.peer.port = pass.port;
  server.text = pass.host;
  server.place = pass.place;
  upstreams.push_back(
      {pass.host, pass.port, NginxUpstream::Method::round_robin, {std::move(server)}, pass.place});
  return upstreams.size() - 1;
}

}  // namespace rockpool::node
