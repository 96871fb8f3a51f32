// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// How documents hash their text. For value.cpp and key.cpp only.
namespace rockpool::doc {

/// Spreads the bits of a hash.
constexpr std::uint64_t mix(std::uint64_t hash) {
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

/// Hashes a text word by word: first `add` for each eight bytes, then `finish` with the up to seven
/// that are left, zeros behind them. A word's first byte is its lowest.
class TextHasher {
 public:
  constexpr explicit TextHasher(std::size_t size) : hash_{0xcbf29ce484222325u ^ size} {}
  /// Takes in the next eight bytes.
  constexpr void add(std::uint64_t word) {
    hash_ = (hash_ ^ word) * kMultiplier;
    hash_ ^= hash_ >> 32;
  }
  /// Never 0, which stands for a hash not computed yet.
  constexpr std::uint64_t finish(std::uint64_t rest) const {
    const std::uint64_t hash = mix((hash_ ^ rest) * kMultiplier);
    return hash == 0 ? 1 : hash;
  }

 private:
  static constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25u;
  std::uint64_t hash_;
};

/// Up to eight bytes as a word.
constexpr std::uint64_t read_word(const char* bytes, std::size_t count = sizeof(std::uint64_t)) {
  if consteval {
    std::uint64_t word = 0;
    for (std::size_t index = 0; index < count; ++index) {
      word |= std::uint64_t{static_cast<unsigned char>(bytes[index])} << (8 * index);
    }
    return word;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return std::endian::native == std::endian::big ? std::byteswap(word) : word;
}

/// The hash of a text.
constexpr std::uint64_t hash_text(std::string_view text) {
  TextHasher hasher{text.size()};
  for (; text.size() >= sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
    hasher.add(read_word(text.data()));
  }
  return hasher.finish(text.empty() ? 0 : read_word(text.data(), text.size()));
}

}  // namespace rockpool::doc
