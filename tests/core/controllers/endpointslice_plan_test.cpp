// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice_plan.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rockpool::controllers {
namespace {

constexpr std::size_t kMax = 10;

SliceDraft slice(std::string name, std::size_t size, bool changed) {
  return {.name = std::move(name),
          .endpoints = doc::Value::array(std::vector<doc::Value>(size, doc::Value{"old"})),
          .changed = changed};
}

std::vector<std::size_t> sizes_after(std::vector<SliceDraft> slices, std::size_t additions) {
  pack_endpoints(slices, std::vector<doc::Value>(additions, doc::Value{"new"}), kMax);
  std::vector<std::size_t> sizes;
  for (const SliceDraft& draft : slices) sizes.push_back(draft.endpoints.size());
  return sizes;
}

using Sizes = std::vector<std::size_t>;

TEST_CASE("slices that must be written anyway are filled first, fullest first") {
  CHECK(sizes_after({slice("a", 5, true), slice("b", 8, true), slice("c", 1, false)}, 4) ==
        Sizes{7, 10, 1});
}

TEST_CASE("what is left goes into the unchanged slice that it fills best") {
  CHECK(sizes_after({slice("a", 2, false), slice("b", 6, false), slice("c", 8, false)}, 3) ==
        Sizes{2, 9, 8});
}

TEST_CASE("if it fits into no single unchanged slice, new ones are made") {
  CHECK(sizes_after({slice("a", 8, false), slice("b", 9, false)}, 3) == Sizes{8, 9, 3});
  // A whole new slice's worth does not disturb the others; the rest may.
  CHECK(sizes_after({slice("a", 8, false)}, 12) == Sizes{10, 10});
}

TEST_CASE("a slice that has run empty is not filled") {
  CHECK(sizes_after({slice("a", 0, true)}, 2) == Sizes{0, 2});
}

TEST_CASE("half-full slices are left as they are") {
  CHECK(sizes_after({slice("a", 5, true), slice("b", 5, false)}, 0) == Sizes{5, 5});
}

}  // namespace
}  // namespace rockpool::controllers
