// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/apiserver/band_bitmap.h"
#include "core/sim/random.h"

namespace rockpool::apiserver {

/// Gives out the node ports of Services (pkg/registry/core/service/portallocator). The first
/// min(max(16, size/32), 128) ports are left for those who ask for one by number, as long as there
/// are others; a range of less than 16 ports is not split (KEP-3668). Errors are upstream's words.
class NodePortAllocator {
 public:
  /// The range includes both ends.
  NodePortAllocator(std::int32_t first, std::int32_t last, sim::Random random);

  /// Takes that port. Errors: not in the range, already allocated.
  std::expected<void, std::string> allocate(std::int64_t port);
  /// Takes any free port. Error: the range is full.
  std::expected<std::int64_t, std::string> allocate_next();
  /// Gives a port back; does nothing for one that is free or not of the range.
  void release(std::int64_t port);
  bool is_allocated(std::int64_t port) const;
  bool is_in_range(std::int64_t port) const { return first_ <= port && port <= last_; }
  /// The ports that are taken, in order.
  std::vector<std::int64_t> allocated() const;
  /// The range as upstream writes it: "30000-32767".
  std::string range_text() const;
  std::int64_t free_count() const { return ports_.free_count(); }
  void clear() { ports_.clear(); }

 private:
  std::int64_t first_;
  std::int64_t last_;
  BandBitmap ports_;
};

}  // namespace rockpool::apiserver
