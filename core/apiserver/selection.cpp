// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/selection.h"

#include "core/api/object.h"

namespace rockpool::apiserver {

api::Result<Selection> Selection::parse(const api::Resource& resource, std::string_view labels,
                                        std::string_view fields) {
  Selection selection;
  if (!labels.empty()) {
    auto parsed = api::LabelSelector::parse(labels);
    if (!parsed) return std::unexpected{std::move(parsed.error())};
    selection.labels = std::move(*parsed);
  }
  if (!fields.empty()) {
    auto parsed = api::FieldSelector::parse(resource, fields);
    if (!parsed) return std::unexpected{std::move(parsed.error())};
    selection.fields = std::move(*parsed);
  }
  return selection;
}

bool Selection::matches(const doc::Value& object) const {
  if (!labels.is_everything() && !labels.matches(api::labels(object))) return false;
  return fields.is_everything() || fields.matches(object);
}

}  // namespace rockpool::apiserver
