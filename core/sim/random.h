// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rockpool::sim {

/// A seeded source of random numbers (xoshiro256**), the same on every platform. Every component
/// takes a stream of its own by name, so what one draws never shifts what another sees.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// A stream that depends on this one's seed and the name alone, not on how much was drawn here.
  Random stream(std::string_view name) const;

  /// 64 random bits.
  std::uint64_t next();
  /// Uniform in [0, bound); 0 if bound is 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1).
  double unit();
  /// `length` characters of the alphabet that Kubernetes gives generated names
  /// (apimachinery pkg/util/rand: bcdfghjklmnpqrstvwxz2456789).
  std::string suffix(std::size_t length = 5);
  /// A random UUID (version 4) in its usual text form.
  std::string uuid();

 private:
  std::uint64_t seed_;
  std::uint64_t state_[4];
};

}  // namespace rockpool::sim
