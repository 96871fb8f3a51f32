// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/doc/path.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// The way to a field: names are literals or live in the document.
using FieldPath = doc::Path;

/// What is wrong with a field, as upstream's field.ErrorType.
enum class FieldErrorType : std::uint8_t {
  not_found,
  required,
  duplicate,
  invalid,
  not_supported,
  forbidden,
  too_long,
  too_many,
  internal,
  type_invalid,
};

/// How a message calls the type: "Invalid value", "Required value".
std::string_view describe(FieldErrorType type);
/// How a Status cause calls it: "FieldValueInvalid", "FieldValueRequired".
std::string_view cause_reason(FieldErrorType type);

/// One finding of validation, as upstream's field.Error.
struct FieldError {
  FieldErrorType type = FieldErrorType::invalid;
  /// `spec.ports[0].port`
  std::string field;
  /// The offending value as the message shows it (see `render_value`); unused by the types that
  /// show none (required, forbidden, too_long, internal, type_invalid).
  std::string value;
  /// The explanation; may be empty.
  std::string detail;

  /// `Invalid value: 0: must be between 1 and 65535, inclusive`
  std::string body() const;
  /// `spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`
  std::string message() const;
};

/// A value as messages show it: strings quoted as Go's %q, numbers and booleans plain, null as
/// "null", anything else as compact JSON (as servers print since 1.34, instead of Go's syntax).
std::string render_value(const doc::Value& value);
/// A string as Go's %q prints it.
std::string quote(std::string_view text);

/// All findings of one validation, in the order in which upstream's validators report them.
class FieldErrors {
 public:
  /// Something that must be there is not.
  void required(const FieldPath& path, std::string_view detail = {}) noexcept;
  void invalid(const FieldPath& path, const doc::Value& value, std::string_view detail) noexcept;
  /// `rendered` is shown as it is.
  void invalid_rendered(const FieldPath& path, std::string rendered,
                        std::string_view detail) noexcept;
  void duplicate(const FieldPath& path, const doc::Value& value) noexcept;
  void duplicate_rendered(const FieldPath& path, std::string rendered,
                          std::string_view detail = {}) noexcept;
  void not_found(const FieldPath& path, const doc::Value& value,
                 std::string_view detail = {}) noexcept;
  /// One invalid() per problem (names.h).
  void invalid_each(const FieldPath& path, const doc::Value& value,
                    const std::vector<std::string>& problems) noexcept;
  void forbidden(const FieldPath& path, std::string_view detail) noexcept;
  /// The value is none of `supported`, which the message lists in the given order.
  void not_supported(const FieldPath& path, const doc::Value& value,
                     std::span<const std::string_view> supported) noexcept;
  void not_supported(const FieldPath& path, const doc::Value& value,
                     std::initializer_list<std::string_view> supported) {
    not_supported(path, value, std::span{supported.begin(), supported.size()});
  }
  /// `may not be more than <max> bytes`
  void too_long(const FieldPath& path, std::int64_t max) noexcept;
  /// `must have at most <max> items`
  void too_many(const FieldPath& path, std::int64_t actual, std::int64_t max) noexcept;
  void internal(const FieldPath& path, std::string_view detail) noexcept;
  void type_invalid(const FieldPath& path, const doc::Value& value,
                    std::string_view detail) noexcept;

  /// Appends a finding.
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  /// Appends another validation's findings.
  void add(FieldErrors other) {
    errors_.insert(errors_.end(), std::make_move_iterator(other.errors_.begin()),
                   std::make_move_iterator(other.errors_.end()));
  }
  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }
  auto begin() const { return errors_.begin(); }
  auto end() const { return errors_.end(); }
  const FieldError& operator[](std::size_t index) const { return errors_[index]; }

  /// The findings as one text: the message itself, or `[a, b]` with repetitions left out
  /// (upstream's ErrorList.ToAggregate().Error()).
  std::string aggregate() const;

 private:
  std::vector<FieldError> errors_;
};

}  // namespace rockpool::api
