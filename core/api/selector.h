// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// A label selector ready for matching (apimachinery pkg/labels). Cheap to move, copied deeply.
class LabelSelector {
 public:
  /// How a label is compared with the values.
  enum class Operator : std::uint8_t {
    in,
    not_in,
    equals,
    double_equals,
    not_equals,
    exists,
    does_not_exist,
    greater_than,
    less_than,
  };

  /// One condition on one label.
  struct Requirement {
    doc::Key key;
    Operator op;
    /// Sorted, without repetitions.
    std::vector<std::string> values;

    /// `labels` is an object of strings or null.
    bool matches(const doc::Value& labels) const;
    bool operator==(const Requirement&) const = default;
  };

  /// Selects everything.
  LabelSelector() = default;
  static LabelSelector everything() { return {}; }
  static LabelSelector nothing();
  /// Selects what has all the labels of an object of strings (`spec.selector` of a Service). Null
  /// or {} selects everything, as labels.SelectorFromSet does.
  static LabelSelector from_labels(const doc::Value& labels);
  /// A metav1.LabelSelector. Null selects nothing, {} everything (LabelSelectorAsSelector). The
  /// error is a BadRequest with upstream's words.
  static Result<LabelSelector> from_value(const doc::Value& selector);
  /// The text form `a=b,c in (d,e),!f`. The error is a BadRequest with upstream's words.
  static Result<LabelSelector> parse(std::string_view text);

  /// `labels` is an object of strings or null.
  bool matches(const doc::Value& labels) const;
  /// True if nothing at all is asked for.
  bool is_everything() const { return !nothing_ && requirements_.empty(); }
  bool is_nothing() const { return nothing_; }
  /// The text form, in canonical order.
  std::string to_string() const;
  const std::vector<Requirement>& requirements() const { return requirements_; }
  /// If this demands that one label have one exact value, that value; lets callers use an index.
  const std::string* required_value(std::string_view key) const;

  bool operator==(const LabelSelector&) const = default;

 private:
  std::vector<Requirement> requirements_;
  bool nothing_ = false;
};

/// A metav1.LabelSelector for people: `a=b,c in (d,e),!f`; `<none>` if it is empty or null,
/// `<error>` if it cannot be read (metav1.FormatLabelSelector).
std::string format_label_selector(const doc::Value& selector);

}  // namespace rockpool::api
