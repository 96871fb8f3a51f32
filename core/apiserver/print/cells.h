// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/doc/value.h"
#include "core/sim/time.h"

// Cells that several printers share.
namespace rockpool::apiserver {

inline constexpr std::string_view kNone = "<none>";
inline constexpr std::string_view kUnset = "<unset>";

/// How long ago that was (`5m`), or `<unknown>` if the value is no time.
std::string age_since(const doc::Value& time, sim::Time now);
/// The age of an object by its creationTimestamp.
std::string age_of(const doc::Value& object, sim::Time now);
/// The text, or `<none>` if there is none.
std::string_view or_none(std::string_view text);
/// The texts of an array, joined by commas.
std::string join_texts(const doc::Value& texts);
/// `True` or `False`, or `<unset>` if the flag is absent.
std::string_view flag_text(const doc::Value& flag);
/// The addresses or names of a status' `loadBalancer.ingress`, each once, cut to fit a column.
std::string load_balancer_text(const doc::Value& ingress);
/// Labels as `a=1,b=2`, or `<none>` (labels.FormatLabels).
std::string labels_text(const doc::Value& labels);
/// The names and the images of a Pod spec's containers, each joined by commas.
std::string container_names(const doc::Value& pod_spec);
std::string container_images(const doc::Value& pod_spec);
/// At most three of a list, ` + N more...` after them, and `if_empty` for none.
class ShortList {
 public:
  /// Adds an item at the end.
  void add(std::string_view text);
  /// `a,b,c + 2 more...`
  std::string to_string(std::string_view if_empty) const;

 private:
  static constexpr int kShown = 3;
  std::string text_;
  int count_ = 0;
};

}  // namespace rockpool::apiserver
