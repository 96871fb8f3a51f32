// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/net/proxy/print/packet.h"

namespace rockpool::net::testing {

/// Reads what `nft list ruleset` printed and follows packets through it, knowing nothing of
/// Services: only sets, maps and the statements that stand in the chains.
class NftablesReader {
 public:
  explicit NftablesReader(const std::string& text) {
    std::istringstream lines{text};
    std::string kind;
    std::string name;
    bool is_in_elements = false;
    for (std::string line; std::getline(lines, line);) {
      line.erase(0, line.find_first_not_of("\t "));
      std::istringstream words{line};
      if (line.starts_with("set ") || line.starts_with("map ") || line.starts_with("chain ")) {
        words >> kind >> name;
      } else if (line == "}") {
        is_in_elements = false;
      } else if (kind == "chain") {
        chains_[name].push_back(line);
      } else if (line.starts_with("elements = {") || is_in_elements) {
        is_in_elements = !line.ends_with("}");
        add_elements(name, line);
      }
    }
  }

  Fate follow(const Packet& packet) const {
    Fate fate;
    run("firewall-check", packet, fate);
    if (!fate.refusal.empty()) return fate;
    run("services", packet, fate);
    if (!fate.endpoints.empty()) return fate;
    if (packet.is_to_here) run("nodeport-endpoints-check", packet, fate);
    if (fate.refusal.empty()) run("service-endpoints-check", packet, fate);
    return fate;
  }

 private:
  void add_elements(const std::string& name, std::string line) {
    if (line.starts_with("elements = { ")) line.erase(0, 13);
    std::size_t at = 0;
    while (at < line.size()) {
      std::size_t end = line.find(", ", at);
      if (end == std::string::npos) end = line.size();
      std::string element = line.substr(at, end - at);
      while (element.ends_with(",") || element.ends_with("}") || element.ends_with(" ")) {
        element.pop_back();
      }
      const std::size_t colon = element.find(" : ");
      std::string key = element.substr(0, colon);
      key = key.substr(0, key.find(" comment "));
      sets_[name][key] = colon == std::string::npos ? "" : element.substr(colon + 3);
      at = end + 2;
    }
  }

  std::string look_up(const std::string& set, const std::string& key) const {
    const auto found = sets_.find(set);
    if (found == sets_.end()) return {};
    const auto element = found->second.find(key);
    return element == found->second.end() ? std::string{} : element->second;
  }

  // Does what a chain says; true if that was the end of the way.
  bool run(const std::string& chain, const Packet& packet, Fate& fate) const {
    for (const std::string& line : chains_.at(chain)) {
      if (obey(line, packet, fate, chain)) return true;
    }
    return false;
  }

  bool verdict(const std::string& text, const Packet& packet, Fate& fate,
               const std::string& chain) const {
    std::istringstream words{text};
    std::string verb;
    std::string target;
    words >> verb >> target;
    if (verb == "drop") fate.refusal = "DROP";
    if (verb == "reject") fate.refusal = "REJECT";
    if (verb == "jump" && target == "mark-for-masquerade") {
      fate.is_masqueraded = fate.is_masqueraded || !chain.starts_with("endpoint-");
    } else if (verb == "jump") {
      return run(target, packet, fate);
    }
    if (verb == "goto") run(target, packet, fate);
    return verb == "drop" || verb == "reject" || verb == "goto";
  }

  bool obey(std::string line, const Packet& packet, Fate& fate, const std::string& chain) const {
    const std::string path = packet.protocol + " . " + std::to_string(packet.destination.port);
    const auto take = [&](std::string_view prefix) {
      if (!line.starts_with(prefix)) return false;
      line.erase(0, prefix.size());
      return true;
    };
    const auto take_word = [&] {
      const std::string word = line.substr(0, line.find(' '));
      line.erase(0, word.size() + 1);
      return word;
    };
    if (take("comment ")) return false;
    if (take("ip daddr . meta l4proto . th dport vmap @")) {
      return verdict(look_up(line, packet.destination.ip.to_string() + " . " + path), packet, fate,
                     chain);
    }
    if (take("ip daddr @nodeport-ips meta l4proto . th dport vmap @")) {
      return packet.is_to_here && verdict(look_up(line, path), packet, fate, chain);
    }
    if (take("ip daddr ")) {
      if (take_word() != packet.destination.ip.to_string()) return false;
      if (!take(packet.protocol + " dport ")) return false;
      if (take_word() != std::to_string(packet.destination.port)) return false;
    }
    if (take("ip saddr @")) return false;
    if (take("ip saddr != { ")) {
      bool is_admitted = false;
      for (std::string range = take_word(); range != "}"; range = take_word()) {
        if (range.ends_with(",")) range.pop_back();
        if (range.find('/') == std::string::npos) range += "/32";
        is_admitted = is_admitted || Cidr::parse(range)->contains(packet.source);
      }
      if (is_admitted) return false;
    } else if (take("ip saddr != ")) {
      if (Cidr::parse(take_word())->contains(packet.source)) return false;
    } else if (take("ip saddr ")) {
      std::string range = take_word();
      if (range.find('/') == std::string::npos) range += "/32";
      if (!Cidr::parse(range)->contains(packet.source)) return false;
    }
    if (take("fib saddr type local ") && !packet.is_from_here) return false;
    if (take("numgen random mod ")) {
      for (std::size_t at = line.find("goto "); at != std::string::npos;
           at = line.find("goto ", at + 1)) {
        const std::size_t end = line.find_first_of(", ", at + 5);
        run(line.substr(at + 5, end - at - 5), packet, fate);
      }
      return true;
    }
    if (take("meta l4proto " + packet.protocol + " dnat to ")) {
      fate.endpoints.insert(line);
      return true;
    }
    return verdict(line, packet, fate, chain);
  }

  std::map<std::string, std::map<std::string, std::string>> sets_;
  std::map<std::string, std::vector<std::string>> chains_;
};

}  // namespace rockpool::net::testing
