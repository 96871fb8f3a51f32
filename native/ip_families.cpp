// SPDX-License-Identifier: Apache-2.0
#include "native/ip_families.h"

#include <string>

namespace rockpool::native {

void add_ip_family_options(CLI::App& command, std::vector<net::Family>& families) {
  const auto set = [&families](const std::string& text) { families = net::parse_families(text); };
  const auto is_readable = [](const std::string& text) {
    return net::parse_families(text).empty()
               ? std::string{"expected IPv4, IPv6, or both with a comma between them"}
               : std::string{};
  };
  CLI::Option* const list =
      command
          .add_option_function<std::string>(
              "--ip-families", set,
              "The IP families of Pods, Services and nodes, the primary one first (IPv4)")
          ->check(CLI::Validator{is_readable, ""})
          ->type_name("FAMILIES");
  command
      .add_flag_callback(
          "--dual-stack", [&families] { families = {net::Family::ipv4, net::Family::ipv6}; },
          "The same as --ip-families IPv4,IPv6")
      ->excludes(list);
}

void add_network_options(CLI::App& command, std::string& service_cidr, std::string& pod_cidr) {
  command
      .add_option("--service-cidr", service_cidr,
                  "Where Services get their addresses from, a network of each IP family\n"
                  "(10.96.0.0/12; in IPv6 fd00:10:96::/112)")
      ->type_name("CIDRS");
  command
      .add_option("--pod-cidr", pod_cidr,
                  "Where Pods get their addresses from, likewise\n"
                  "(10.244.0.0/16; in IPv6 fd00:10:244::/56)")
      ->type_name("CIDRS");
}

}  // namespace rockpool::native
