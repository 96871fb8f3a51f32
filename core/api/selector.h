// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::api {

struct Resource;

/// A label selector ready for matching (apimachinery pkg/labels). Cheap to move, copied deeply.
class LabelSelector {
 public:
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

/// A field selector: `metadata.name=web,status.phase!=Running`.
class FieldSelector {
 public:
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

  bool matches(const doc::Value& object) const;
  bool is_everything() const { return requirements_.empty(); }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  /// If this demands that a field have one exact value, that value; lets callers use an index.
  const std::string* required_value(std::string_view field) const;
  std::string to_string() const;

 private:
  std::vector<Requirement> requirements_;
};

/// The fields by which a resource's objects can be selected.
std::vector<std::string_view> selectable_fields(const Resource& resource);
/// The value of a selectable field of an object (`spec.nodeName`); empty if it has none.
std::string field_value(const doc::Value& object, std::string_view field);

/// True if the node meets one of a NodeSelector's terms. Null or no terms match nothing; an empty
/// term matches nothing (component-helpers nodeaffinity).
bool node_selector_matches(const doc::Value& node_selector, const doc::Value& node);
/// True if the node meets one NodeSelectorTerm.
bool node_selector_term_matches(const doc::Value& term, const doc::Value& node);
/// True if the node meets the Pod's `nodeSelector` and its required node affinity
/// (nodeaffinity.GetRequiredNodeAffinity).
bool required_node_affinity_matches(const doc::Value& pod_spec, const doc::Value& node);
/// The sum of the weights of the preferred node affinity terms that the node meets.
std::int64_t preferred_node_affinity_weight(const doc::Value& pod_spec, const doc::Value& node);

/// True if a toleration covers a taint (Toleration.ToleratesTaint).
bool tolerates(const doc::Value& toleration, const doc::Value& taint);
/// True if one of the tolerations (an array or null) covers the taint.
bool tolerations_tolerate(const doc::Value& tolerations, const doc::Value& taint);
/// The first of the taints (an array or null) with one of the effects that no toleration covers,
/// or null.
const doc::Value& find_untolerated_taint(const doc::Value& taints, const doc::Value& tolerations,
                                         std::initializer_list<std::string_view> effects);

}  // namespace rockpool::api
