// SPDX-License-Identifier: Apache-2.0
#include "core/node/prober.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

TEST_CASE("a verdict needs enough equal results in a row") {
  ProbeVerdict verdict{2, 3};
  CHECK_FALSE(verdict.add(true));
  CHECK(verdict.add(true) == true);
  CHECK(verdict.add(true) == true);
  CHECK_FALSE(verdict.add(false));
  CHECK_FALSE(verdict.add(false));
  CHECK_FALSE(verdict.add(true));
  CHECK_FALSE(verdict.add(false));
  CHECK_FALSE(verdict.add(false));
  CHECK(verdict.add(false) == false);
  verdict.reset();
  CHECK_FALSE(verdict.add(false));
}

}  // namespace
}  // namespace rockpool::node
