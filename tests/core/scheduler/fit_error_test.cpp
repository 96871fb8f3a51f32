// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/fit_error.h"

#include <doctest/doctest.h>

namespace rockpool::scheduler {
namespace {

TEST_CASE("reasons are sorted as texts with their counts") {
  const FitError error{.node_count = 12,
                       .beforehand = {},
                       .reasons = {{"Insufficient cpu", 2}, {"Too many pods", 10}},
                       .afterwards = "preemption: none."};
  CHECK(error.message() ==
        "0/12 nodes are available: 10 Too many pods, 2 Insufficient cpu. preemption: none.");
}

TEST_CASE("without nodes there is nothing to count") {
  CHECK(FitError{}.message() == "no nodes available to schedule pods");
}

}  // namespace
}  // namespace rockpool::scheduler
