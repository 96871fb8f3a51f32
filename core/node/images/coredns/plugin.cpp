// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/coredns/plugin.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rockpool::node::coredns {
namespace {

constexpr Directive kDirectives[] = {
    {"root", set_up_root},
    {"metadata", nullptr},
    {"geoip", nullptr},
    {"cancel", set_up_cancel},
    {"tls", nullptr},
    {"timeouts", set_up_timeouts},
    {"multisocket", set_up_multisocket},
    {"reload", set_up_reload},
    {"nsid", nullptr},
    {"bufsize", set_up_bufsize},
    {"bind", nullptr},
    {"debug", set_up_debug},
    {"trace", nullptr},
    {"ready", set_up_ready},
    {"health", set_up_health},
    {"pprof", nullptr},
    {"prometheus", set_up_prometheus},
    {"errors", set_up_errors},
    {"log", set_up_log},
    {"dnstap", nullptr},
    {"local", nullptr},
    {"dns64", nullptr},
    {"acl", set_up_acl},
    {"any", set_up_any},
    {"chaos", nullptr},
    {"loadbalance", set_up_loadbalance},
    {"tsig", nullptr},
    {"cache", set_up_cache},
    {"rewrite", set_up_rewrite},
    {"header", nullptr},
    {"dnssec", nullptr},
    {"autopath", nullptr},
    {"minimal", set_up_minimal},
    {"template", nullptr},
    {"transfer", nullptr},
    {"hosts", set_up_hosts},
    {"route53", nullptr},
    {"azure", nullptr},
    {"clouddns", nullptr},
    {"k8s_external", nullptr},
    {"kubernetes", set_up_kubernetes},
    {"file", nullptr},
    {"auto", nullptr},
    {"secondary", nullptr},
    {"etcd", nullptr},
    {"loop", set_up_loop},
    {"forward", set_up_forward},
    {"grpc", nullptr},
    {"erratic", nullptr},
    {"whoami", set_up_whoami},
    {"on", nullptr},
    {"sign", nullptr},
    {"view", nullptr},
};

std::string with_final_dot(std::string_view text) {
  std::string name = net::dns::lower_name(text);
  if (!name.ends_with('.')) name += '.';
  return name;
}

// The zones of the addresses of an IPv4 range: one for each value of the label in which it ends.
std::vector<std::string> reverse_zones_v4(const net::Cidr& range) {
  constexpr int kLabelBits = 8;
  const int labels = std::max(1, (range.prefix_length() + kLabelBits - 1) / kLabelBits);
  const int open_bits = labels * kLabelBits - range.prefix_length();
  const std::string bytes = range.base().to_bytes();
  std::vector<std::string> zones;
  for (int value = 0; value < 1 << open_bits; ++value) {
    std::string zone = "in-addr.arpa.";
    for (int label = 0; label < labels; ++label) {
      int number = static_cast<unsigned char>(bytes[static_cast<std::size_t>(label)]);
      if (label == labels - 1) number = (number & ~((1 << open_bits) - 1)) + value;
      zone = fmt::format("{}.{}", number, zone);
    }
    zones.push_back(std::move(zone));
  }
  return zones;
}

// The same for IPv6, where a label is half a byte.
std::vector<std::string> reverse_zones_v6(const net::Cidr& range) {
  constexpr int kLabelBits = 4;
  const int labels = std::max(1, (range.prefix_length() + kLabelBits - 1) / kLabelBits);
  const int open_bits = labels * kLabelBits - range.prefix_length();
  const std::string bytes = range.base().to_bytes();
  std::vector<std::string> zones;
  for (int value = 0; value < 1 << open_bits; ++value) {
    std::string zone = "ip6.arpa.";
    for (int label = 0; label < labels; ++label) {
      const int byte = static_cast<unsigned char>(bytes[static_cast<std::size_t>(label / 2)]);
      int digit = label % 2 == 0 ? byte >> kLabelBits : byte & 15;
      if (label == labels - 1) digit = (digit & ~((1 << open_bits) - 1)) + value;
      zone = fmt::format("{:x}.{}", digit, zone);
    }
    zones.push_back(std::move(zone));
  }
  return zones;
}

}  // namespace

std::span<const Directive> all_directives() {
  return kDirectives;
}

std::vector<std::string> Site::origins() const {
  std::vector<std::string> names;
  for (const auto& [zone, port] : zones) names.push_back(zone);
  return names;
}

std::expected<bool, std::string> Setup::next_once() {
  if (!words.next()) return false;
  if (++count_ > 1) {
    // plugin.ErrOnce
    return std::unexpected{"this plugin can only be used once per Server Block"};
  }
  return true;
}

std::string Setup::path_of(const std::string& path) const {
  const std::string folder = site.root.empty() ? context.working_folder() : site.root;
  return FileSystem::normalise(path, folder);
}

std::vector<std::string> normalize_zones(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    if (const auto range = net::Cidr::parse(text)) {
      return range->base().is_v4() ? reverse_zones_v4(*range) : reverse_zones_v6(*range);
    }
  }
  return {with_final_dot(text)};
}

std::vector<std::string> zones_or(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& fallback) {
  if (arguments.empty()) return fallback;
  std::vector<std::string> zones;
  for (const std::string& argument : arguments) {
    std::vector<std::string> some = normalize_zones(argument);
    zones.insert(zones.end(), some.begin(), some.end());
  }
  return zones;
}

std::string_view match_zone(const std::vector<std::string>& zones, std::string_view name) {
  std::string_view longest;
  for (const std::string& zone : zones) {
    if (zone.size() > longest.size() && net::dns::is_within(name, zone)) longest = zone;
  }
  return longest;
}

std::vector<std::string_view> split_words(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find_first_of(kSpace, start), text.size());
    words.push_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
}

std::expected<std::int64_t, std::string> go_number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc{} && end == digits.data() + digits.size() && !digits.empty() &&
      !(text.starts_with('+') && digits.starts_with('-'))) {
    return number;
  }
  return std::unexpected{fmt::format(
      "strconv.Atoi: parsing \"{}\": {}", text,
      error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax")};
}

std::expected<sim::Duration, std::string> go_duration(std::string_view text) {
  if (const auto duration = sim::parse_duration(text)) return *duration;
  const bool is_number = !text.empty() &&
                         text.find_first_not_of("+-.0123456789") == std::string_view::npos &&
                         text.find_first_of("0123456789") != std::string_view::npos;
  return std::unexpected{is_number ? fmt::format("time: missing unit in duration \"{}\"", text)
                                   : fmt::format("time: invalid duration \"{}\"", text)};
}

std::expected<ListenAddress, std::string> read_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    return std::unexpected{fmt::format("address {}: missing port in address", text)};
  }
  const std::string host = text.substr(0, colon);
  if (host.find(':') != std::string::npos && !(host.starts_with('[') && host.ends_with(']'))) {
    return std::unexpected{fmt::format("address {}: too many colons in address", text)};
  }
  const auto number = go_number(std::string_view{text}.substr(colon + 1));
  if (!number || *number < 0 || *number > 65535) {
    return std::unexpected{
        fmt::format("listen tcp: address {}: invalid port", text.substr(colon + 1))};
  }
  return ListenAddress{text, static_cast<std::uint16_t>(*number),
                       host == "localhost" || host == "127.0.0.1" || host == "[::1]"};
}

void Fallthrough::set(const std::vector<std::string>& arguments) {
  zones_ = zones_or(arguments, {"."});
}

}  // namespace rockpool::node::coredns
