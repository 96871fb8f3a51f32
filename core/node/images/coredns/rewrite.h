// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/apiserver/custom/pattern.h"
#include "core/net/dns/message.h"
#include "core/node/images/coredns/plugin.h"

// plugin/rewrite: the rules. rewrite.cpp reads them and applies them.
namespace rockpool::node::coredns {

/// How a name is compared with what a rule says, and what it becomes.
class NameMatch {
 public:
  /// What of the name is compared.
  enum class Kind : std::uint8_t { exact, prefix, suffix, substring, regex };

  NameMatch() = default;
  NameMatch(Kind kind, std::string from, std::string to)
      : kind_{kind}, from_{std::move(from)}, to_{std::move(to)} {}

  /// Reads `exact` and so on, in any case.
  static std::optional<Kind> parse_kind(std::string_view text);
  /// Reads the pattern of a regular expression; the error is CoreDNS's.
  Done compile();

  /// What `name` becomes; empty if it does not match.
  std::optional<std::string> apply(const std::string& name) const;
  Kind kind() const { return kind_; }
  const std::string& from() const { return from_; }
  const std::string& to() const { return to_; }

 private:
  Kind kind_ = Kind::exact;
  std::string from_;
  std::string to_;
  std::optional<apiserver::custom::Pattern> pattern_;
};

/// What is done to the records of the answer to a query that a rule applied to.
struct ResponseRule {
  /// What is changed.
  enum class Kind : std::uint8_t {
    /// The names of records, or what they point to.
    name,
    value,
    /// Names and values back to the name that was asked for, wherever the new name stands.
    revert,
    /// TTLs into a range, outcomes from one code to another.
    ttl,
    code,
  };
  Kind kind = Kind::name;
  NameMatch match = {};
  std::uint32_t least_ttl = 0;
  std::uint32_t most_ttl = 0;
  std::optional<net::dns::ResponseCode> old_code = {};
  net::dns::ResponseCode new_code = net::dns::ResponseCode::no_error;
};

/// One rule of the Corefile.
struct RewriteRule {
  /// What it looks at; TTLs and outcomes change only the answer.
  enum class Kind : std::uint8_t { name, type, class_, ttl, code };
  Kind kind = Kind::name;
  bool goes_on = false;
  NameMatch match = {};
  // For types and classes.
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  std::vector<std::unique_ptr<ResponseRule>> response_rules = {};
};

/// Reads one rule from its words. The error is CoreDNS's.
std::expected<RewriteRule, std::string> read_rewrite_rule(std::vector<std::string> words);

}  // namespace rockpool::node::coredns
