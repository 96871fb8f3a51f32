// SPDX-License-Identifier: Apache-2.0
#include "core/pki/pem.h"
#include "core/pki/private_key.h"
#include "core/pki/verify.h"
#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {
namespace {

std::string check_one(const pki::Certificate& certificate, std::size_t longest) {
  if (certificate.encoded.size() > longest) return "is longer than the text";
  if (certificate.dns_names.size() > pki::kMaxNames) return "has too many names";
  for (const std::string& address : certificate.ip_addresses) {
    if (address.size() != 4 && address.size() != 16) return "has a broken address";
  }
  const auto again = pki::Certificate::read(certificate.encoded);
  if (!again) return "cannot be read again: " + again.error();
  if (again->subject.to_string() != certificate.subject.to_string()) return "is another one";
  return "";
}

}  // namespace

std::string check_certificate(std::string_view bytes) {
  if (const auto read = pki::Certificate::read(bytes)) {
    if (std::string wrong = check_one(*read, bytes.size()); !wrong.empty()) return wrong;
  } else if (read.error().empty()) {
    return "an error without words";
  }
  if (pki::read_pem(bytes).size() > pki::kMaxPemBlocks) return "has too many blocks";
  const pki::Chain chain = pki::read_certificates(bytes);
  for (const pki::Certificate& each : chain) {
    if (std::string wrong = check_one(each, bytes.size()); !wrong.empty()) return wrong;
  }
  // Whoever is in the text vouches for whoever comes first in it.
  if (!chain.empty()) {
    const auto findings = pki::examine(chain, chain, {"a.example", {}}, sim::kEpoch);
    if (findings.chain != pki::ChainProblem::none) return "is not among its own roots";
  }
  static_cast<void>(pki::read_key_pair(bytes, bytes));
  return "";
}

}  // namespace rockpool::fuzz
