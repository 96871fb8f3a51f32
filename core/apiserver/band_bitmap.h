// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/sim/random.h"

namespace rockpool::apiserver {

/// A set of numbers 0 … size-1 that are taken or free. The first `static_band` of them are left for
/// those who ask for one by number: the others are given out first, beginning at a random place.
/// Models upstream's AllocationBitmap with its randomScanStrategyWithOffset.
class BandBitmap {
 public:
  BandBitmap(std::int64_t size, std::int64_t static_band, sim::Random random);

  std::int64_t size() const { return size_; }
  std::int64_t static_band() const { return static_band_; }
  std::int64_t free_count() const { return free_; }
  /// Requires a number below `size`.
  bool is_taken(std::int64_t number) const;
  /// The numbers that are taken, in order.
  std::vector<std::int64_t> taken() const;
  /// Takes that number; false if it was taken. Requires a number below `size`.
  bool take(std::int64_t number);
  /// Takes a free number; nothing if there is none.
  std::optional<std::int64_t> take_any();
  /// Gives a number back; does nothing if it is free. Requires a number below `size`.
  void release(std::int64_t number);
  /// Gives all back.
  void clear();

 private:
  std::optional<std::int64_t> find_free(std::int64_t first, std::int64_t last) const;
  std::optional<std::int64_t> take_from(std::int64_t first, std::int64_t last);

  std::int64_t size_;
  std::int64_t static_band_;
  std::int64_t free_;
  sim::Random random_;
  std::vector<std::uint64_t> words_;
};

}  // namespace rockpool::apiserver
