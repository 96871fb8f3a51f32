// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_variables.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include <fmt/format.h>
#include "core/doc/ascii.h"

namespace rockpool::node {
namespace {

// What stands between two variables, and the name of the second one.
struct Piece {
  std::string_view literal;
  std::string name;
  bool has_variable = false;
};

bool is_name_character(char c) {
  const char small = doc::to_lower(c);
  return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// Takes the next piece off the text; nginx's names of variables do not tell capitals apart.
Piece take_piece(std::string_view& text) {
  Piece piece;
  const std::size_t dollar = std::min(text.find('$'), text.size());
  piece.literal = text.substr(0, dollar);
  text.remove_prefix(dollar);
  if (text.empty()) return piece;
  text.remove_prefix(1);
  piece.has_variable = true;
  const bool is_braced = text.starts_with('{');
  if (is_braced) text.remove_prefix(1);
  const auto end = std::ranges::find_if_not(text, is_name_character);
  const auto length = static_cast<std::size_t>(end - text.begin());
  piece.name = doc::to_lower(text.substr(0, length));
  text.remove_prefix(length);
  if (is_braced && text.starts_with('}')) text.remove_prefix(1);
  return piece;
}

// A header as `$http_…` names it.
std::string header(const NginxScope& scope, std::string_view name) {
  std::string spelled{name};
  std::ranges::replace(spelled, '_', '-');
  if (spelled == "host") return scope.request.host;
  return std::string{scope.request.headers.get(spelled)};
}

// The value of the first argument of that name, still encoded.
std::string argument(const NginxScope& scope, std::string_view name) {
  std::string_view query = scope.args;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (doc::equal_ignoring_case(pair.substr(0, equals), name) && equals < pair.size()) {
      return std::string{pair.substr(equals + 1)};
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

// The value of a cookie.
std::string cookie(const NginxScope& scope, std::string_view name) {
  std::string_view text = scope.request.headers.get("Cookie");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    std::string_view pair = text.substr(0, end);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (doc::equal_ignoring_case(pair.substr(0, equals), name) && equals < pair.size()) {
      return std::string{pair.substr(equals + 1)};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

// The addresses through which the request has come, this client's the last.
std::string forwarded_for(const NginxScope& scope) {
  const std::string_view before = scope.request.headers.get("X-Forwarded-For");
  const std::string client = scope.peer.ip.to_string();
  return before.empty() ? client : fmt::format("{}, {}", before, client);
}

using Variable = std::string (*)(const NginxScope& scope);

struct Named {
  std::string_view name;
  Variable value;
};

constexpr Named kVariables[] = {
    {"args", [](const NginxScope& s) { return std::string{s.args}; }},
    {"content_length", [](const NginxScope& s) { return header(s, "content_length"); }},
    {"content_type", [](const NginxScope& s) { return header(s, "content_type"); }},
    {"document_uri", [](const NginxScope& s) { return std::string{s.uri}; }},
    {"host", [](const NginxScope& s) { return nginx_host_of(s.request, s.server_name); }},
    {"hostname", [](const NginxScope& s) { return std::string{s.hostname}; }},
    {"https", [](const NginxScope& s) { return std::string{s.is_secure ? "on" : ""}; }},
    {"is_args", [](const NginxScope& s) { return std::string{s.args.empty() ? "" : "?"}; }},
    {"nginx_version", [](const NginxScope& s) { return std::string{s.version}; }},
    {"proxy_add_x_forwarded_for", forwarded_for},
    {"proxy_host", [](const NginxScope& s) { return std::string{s.proxy_host}; }},
    {"proxy_port", [](const NginxScope& s) { return std::string{s.proxy_port}; }},
    {"query_string", [](const NginxScope& s) { return std::string{s.args}; }},
    {"remote_addr", [](const NginxScope& s) { return s.peer.ip.to_string(); }},
    {"remote_port", [](const NginxScope& s) { return fmt::format("{}", s.peer.port); }},
    {"request",
     [](const NginxScope& s) {
       return fmt::format("{} {} HTTP/1.1", s.request.method, s.request.target);
     }},
    {"request_method", [](const NginxScope& s) { return s.request.method; }},
    {"request_uri", [](const NginxScope& s) { return s.request.target; }},
    {"scheme", [](const NginxScope& s) { return std::string{s.is_secure ? "https" : "http"}; }},
    {"server_addr", [](const NginxScope& s) { return s.local.ip.to_string(); }},
    {"server_name", [](const NginxScope& s) { return std::string{s.server_name}; }},
    {"server_port", [](const NginxScope& s) { return fmt::format("{}", s.local.port); }},
    {"server_protocol", [](const NginxScope&) { return std::string{"HTTP/1.1"}; }},
    {"upstream_addr", [](const NginxScope& s) { return std::string{s.upstream_addresses}; }},
    {"upstream_status", [](const NginxScope& s) { return std::string{s.upstream_statuses}; }},
    {"uri", [](const NginxScope& s) { return std::string{s.uri}; }},
};
static_assert(std::ranges::is_sorted(kVariables, {}, &Named::name));

// Variables whose names go on with what is looked for.
using Lookup = std::string (*)(const NginxScope& scope, std::string_view name);

struct Prefixed {
  std::string_view prefix;
  Lookup value;
};

constexpr Prefixed kPrefixed[] = {{"http_", header}, {"arg_", argument}, {"cookie_", cookie}};

const Named* find_variable(std::string_view name) {
  const auto found = std::ranges::lower_bound(kVariables, name, {}, &Named::name);
  return found != std::end(kVariables) && found->name == name ? &*found : nullptr;
}

const Prefixed* find_prefixed(std::string_view name) {
  const auto found = std::ranges::find_if(kPrefixed, [name](const Prefixed& each) {
    return name.starts_with(each.prefix) && name.size() > each.prefix.size();
  });
  return found != std::end(kPrefixed) ? &*found : nullptr;
}

}  // namespace

std::string nginx_variable_problem(std::string_view text, std::string_view place) {
  while (!text.empty()) {
    const Piece piece = take_piece(text);
    if (!piece.has_variable) break;
    if (piece.name.empty()) return fmt::format("invalid variable name in {}", place);
    if (find_variable(piece.name) == nullptr && find_prefixed(piece.name) == nullptr) {
      return fmt::format("unknown \"{}\" variable", piece.name);
    }
  }
  return {};
}

std::string expand_nginx_variables(std::string_view text, const NginxScope& scope) {
  std::string result;
  while (!text.empty()) {
    const Piece piece = take_piece(text);
    result += piece.literal;
    if (!piece.has_variable) break;
    if (const Named* const known = find_variable(piece.name)) {
      result += known->value(scope);
    } else if (const Prefixed* const prefixed = find_prefixed(piece.name)) {
      const std::string_view name = std::string_view{piece.name}.substr(prefixed->prefix.size());
      result += prefixed->value(scope, name);
    }
  }
  return result;
}

std::string nginx_host_of(const net::HttpRequest& request, std::string_view server_name) {
  const std::string_view text = request.host;
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  const std::string host = doc::to_lower(has_port ? text.substr(0, colon) : text);
  return host.empty() ? std::string{server_name} : host;
}

}  // namespace rockpool::node
