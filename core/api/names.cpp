// SPDX-License-Identifier: Apache-2.0
#include "core/api/names.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>

#include "core/doc/hash.h"

namespace rockpool::api {

namespace {

// What SimpleNameGenerator leaves of a base before its random characters.
constexpr std::size_t kMaxNameLength = 63;
constexpr std::size_t kRandomLength = 5;
constexpr std::string_view kSafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}
constexpr bool is_lower_alphanumeric(char c) {
  return is_digit(c) || is_lower(c);
}

std::string max_length_error(std::size_t length) {
  return fmt::format("must be no more than {} characters", length);
}

constexpr std::string_view kEmptyError = "must be non-empty";

// Upstream's RegexError, two spaces before "or" and all.
std::string regex_error(std::string_view message, std::string_view regex,
                        std::initializer_list<std::string_view> examples) {
  std::string text = fmt::format("{} (e.g. ", message);
  bool first = true;
  for (const std::string_view example : examples) {
    if (!first) text += " or ";
    first = false;
    text += fmt::format("'{}', ", example);
  }
  return text + fmt::format("regex used for validation is '{}')", regex);
}

// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool matches_dns1123_label(std::string_view text) noexcept {
  if (text.empty() || !is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back())) {
    return false;
  }
  for (const char c : text) {
    if (!is_lower_alphanumeric(c) && c != '-') return false;
  }
  return true;
}

// _?[a-z0-9]([-_a-z0-9]*[a-z0-9])?
bool matches_label_with_underscore(std::string_view text) noexcept {
  if (text.starts_with('_')) text.remove_prefix(1);
  if (text.empty() || !is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back())) {
    return false;
  }
  for (const char c : text) {
    if (!is_lower_alphanumeric(c) && c != '-' && c != '_') return false;
  }
  return true;
}

template <typename Label>
bool all_labels(std::string_view text, Label matches) noexcept {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!matches(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool matches_dns1123_subdomain(std::string_view text) noexcept {
  return all_labels(text, matches_dns1123_label);
}

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool matches_qualified_name(std::string_view text) noexcept {
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

constexpr std::string_view kQualifiedNameRegex = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view kQualifiedNameMessage =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character";
constexpr std::string_view kDns1123LabelRegex = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view kDns1123SubdomainRegex =
    R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)";

std::string qualified_name_error() {
  return regex_error(kQualifiedNameMessage, kQualifiedNameRegex, {"MyName", "my.name", "123-abc"});
}

// Names that would be a directory's, were the key a file's name.
void add_directory_problems(Problems& problems, std::string_view text) noexcept {
  if (text == ".") {
    problems.emplace_back("must not be '.'");
  } else if (text == "..") {
    problems.emplace_back("must not be '..'");
  } else if (text.starts_with("..")) {
    problems.emplace_back("must not start with '..'");
  }
}

Problems check_range(std::int64_t number, std::int64_t low, std::int64_t high) noexcept {
  if (number >= low && number <= high) return {};
  return {fmt::format("must be between {} and {}, inclusive", low, high)};
}

}  // namespace

Problems check_dns1123_label(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kDns1123LabelMaxLength) {
    problems.push_back(max_length_error(kDns1123LabelMaxLength));
  }
  if (matches_dns1123_label(text)) return problems;
  if (matches_dns1123_subdomain(text)) {
    // A valid subdomain that is no label differs only by its dots.
    problems.emplace_back("must not contain dots");
  } else {
    problems.push_back(regex_error(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        "must start and end with an alphanumeric character",
        kDns1123LabelRegex, {"my-name", "123-abc"}));
  }
  return problems;
}

Problems check_dns1123_subdomain(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kDns1123SubdomainMaxLength) {
    problems.push_back(max_length_error(kDns1123SubdomainMaxLength));
  }
  if (!matches_dns1123_subdomain(text)) {
    problems.push_back(regex_error(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        "'.', and must start and end with an alphanumeric character",
        kDns1123SubdomainRegex, {"example.com"}));
  }
  return problems;
}

Problems check_path_segment(std::string_view text) noexcept {
  Problems problems;
  if (text == "." || text == "..") {
    problems.push_back(fmt::format("may not be '{}'", text));
    return problems;
  }
  for (const char c : {'/', '%'}) {
    if (text.find(c) != std::string_view::npos) {
      problems.push_back(fmt::format("may not contain '{}'", c));
    }
  }
  return problems;
}

Problems check_dns1123_subdomain_with_underscore(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kDns1123SubdomainMaxLength) {
    problems.push_back(max_length_error(kDns1123SubdomainMaxLength));
  }
  if (!all_labels(text, matches_label_with_underscore)) {
    problems.push_back(regex_error(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', "
        "'_' or '.', and must start and end with an alphanumeric character",
        R"(_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*)",
        {"example.com"}));
  }
  return problems;
}

Problems check_dns1035_label(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kDns1035LabelMaxLength) {
    problems.push_back(max_length_error(kDns1035LabelMaxLength));
  }
  if (!matches_dns1123_label(text) || !is_lower(text.front())) {
    problems.push_back(regex_error(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character",
        "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
  }
  return problems;
}

Problems check_wildcard_dns1123_subdomain(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kDns1123SubdomainMaxLength) {
    problems.push_back(max_length_error(kDns1123SubdomainMaxLength));
  }
  if (!text.starts_with("*.") || !matches_dns1123_subdomain(text.substr(2))) {
    problems.push_back(regex_error(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character",
        R"(\*\.)" + std::string{kDns1123SubdomainRegex}, {"*.example.com"}));
  }
  return problems;
}

Problems check_qualified_name(std::string_view text) noexcept {
  Problems problems;
  const std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    if (text.find('/', slash + 1) != std::string_view::npos) {
      return {"a valid label key " + qualified_name_error() +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    }
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (prefix.empty()) {
      problems.push_back(fmt::format("prefix part {}", kEmptyError));
    } else {
      for (const std::string& problem : check_dns1123_subdomain(prefix)) {
        problems.push_back("prefix part " + problem);
      }
    }
  }
  if (name.empty()) {
    problems.push_back(fmt::format("name part {}", kEmptyError));
  } else if (name.size() > kQualifiedNameMaxLength) {
    problems.push_back("name part " + max_length_error(kQualifiedNameMaxLength));
  }
  if (!matches_qualified_name(name)) problems.push_back("name part " + qualified_name_error());
  return problems;
}

Problems check_label_value(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kLabelValueMaxLength) {
    problems.push_back(max_length_error(kLabelValueMaxLength));
  }
  if (!text.empty() && !matches_qualified_name(text)) {
    problems.push_back(regex_error(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character",
        fmt::format("({})?", kQualifiedNameRegex), {"MyValue", "my_value", "12345"}));
  }
  return problems;
}

Problems check_fully_qualified_domain_name(std::string_view text) noexcept {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (Problems problems = check_dns1123_subdomain(text); !problems.empty()) return problems;
  if (text.find('.') == std::string_view::npos) {
    return {"should be a domain with at least two segments separated by dots"};
  }
  return {};
}

Problems check_port_name(std::string_view text) noexcept {
  Problems problems;
  bool only_allowed = !text.empty();
  bool any_letter = false;
  for (const char c : text) {
    if (!is_lower_alphanumeric(c) && c != '-') only_allowed = false;
    if (is_lower(c)) any_letter = true;
  }
  if (text.size() > kPortNameMaxLength) problems.push_back(max_length_error(kPortNameMaxLength));
  if (!only_allowed) {
    problems.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!any_letter) problems.emplace_back("must contain at least one letter (a-z)");
  if (text.find("--") != std::string_view::npos) {
    problems.emplace_back("must not contain consecutive hyphens");
  }
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    problems.emplace_back("must not begin or end with a hyphen");
  }
  return problems;
}

Problems check_port_number(std::int64_t port) noexcept {
  return check_range(port, 1, 65535);
}

Problems check_user_id(std::int64_t id) noexcept {
  return check_range(id, 0, 2147483647);
}

Problems check_group_id(std::int64_t id) noexcept {
  return check_range(id, 0, 2147483647);
}

Problems check_config_map_key(std::string_view text) noexcept {
  Problems problems;
  if (text.size() > kConfigMapKeyMaxLength) {
    problems.push_back(max_length_error(kConfigMapKeyMaxLength));
  }
  bool matches = !text.empty();
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '-' && c != '.' && c != '_') matches = false;
  }
  if (!matches) {
    problems.push_back(
        regex_error("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    "[-._a-zA-Z0-9]+", {"key.name", "KEY_NAME", "key-name"}));
  } else {
    add_directory_problems(problems, text);
  }
  return problems;
}

Problems check_relaxed_environment_name(std::string_view text) noexcept {
  Problems problems;
  if (text.empty()) problems.push_back(fmt::format("environment variable name {}", kEmptyError));
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e || c == '=') {
      problems.emplace_back(
          "a valid environment variable name must consist only of printable ASCII characters other "
          "than '='");
      break;
    }
  }
  return problems;
}

Problems check_http_header_name(std::string_view text) noexcept {
  bool matches = !text.empty();
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '-') matches = false;
  }
  if (matches) return {};
  return {regex_error("a valid HTTP header must consist of alphanumeric characters or '-'",
                      "[-A-Za-z0-9]+", {"X-Header-Name"})};
}

Problems check_percent(std::string_view text) noexcept {
  bool matches = text.size() >= 2 && text.back() == '%';
  for (std::size_t i = 0; matches && i + 1 < text.size(); ++i) {
    if (!is_digit(text[i])) matches = false;
  }
  if (matches) return {};
  return {regex_error("a valid percent string must be a numeric string followed by an ending '%'",
                      "[0-9]+%", {"1%", "93%"})};
}

std::string_view mask_trailing_dash(std::string_view name) {
  if (name.size() > 1 && name.ends_with('-')) name.remove_suffix(1);
  return name;
}

std::string generate_name_from(std::string_view base, sim::Random& random) {
  std::string name{base.substr(0, kMaxNameLength - kRandomLength)};
  return name + random.suffix(kRandomLength);
}

std::string safe_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    encoded += kSafeAlphabet[static_cast<unsigned char>(c) % kSafeAlphabet.size()];
  }
  return encoded;
}

std::string pod_template_hash(const doc::Value& pod_template, std::int64_t collision_count) {
  const auto bytes_of = [](std::uint64_t number) {
    std::array<char, 8> bytes{};
    for (char& byte : bytes) {
      byte = static_cast<char>(number & 0xff);
      number >>= 8;
    }
    return bytes;
  };
  const std::array<char, 8> content = bytes_of(pod_template.hash());
  std::uint32_t hash = doc::fnv32a({content.data(), content.size()});
  if (collision_count >= 0) {
    const std::array<char, 8> count = bytes_of(static_cast<std::uint64_t>(collision_count));
    hash = doc::fnv32a({count.data(), count.size()}, hash);
  }
  return safe_encode(std::to_string(hash));
}

}  // namespace rockpool::api
