// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_location_config.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/node/images/nginx_variables.h"

namespace rockpool::node {
namespace {

using Problem = std::unexpected<std::string>;
using Done = std::expected<void, std::string>;

constexpr std::string_view kFolder = "/etc/nginx/";

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

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number ? std::optional{status} : std::nullopt;
}

// `1m`, `512k`, `0`: a size in bytes; below zero for what is none.
std::int64_t parse_size(std::string_view text) {
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

void set_return(const std::vector<std::string>& values, NginxLocation& location) {
  if (location.return_status != 0) return;
  const std::optional<int> status = parse_status(values[0]);
  // `return URL` is a temporary redirection.
  constexpr int kFound = 302;
  location.return_status = status.value_or(kFound);
  if (!status) location.return_text = values[0];
  if (status && values.size() > 1) location.return_text = values[1];
}

// Whether the directive has as many values as it wants.
bool set_value(std::string_view name, const std::vector<std::string>& values,
               NginxLocation& location) {
  const bool is_one = values.size() == 1;
  if (name == "root" && is_one) {
    location.root = nginx_absolute(values[0]);
  } else if (name == "alias" && is_one) {
    location.alias = nginx_absolute(values[0]);
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

// What is wrong with the values that a directive has set.
Done find_value_problem(const NginxDirective& directive, const NginxLocation& location,
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
  for (const std::string& value : directive.arguments()) {
    std::string problem = nginx_variable_problem(value, place);
    if (!problem.empty()) return Problem{std::move(problem)};
  }
  return {};
}

// `error_page CODE… [=[CODE]] TARGET`
Done add_error_page(const NginxDirective& directive, const std::vector<std::string>& values,
                    NginxLocation& location, std::string_view file) {
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
      return Problem{fmt::format("value \"{}\" must be between 300 and 599 in {}", status, place)};
    }
  }
  std::string problem = nginx_variable_problem(page.target, place);
  if (!problem.empty()) return Problem{std::move(problem)};
  location.error_pages.push_back(std::move(page));
  return {};
}

Done read_proxy_pass(const NginxDirective& directive, NginxLocation& location,
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

}  // namespace

std::string nginx_absolute(std::string_view path) {
  return path.starts_with('/') ? std::string{path} : std::string{kFolder} + std::string{path};
}

// A directive that is not simulated is refused as nginx refuses one whose module it was built
// without.
std::expected<void, std::string> read_nginx_location_part(const NginxDirective& directive,
                                                          NginxLocation& location,
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
  const std::vector<std::string> values = directive.arguments();
  if (name == "error_page" && values.size() >= 2) {
    return add_error_page(directive, values, location, file);
  }
  if (set_value(name, values, location)) return find_value_problem(directive, location, file);
  if (name == "listen" || name == "location" || name == "server_name" || name == "include" ||
      name == "proxy_pass") {
    const bool is_misplaced = !values.empty() && name != "include";
    if (is_misplaced || (name == "include" && values.size() == 1)) {
      return Problem{
          fmt::format("\"{}\" directive is not allowed here in {}:{}", name, file, directive.line)};
    }
  }
  return Problem{fmt::format("invalid number of arguments in \"{}\" directive in {}:{}", name, file,
                             directive.line)};
}

std::expected<NginxLocation, std::string> read_nginx_location(const NginxDirective& directive,
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
    auto done = passes ? read_proxy_pass(each, location, file)
                       : read_nginx_location_part(each, location, file);
    if (!done) return Problem{std::move(done.error())};
  }
  return location;
}

}  // namespace rockpool::node
