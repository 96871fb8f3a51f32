// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "core/sim/time.h"

namespace rockpool::sim {

/// About how much was added during the last `kSpan`, from two numbers: the sum of the present span
/// and that of the one before, of which as much counts as still lies within reach, as if it had
/// been spread evenly.
class RecentSum {
 public:
  static constexpr Duration kSpan = std::chrono::seconds{15};

  /// Adds at the present; time never goes back.
  void add(Time now, std::int64_t amount) {
    const std::int64_t span = now.time_since_epoch() / kSpan;
    if (span != span_) {
      previous_ = span == span_ + 1 ? current_ : 0;
      current_ = 0;
      span_ = span;
    }
    current_ += amount;
  }

  /// The sum as of now.
  std::int64_t at(Time now) const {
    const std::int64_t span = now.time_since_epoch() / kSpan;
    // In milliseconds, so that the product has room.
    const std::int64_t whole = kSpan / std::chrono::milliseconds{1};
    const std::int64_t rest = whole - now.time_since_epoch() % kSpan / std::chrono::milliseconds{1};
    if (span == span_) return current_ + share(previous_, rest, whole);
    return span == span_ + 1 ? share(current_, rest, whole) : 0;
  }

 private:
  static std::int64_t share(std::int64_t sum, std::int64_t part, std::int64_t whole) {
    return sum / whole * part + sum % whole * part / whole;
  }

  std::int64_t span_ = 0;
  std::int64_t current_ = 0;
  std::int64_t previous_ = 0;
};

}  // namespace rockpool::sim
