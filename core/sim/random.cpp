// SPDX-License-Identifier: Apache-2.0
#include "core/sim/random.h"

#include <bit>

namespace rockpool::sim {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) : seed_{seed} {
  std::uint64_t state = seed;
  for (std::uint64_t& word : state_) word = split_mix(state);
}

Random Random::stream(std::string_view name) const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::uint64_t state = seed_ ^ hash;
  return Random{split_mix(state)};
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound == 0) return 0;
  // Draws below this would make small results likelier, so they are drawn again.
  const std::uint64_t threshold = (0 - bound) % bound;
  std::uint64_t drawn = next();
  while (drawn < threshold) drawn = next();
  return drawn % bound;
}

double Random::unit() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

std::string Random::suffix(std::size_t length) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string result(length, ' ');
  for (char& c : result) c = kAlphabet[below(kAlphabet.size())];
  return result;
}

std::string Random::uuid() {
  const std::uint64_t high = (next() & ~std::uint64_t{0xf000}) | 0x4000u;
  const std::uint64_t low = (next() & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62);
  std::string result(36, '-');
  const auto put = [&result](std::size_t place, std::uint64_t word, int first, int last) {
    for (int nibble = first; nibble < last; ++nibble) {
      result[place++] = "0123456789abcdef"[word >> (60 - 4 * nibble) & 0xf];
    }
  };
  put(0, high, 0, 8);
  put(9, high, 8, 12);
  put(14, high, 12, 16);
  put(19, low, 0, 4);
  put(24, low, 4, 16);
  return result;
}

}  // namespace rockpool::sim
