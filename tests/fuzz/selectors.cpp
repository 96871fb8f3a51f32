// SPDX-License-Identifier: Apache-2.0
#include "core/api/field_selector.h"
#include "core/api/selector.h"
#include "core/doc/value.h"
#include "tests/fuzz/targets.h"

namespace rockpool::fuzz {

std::string check_label_selector(std::string_view bytes) {
  const auto selector = api::LabelSelector::parse(bytes);
  if (!selector) return selector.error().message.empty() ? "an error without words" : "";
  const std::string written = selector->to_string();
  const auto again = api::LabelSelector::parse(written);
  if (!again) return "cannot be read again: " + again.error().message;
  if (again->to_string() != written) return "is written differently the second time";
  for (const doc::Value& labels : {doc::Value{}, doc::Value::map({{"app", "web"}}),
                                   doc::Value::map({{"n", "5"}, {"a", ""}})}) {
    if (again->matches(labels) != selector->matches(labels))
      return "selects others when read again";
  }
  return "";
}

std::string check_field_selector(std::string_view bytes) {
  const api::Resource& pods = *api::find_resource("", "v1", "pods");
  const auto selector = api::FieldSelector::parse(pods, bytes);
  if (!selector) return selector.error().message.empty() ? "an error without words" : "";
  const auto again = api::FieldSelector::parse(pods, selector->to_string());
  if (!again) return "cannot be read again: " + again.error().message;
  if (again->requirements() != selector->requirements())
    return "asks for other things when read again";
  return "";
}

}  // namespace rockpool::fuzz
