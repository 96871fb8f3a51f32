// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// A field selector: `metadata.name=web,status.phase!=Running`.
class FieldSelector {
 public:
  /// One condition: a field has, or has not, this value.
  struct Requirement {
    std::string field;
    bool negated = false;
    std::string value;

    bool operator==(const Requirement&) const = default;
  };

  FieldSelector() = default;
  /// Reads the text and checks that the resource knows the fields. The errors are BadRequests with
  /// upstream's words: `invalid selector: ...`, `field label not supported: x`.
  static Result<FieldSelector> parse(const Resource& resource, std::string_view text);
  /// One condition `field=value`.
  static FieldSelector equals(std::string_view field, std::string_view value);

  /// True if the object meets all conditions.
  bool matches(const doc::Value& object) const;
  bool is_everything() const { return requirements_.empty(); }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  /// If this demands that a field have one exact value, that value; lets callers use an index.
  const std::string* required_value(std::string_view field) const;
  std::string to_string() const;

 private:
  std::vector<Requirement> requirements_;
};

/// The value of a selectable field of an object (`spec.nodeName`); empty if it has none.
std::string field_value(const doc::Value& object, std::string_view field);

}  // namespace rockpool::api
