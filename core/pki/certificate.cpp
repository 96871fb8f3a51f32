// SPDX-License-Identifier: Apache-2.0
#include "core/pki/certificate.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "core/pki/der.h"
#include "core/pki/pem.h"
#include "core/pki/private_key.h"

namespace rockpool::pki {
namespace {

using std::string_view;
using Problem = std::unexpected<std::string>;

constexpr std::pair<string_view, string_view> kAttributeNames[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.5", "serialNumber"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"0.9.2342.19200300.100.1.25", "DC"},
};
constexpr string_view kSubjectKeyIdentifier = "2.5.29.14";
constexpr string_view kAlternativeNames = "2.5.29.17";
constexpr string_view kBasicConstraints = "2.5.29.19";
constexpr string_view kAuthorityKeyIdentifier = "2.5.29.35";
// The kinds of alternative names that are read.
constexpr std::uint8_t kDnsName = kContextPrimitive + 2;
constexpr std::uint8_t kIpAddress = kContextPrimitive + 7;

std::string attribute_name(const std::string& number) {
  for (const auto& [known, name] : kAttributeNames) {
    if (number == known) return std::string{name};
  }
  return number;
}

std::expected<DistinguishedName, std::string> read_name(DerReader& reader, string_view what) {
  const auto whole = reader.next(kSequence);
  if (!whole) return Problem{fmt::format("the {} is broken", what)};
  DistinguishedName name;
  name.encoded = whole->whole;
  DerReader sets{whole->content};
  while (!sets.is_at_end() && name.attributes.size() < kMaxNames) {
    const auto set = sets.next(kSet);
    DerReader pairs{set ? set->content : string_view{}};
    const auto pair = pairs.next(kSequence);
    DerReader parts{pair ? pair->content : string_view{}};
    const auto type = parts.next(kObjectIdentifier);
    const auto value = parts.next();
    if (!type || !value) return Problem{fmt::format("the {} is broken", what)};
    name.attributes.emplace_back(attribute_name(object_identifier_text(type->content)),
                                 std::string{value->content});
  }
  return name;
}

std::optional<int> digits(string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return {};
  int number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return {};
    number = number * 10 + (c - '0');
  }
  return number;
}

// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; moments beyond what virtual time can hold are its ends.
std::optional<sim::Time> read_time(const DerElement& element) {
  const bool is_long = element.tag == kGeneralizedTime;
  if (!is_long && element.tag != kUtcTime) return {};
  const string_view text = element.content;
  const std::size_t start = is_long ? 4 : 2;
  auto year = digits(text, 0, start);
  if (!year || text.size() != start + 11 || text.back() != 'Z') return {};
  if (!is_long) *year += *year < 50 ? 2000 : 1900;
  int parts[5] = {};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto part = digits(text, start + 2 * i, 2);
    if (!part) return {};
    parts[i] = *part;
  }
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(parts[0])},
                                         std::chrono::day{static_cast<unsigned>(parts[1])}};
  if (!date.ok() || parts[2] > 23 || parts[3] > 59 || parts[4] > 59) return {};
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + parts[2]) * 60 + parts[3]) * 60 + parts[4];
  constexpr std::int64_t kLast = sim::Duration::max().count() / 1'000'000'000;
  if (seconds >= kLast) return sim::Time::max();
  if (seconds <= -kLast) return sim::Time::min();
  return sim::Time{std::chrono::seconds{seconds}};
}

void read_alternative_names(string_view value, Certificate& certificate) {
  certificate.has_alternative_names = true;
  DerReader outer{value};
  const auto names = outer.next(kSequence);
  DerReader reader{names ? names->content : string_view{}};
  for (std::size_t i = 0; i < kMaxNames; ++i) {
    const auto name = reader.next();
    if (!name) return;
    if (name->tag == kDnsName) certificate.dns_names.emplace_back(name->content);
    const bool is_address = name->content.size() == 4 || name->content.size() == 16;
    if (name->tag == kIpAddress && is_address) {
      certificate.ip_addresses.emplace_back(name->content);
    }
  }
}

void read_extension(string_view number, string_view value, Certificate& certificate) {
  DerReader reader{value};
  if (number == kAlternativeNames) {
    read_alternative_names(value, certificate);
  } else if (number == kSubjectKeyIdentifier) {
    if (const auto id = reader.next(kOctetString)) certificate.subject_key_id = id->content;
  } else if (number == kAuthorityKeyIdentifier) {
    const auto outer = reader.next(kSequence);
    DerReader inner{outer ? outer->content : string_view{}};
    if (const auto id = inner.next(kContextPrimitive)) certificate.authority_key_id = id->content;
  } else if (number == kBasicConstraints) {
    const auto outer = reader.next(kSequence);
    DerReader inner{outer ? outer->content : string_view{}};
    const auto flag = inner.next(kBoolean);
    certificate.is_authority = flag && !flag->content.empty() && flag->content.front() != '\0';
  }
}

void read_extensions(string_view content, Certificate& certificate) {
  DerReader outer{content};
  const auto list = outer.next(kSequence);
  DerReader reader{list ? list->content : string_view{}};
  while (const auto extension = reader.next(kSequence)) {
    DerReader parts{extension->content};
    const auto number = parts.next(kObjectIdentifier);
    parts.next(kBoolean);
    const auto value = parts.next(kOctetString);
    if (number && value) {
      read_extension(object_identifier_text(number->content), value->content, certificate);
    }
  }
}

}  // namespace

string_view DistinguishedName::common_name() const {
  for (auto attribute = attributes.rbegin(); attribute != attributes.rend(); ++attribute) {
    if (attribute->first == "CN") return attribute->second;
  }
  return {};
}

std::string DistinguishedName::to_string() const {
  std::string text;
  for (const auto& [name, value] : attributes) {
    if (!text.empty()) text += "; ";
    text += name + "=" + value;
  }
  return text;
}

std::expected<Certificate, std::string> Certificate::read(string_view der) {
  if (der.size() > kMaxEncoded) return Problem{"it is too long"};
  DerReader outer{der};
  const auto whole = outer.next(kSequence);
  DerReader signed_parts{whole ? whole->content : string_view{}};
  const auto body = signed_parts.next(kSequence);
  if (!body) return Problem{"it is no certificate"};
  Certificate certificate;
  certificate.encoded = whole->whole;
  DerReader reader{body->content};
  const bool has_version = reader.next(kContextConstructed).has_value();
  if (!reader.next(kInteger)) return Problem{"the serial number is broken"};
  if (!reader.next(kSequence)) return Problem{"the algorithm is broken"};
  auto issuer = read_name(reader, "issuer");
  if (!issuer) return Problem{issuer.error()};
  certificate.issuer = std::move(*issuer);
  const auto validity = reader.next(kSequence);
  DerReader times{validity ? validity->content : string_view{}};
  const auto first = times.next();
  const auto last = times.next();
  const auto not_before = first ? read_time(*first) : std::nullopt;
  const auto not_after = last ? read_time(*last) : std::nullopt;
  if (!not_before || !not_after) return Problem{"the validity is broken"};
  certificate.not_before = *not_before;
  certificate.not_after = *not_after;
  auto subject = read_name(reader, "subject");
  if (!subject) return Problem{subject.error()};
  certificate.subject = std::move(*subject);
  const auto key = reader.next(kSequence);
  const auto public_key = key ? read_public_key(key->content) : std::nullopt;
  if (!public_key) return Problem{"the public key is broken"};
  certificate.public_key = *public_key;
  // The first version knew no extensions, and anybody was an authority.
  certificate.is_authority = !has_version;
  while (const auto element = reader.next()) {
    if (element->tag == kContextConstructed + 3) read_extensions(element->content, certificate);
  }
  return certificate;
}

Chain read_certificates(string_view pem) {
  Chain chain;
  for (const PemBlock& block : read_pem(pem)) {
    if (block.label != "CERTIFICATE" && block.label != "TRUSTED CERTIFICATE") continue;
    if (auto certificate = Certificate::read(block.bytes)) chain.push_back(std::move(*certificate));
  }
  return chain;
}

SharedChain make_self_signed(string_view maker, DistinguishedName subject,
                             std::vector<std::string> dns_names,
                             std::vector<std::string> ip_addresses) {
  Certificate certificate;
  certificate.encoded = fmt::format("made by {}", maker);
  certificate.issuer = subject;
  certificate.subject = std::move(subject);
  certificate.not_before = sim::kEpoch - std::chrono::days{365};
  certificate.not_after = certificate.not_before + std::chrono::days{36500};
  certificate.has_alternative_names = !dns_names.empty() || !ip_addresses.empty();
  certificate.dns_names = std::move(dns_names);
  certificate.ip_addresses = std::move(ip_addresses);
  certificate.public_key = {PublicKey::Kind::other, certificate.encoded};
  return std::make_shared<const Chain>(Chain{std::move(certificate)});
}

DistinguishedName make_name(std::vector<std::pair<std::string, std::string>> attributes) {
  DistinguishedName name;
  name.attributes = std::move(attributes);
  name.encoded = name.to_string();
  return name;
}

}  // namespace rockpool::pki
