// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/cluster/cluster_options.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::cluster {

/// How many inputs a history holds before it refuses more. Each costs about as much as its text.
inline constexpr std::size_t kMaxInputs = 1'000'000;

/// Something that was done to a cluster from outside, and when. Everything due at that moment had
/// happened before it.
struct Input {
  sim::Time moment;
  /// One member that says what it was: `apply` (a text), `request`, `session`, `fetch`,
  /// `lookup`, `fault`.
  doc::Value what;
};

/// Where a cluster came from: its options and all inputs. As the core is deterministic, that is all
/// that it takes to come back to any moment.
struct History {
  ClusterOptions options;
  std::vector<Input> inputs;

  /// As JSON, with the moment to come back to, the digest that the cluster had at it, and a
  /// checksum of it all.
  std::string to_json(sim::Time now, std::uint64_t digest) const;
};

/// A history that was read back.
struct Replay {
  History history;
  sim::Time now;
  std::uint64_t digest = 0;
};

/// Reads what `History::to_json` writes. Errors: BadRequest that says where the text is damaged, or
/// that it is.
api::Result<Replay> parse_history(std::string_view text);

}  // namespace rockpool::cluster
