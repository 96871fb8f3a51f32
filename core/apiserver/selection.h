// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/field_selector.h"
#include "core/api/resource.h"
#include "core/api/selector.h"
#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Which objects of a resource a list or watch is about.
struct Selection {
  api::LabelSelector labels;
  api::FieldSelector fields;

  /// Reads both selectors. Errors are BadRequests in upstream's words.
  static api::Result<Selection> parse(const api::Resource& resource, std::string_view labels,
                                      std::string_view fields);

  /// Nothing at all is asked for.
  bool is_everything() const { return labels.is_everything() && fields.is_everything(); }
  /// The object is among those selected.
  bool matches(const doc::Value& object) const;
};

}  // namespace rockpool::apiserver
