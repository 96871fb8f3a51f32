// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rockpool::fuzz {

/// Something that reads texts of strangers, and what must hold whatever they hold.
struct Target {
  /// The name of its folder in tests/fuzz/corpus.
  std::string_view name;
  /// Reads the bytes; returns what does not hold, or nothing.
  std::string (*run)(std::string_view bytes);
};

/// All of them.
std::span<const Target> targets();

// The targets, each with the form of its input.

/// A JSON text.
std::string check_json(std::string_view bytes);
/// A stream of YAML documents.
std::string check_yaml(std::string_view bytes);
/// `[DOCUMENT, PATCH]` in JSON, for each of the patches.
std::string check_json_patch(std::string_view bytes);
std::string check_merge_patch(std::string_view bytes);
/// The documents are Deployments, so that lists merge by key and `$patch` means something.
std::string check_strategic_merge_patch(std::string_view bytes);
/// The text of a label selector, or of a field selector.
std::string check_label_selector(std::string_view bytes);
std::string check_field_selector(std::string_view bytes);
/// A DNS message as it comes over the wire.
std::string check_dns_message(std::string_view bytes);
/// A URL, or what follows the method in a request's first line.
std::string check_url(std::string_view bytes);

/// A PEM text or the DER of a certificate.
std::string check_certificate(std::string_view bytes);

}  // namespace rockpool::fuzz
