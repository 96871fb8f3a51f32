// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Gives the object that value for a member; null takes the member away. An object that has it
/// already keeps its identity.
inline void set_or_erase(doc::Value& object, doc::KnownKeyIndex key, const doc::Value& value) {
  if (object[key].identical(value)) return;
  if (value.is_null()) {
    object.erase(key);
  } else {
    object.set(key, value);
  }
}

}  // namespace rockpool::apiserver
