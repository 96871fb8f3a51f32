// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Lets objects share what they have in common with others written lately. Components make every
/// object anew, so Pods that start in the same second each bring their own copy of the same
/// conditions, and the Events about one Pod as many references to it; in a large cluster that is a
/// good part of all memory.
///
/// What is shared is equal to what was there, so nobody can tell the difference.
class RecentParts {
 public:
  RecentParts() : parts_(kParts) {}

  /// Puts parts seen lately in place of equal ones in an object about to be stored: what Events
  /// tell of, and the conditions and states in Pods' statuses, as far as they have changed since
  /// `before`, which is null for a new object. Invalidates references into these.
  void share(api::ResourceId resource, doc::Value& object, const doc::Value& before);

 private:
  // Enough that what a large cluster writes within a second finds its like.
  static constexpr std::size_t kParts = 4096;

  void share_event(doc::Value& event);
  void share_status(doc::Value& status);
  void share_member(doc::Value& object, doc::KnownKeyIndex key);
  const doc::Value& find_like(const doc::Value& part);

  // Each in the place that its hash gives it; a later one takes the place of an earlier.
  std::vector<doc::Value> parts_;
};

}  // namespace rockpool::apiserver
