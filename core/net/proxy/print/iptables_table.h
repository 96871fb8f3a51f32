// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/address.h"

namespace rockpool::net::proxy {

/// One rule of iptables in the parts that `iptables-save` puts in order. Empty parts are left out.
struct IptablesRule {
  /// `10.244.0.0/16`, or `! 10.244.0.0/16` for all others.
  std::string source = {};
  std::string destination = {};
  /// "tcp".
  std::string_view protocol = {};
  /// What is matched before the comment.
  std::string_view state = {};
  std::string comment = {};
  /// What is matched between the comment and the destination's port.
  std::string matches = {};
  /// 0: any.
  int destination_port = 0;
  /// What is matched after it.
  std::string last_matches = {};
  /// The chain or target, with its options.
  std::string jump = {};
  /// A protocol's match is named (`-m tcp`), though there may be nothing that it matches.
  bool names_protocol = true;
};

/// A table of iptables as it is built up, and its text as `iptables-save` (legacy) writes it: the
/// kernel's own chains first, then the others in order of their names, with their rules in the
/// order in which they were added.
class IptablesTable {
 public:
  IptablesTable(std::string_view name, std::vector<std::string_view> own_chains)
      : name_{name}, own_chains_{std::move(own_chains)} {}

  /// Makes a chain if there is none of that name.
  void add_chain(const std::string& name) { chains_[name]; }
  /// Adds a rule at the end of a chain, which is made if need be.
  void add(const std::string& chain, const IptablesRule& rule);
  std::string to_string() const;

 private:
  std::string_view name_;
  std::vector<std::string_view> own_chains_;
  std::map<std::string, std::vector<std::string>> chains_;
};

}  // namespace rockpool::net::proxy
