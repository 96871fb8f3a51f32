// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/band_bitmap.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace rockpool::apiserver {
namespace {

constexpr std::int64_t kWordBits = 64;

std::size_t word_of(std::int64_t number) {
  return static_cast<std::size_t>(number / kWordBits);
}
std::uint64_t bit_of(std::int64_t number) {
  return std::uint64_t{1} << (number % kWordBits);
}

}  // namespace

BandBitmap::BandBitmap(std::int64_t size, std::int64_t static_band, sim::Random random)
    : size_{size},
      static_band_{static_band},
      free_{size},
      random_{random},
      words_(word_of(size + kWordBits - 1)) {
  assert(0 <= static_band && static_band <= size);
}

bool BandBitmap::is_taken(std::int64_t number) const {
  assert(0 <= number && number < size_);
  return (words_[word_of(number)] & bit_of(number)) != 0;
}

std::vector<std::int64_t> BandBitmap::taken() const {
  std::vector<std::int64_t> numbers;
  for (std::size_t index = 0; index < words_.size(); ++index) {
    for (std::uint64_t rest = words_[index]; rest != 0; rest &= rest - 1) {
      numbers.push_back(static_cast<std::int64_t>(index) * kWordBits + std::countr_zero(rest));
    }
  }
  return numbers;
}

bool BandBitmap::take(std::int64_t number) {
  if (is_taken(number)) return false;
  words_[word_of(number)] |= bit_of(number);
  --free_;
  return true;
}

void BandBitmap::release(std::int64_t number) {
  if (!is_taken(number)) return;
  words_[word_of(number)] &= ~bit_of(number);
  ++free_;
}

void BandBitmap::clear() {
  std::ranges::fill(words_, 0);
  free_ = size_;
}

std::optional<std::int64_t> BandBitmap::take_any() {
  if (const auto number = take_from(static_band_, size_)) return number;
  return take_from(0, static_band_);
}

std::optional<std::int64_t> BandBitmap::take_from(std::int64_t first, std::int64_t last) {
  if (first == last || free_ == 0) return std::nullopt;
  const auto span = static_cast<std::uint64_t>(last - first);
  const std::int64_t start = first + static_cast<std::int64_t>(random_.below(span));
  std::optional<std::int64_t> found = find_free(start, last);
  if (!found) found = find_free(first, start);
  if (found) take(*found);
  return found;
}

// The first free number in [first, last).
std::optional<std::int64_t> BandBitmap::find_free(std::int64_t first, std::int64_t last) const {
  for (std::int64_t number = first; number < last;) {
    const std::uint64_t free = ~words_[word_of(number)] >> (number % kWordBits);
    if (free != 0) {
      const std::int64_t found = number + std::countr_zero(free);
      if (found < last) return found;
      return std::nullopt;
    }
    number += kWordBits - number % kWordBits;
  }
  return std::nullopt;
}

}  // namespace rockpool::apiserver
