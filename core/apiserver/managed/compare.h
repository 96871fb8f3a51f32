// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/managed/field_set.h"
#include "core/apiserver/managed/shape.h"
#include "core/doc/value.h"

namespace rockpool::apiserver::managed {

/// The fields that an applied configuration sets (typed.ToFieldSet).
FieldSet fields_of(const Shape& shape, const doc::Value& value);

/// What became of an object's fields.
struct Comparison {
  FieldSet added;
  FieldSet removed;
  FieldSet modified;

  bool is_same() const { return added.empty() && removed.empty() && modified.empty(); }
};

/// What differs between two states of an object. Costs as much as what changed: parts that both
/// share are not looked at.
Comparison compare(const Shape& shape, const doc::Value& before, const doc::Value& after);

}  // namespace rockpool::apiserver::managed
