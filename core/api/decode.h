// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/api/type_table.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// What to do about fields that a kind does not have and about fields given twice (the request
/// parameter fieldValidation).
enum class FieldValidation : std::uint8_t {
  /// Drop them silently.
  ignore,
  /// Drop them and warn.
  warn,
  /// Refuse the object.
  strict,
};

/// How strictly to decode.
struct DecodeOptions {
  FieldValidation field_validation = FieldValidation::strict;
  /// Paths of the members that the text gave twice (`spec.replicas`), as the parser saw them.
  std::span<const std::string> duplicate_fields = {};
};

/// An object as the API server holds it.
struct Decoded {
  doc::Value object;
  /// Texts for the Warning headers: `unknown field "spec.foo"`.
  std::vector<std::string> warnings;
};

/// Turns a parsed document into an object of the resource's kind, checking every field against the
/// kind's table.
///
/// - Unknown and repeated fields are treated as the options say.
/// - A value of the wrong type is refused in encoding/json's words: `Deployment in version "v1"
///   cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field
///   DeploymentSpec.spec.replicas of type int32`.
/// - The result is canonical: null and what Go's omitempty leaves out are absent, quantities and
///   times are written in their one canonical form, `apiVersion` and `kind` are set. Times given as
///   null are absent. Equal objects are equal documents.
///
/// If the resource is another version of a stored one (other_versions.h), the object is returned as
/// it is stored.
///
/// The document's own apiVersion and kind must be absent or those of the resource; the caller looks
/// up the resource by them first.
///
/// The error is a BadRequest whose causes name each field at fault by its path
/// (`spec.containers[0].foo`), so that a front end can find its line; upstream sends the message
/// alone.
Result<Decoded> decode(const Resource& resource, const doc::Value& document,
                       const DecodeOptions& options = {});

/// The same for a type that is no resource's (DeleteOptions, Scale, Binding, Eviction): checks the
/// fields against `type`. `kind` is the name for messages.
Result<Decoded> decode_as(const TypeTable& type, std::string_view api_version,
                          std::string_view kind, const doc::Value& document,
                          const DecodeOptions& options = {});

/// Drops what is absent to Go (null, and what omitempty leaves out) and canonicalises quantities
/// and times, without checking anything: for objects that were changed after decoding.
doc::Value canonicalize(const TypeTable& type, const doc::Value& object);

}  // namespace rockpool::api
