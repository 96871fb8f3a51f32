// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace rockpool::doc {

/// FNV-1a in 32 bits (Go's fnv.New32a), which Kubernetes uses for the hashes in names.
constexpr std::uint32_t fnv32a(std::string_view bytes, std::uint32_t hash = 2166136261u) {
  for (char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619u;
  return hash;
}

/// FNV-1a in 64 bits (Go's fnv.New64a). The second argument continues an earlier hash.
constexpr std::uint64_t fnv64a(std::string_view bytes, std::uint64_t hash = 14695981039346656037u) {
  for (char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

}  // namespace rockpool::doc
