// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/api/object.h"
#include "core/sim/loop.h"

namespace rockpool::controllers {

/// What a controller has done and its cache has yet to show, so that a cache that lags never makes
/// it create or delete too much. Models client-go's UIDTrackingControllerExpectations.
class Expectations {
 public:
  /// After so long a controller acts again even if something it waits for never came.
  static constexpr sim::Duration kTimeout = std::chrono::minutes{5};

  explicit Expectations(const sim::Loop& loop) : loop_{loop} {}

  /// The owner has asked for so many creations.
  void expect_creations(const api::ObjectKey& owner, std::int64_t count);
  /// The owner has asked for the deletion of the objects with these uids.
  void expect_deletions(const api::ObjectKey& owner, std::set<std::string, std::less<>> uids);
  /// One creation has shown, or failed.
  void creation_observed(const api::ObjectKey& owner);
  /// The deletion of that object has shown, or failed.
  void deletion_observed(const api::ObjectKey& owner, std::string_view uid);
  /// True if the cache shows all that was asked for, or if that has taken too long.
  bool satisfied(const api::ObjectKey& owner) const;
  /// Forgets about an owner that is gone.
  void forget(const api::ObjectKey& owner) { pending_.erase(owner); }
  void clear() { pending_.clear(); }

 private:
  struct Pending {
    std::int64_t creations = 0;
    std::set<std::string, std::less<>> deletions;
    sim::Time since;
  };

  const sim::Loop& loop_;
  std::map<api::ObjectKey, Pending> pending_;
};

}  // namespace rockpool::controllers
