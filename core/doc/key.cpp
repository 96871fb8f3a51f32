// SPDX-License-Identifier: Apache-2.0
#include "core/doc/key.h"

#include <algorithm>
#include <array>

#include "core/doc/text_hash.h"

namespace rockpool::doc {
namespace {

constexpr std::size_t kTableSize = 8192;
static_assert(kKnownKeys.size() * 2 < kTableSize, "keep the table at most half full");

constexpr std::uint32_t text_hash(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

// Open addressing over the known names: each slot holds an index + 1, or 0.
constexpr auto make_table() {
  std::array<std::uint16_t, kTableSize> table{};
  for (std::size_t index = 0; index < kKnownKeys.size(); ++index) {
    std::size_t slot = text_hash(kKnownKeys[index]) % kTableSize;
    while (table[slot] != 0) slot = (slot + 1) % kTableSize;
    table[slot] = static_cast<std::uint16_t>(index + 1);
  }
  return table;
}

constexpr auto kTable = make_table();

// Hashing an object needs the hash of each of its names.
constexpr auto make_hashes() {
  std::array<std::uint64_t, kKnownKeys.size()> hashes{};
  std::ranges::transform(kKnownKeys, hashes.begin(), hash_text);
  return hashes;
}

constexpr auto kHashes = make_hashes();

// The index + 1 of a known name, or 0.
std::uint16_t find_known(std::string_view text) {
  std::size_t slot = text_hash(text) % kTableSize;
  while (kTable[slot] != 0) {
    if (kKnownKeys[kTable[slot] - 1u] == text) return kTable[slot];
    slot = (slot + 1) % kTableSize;
  }
  return 0;
}

}  // namespace

Key::Key(std::string_view text) {
  if (const std::uint16_t found = find_known(text); found != 0) {
    bits_ = (std::uintptr_t{found - 1u} << 1) | 1;
  } else {
    bits_ = reinterpret_cast<std::uintptr_t>(StringRep::make(text));
  }
}

std::uint64_t Key::hash() const {
  if (is_known()) return kHashes[bits_ >> 1];
  if (rep()->hash == 0) rep()->hash = hash_text(rep()->text());
  return rep()->hash;
}

}  // namespace rockpool::doc
