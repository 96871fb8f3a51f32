// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/managed/field_set.h"
#include "core/apiserver/managed/shape.h"
#include "core/doc/value.h"

namespace rockpool::apiserver::managed {

/// The object with all that the configuration sets. Lists whose items have identities merge item by
/// item: those of the configuration in its order, the others where they were among them.
doc::Value merge(const Shape& shape, const doc::Value& live, const doc::Value& configuration);

/// Removes what a manager applied before (`before`) and nobody owns any more (`owned`): fields, and
/// items of lists with all that is in them.
void prune(const Shape& shape, doc::Value& object, const FieldSet& before, const FieldSet& owned);

}  // namespace rockpool::apiserver::managed
