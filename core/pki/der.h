// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// ASN.1 in its distinguished encoding (ITU-T X.690), as far as certificates and keys need it.
namespace rockpool::pki {

/// Tags that occur in certificates and keys; `context` ones are added to a number.
enum DerTag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kObjectIdentifier = 0x06,
  kUtf8String = 0x0c,
  kPrintableString = 0x13,
  kTeletexString = 0x14,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kBmpString = 0x1e,
  kSequence = 0x30,
  kSet = 0x31,
  kContextPrimitive = 0x80,
  kContextConstructed = 0xa0,
};

/// One element of an encoding; the views point into the bytes that were read.
struct DerElement {
  std::uint8_t tag = 0;
  std::string_view content;
  /// With its tag and length.
  std::string_view whole;
};

/// Reads the elements of an encoding one after the other. It goes no deeper by itself, so hostile
/// nesting costs nothing, and it never reads beyond its bytes.
class DerReader {
 public:
  explicit DerReader(std::string_view bytes) : rest_{bytes} {}

  bool is_at_end() const { return rest_.empty(); }
  /// The next element; empty if the bytes are broken or there is none. Long tags and indefinite
  /// lengths are broken: certificates have none.
  std::optional<DerElement> next();
  /// The same, if it has that tag; otherwise nothing is consumed.
  std::optional<DerElement> next(std::uint8_t tag);

 private:
  std::string_view rest_;
};

/// The bytes of a bit string that is made of whole bytes; empty if it is none.
std::optional<std::string_view> whole_bytes(const DerElement& bit_string);

/// An integer's bytes without leading zeros.
std::string_view magnitude(std::string_view integer);

/// `2.5.4.3`; empty if the content is broken.
std::string object_identifier_text(std::string_view content);

}  // namespace rockpool::pki
