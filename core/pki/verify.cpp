// SPDX-License-Identifier: Apache-2.0
#include "core/pki/verify.h"

#include <algorithm>

#include "core/doc/ascii.h"

namespace rockpool::pki {
namespace {

TimeProblem time_problem(const Certificate& certificate, sim::Time now) {
  if (now < certificate.not_before) return TimeProblem::not_yet_valid;
  return now > certificate.not_after ? TimeProblem::expired : TimeProblem::none;
}

// Whether `issuer` can have issued `issued`, as far as both say.
bool may_have_issued(const Certificate& issuer, const Certificate& issued) {
  if (issuer.subject.encoded != issued.issuer.encoded) return false;
  if (!issued.authority_key_id.empty() && !issuer.subject_key_id.empty() &&
      issued.authority_key_id != issuer.subject_key_id) {
    return false;
  }
  // What names itself as its issuer was signed with its own key.
  return !issued.is_self_issued() || issuer.public_key == issued.public_key;
}

const Certificate* find_issuer(std::span<const Certificate> among, const Certificate& issued) {
  const Certificate* found = nullptr;
  for (const Certificate& each : among) {
    if (!may_have_issued(each, issued)) continue;
    if (each.is_authority) return &each;
    if (found == nullptr) found = &each;
  }
  return found;
}

bool contains(std::span<const Certificate> among, const Certificate& wanted) {
  return std::ranges::any_of(among,
                             [&](const Certificate& each) { return each.is_same_as(wanted); });
}

// Follows the issuers until one is trusted; notes the time problem of each on the way.
ChainProblem follow(std::span<const Certificate> chain, std::span<const Certificate> roots,
                    sim::Time now, TimeProblem& time) {
  const Certificate* current = &chain.front();
  for (std::size_t length = 0; length < kMaxChainLength; ++length) {
    if (time == TimeProblem::none) time = time_problem(*current, now);
    if (contains(roots, *current)) return ChainProblem::none;
    if (const Certificate* const root = find_issuer(roots, *current)) {
      if (time == TimeProblem::none) time = time_problem(*root, now);
      return root->is_authority ? ChainProblem::none : ChainProblem::not_an_authority;
    }
    if (current->is_self_issued()) {
      return length == 0 ? ChainProblem::self_signed : ChainProblem::self_signed_in_chain;
    }
    current = find_issuer(chain.subspan(1), *current);
    if (current == nullptr) return ChainProblem::unknown_issuer;
    if (!current->is_authority) return ChainProblem::not_an_authority;
  }
  return ChainProblem::unknown_issuer;
}

}  // namespace

bool name_matches(std::string_view pattern, std::string_view host) {
  if (pattern.ends_with('.')) pattern.remove_suffix(1);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return false;
  if (!pattern.starts_with("*.")) return doc::equal_ignoring_case(pattern, host);
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  // A star stands for one label, and not for all names below a top-level domain.
  const std::string_view rest = pattern.substr(1);
  return rest.find('.', 1) != std::string_view::npos &&
         doc::equal_ignoring_case(rest, host.substr(dot));
}

bool covers(const Certificate& certificate, const PeerName& peer) {
  if (!peer.address.empty()) {
    return std::ranges::find(certificate.ip_addresses, peer.address) !=
           certificate.ip_addresses.end();
  }
  return std::ranges::any_of(certificate.dns_names, [&](const std::string& name) {
    return name_matches(name, peer.text);
  });
}

Findings examine(std::span<const Certificate> chain, std::span<const Certificate> roots,
                 const PeerName& peer, sim::Time now) {
  Findings findings;
  if (chain.empty()) {
    findings.chain = ChainProblem::unknown_issuer;
    return findings;
  }
  findings.chain = follow(chain, roots, now, findings.time);
  const Certificate& own = chain.front();
  if (own.has_alternative_names) {
    findings.wrong_name = !covers(own, peer);
  } else {
    const std::string_view common = own.subject.common_name();
    findings.only_common_name =
        peer.address.empty() ? name_matches(common, peer.text) : common == peer.text;
    findings.wrong_name = !findings.only_common_name;
  }
  return findings;
}

}  // namespace rockpool::pki
