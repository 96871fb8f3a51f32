// SPDX-License-Identifier: Apache-2.0
#include "core/net/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rockpool::net {

std::string_view direction_name(Direction direction) {
  return direction == Direction::ingress ? "ingress" : "egress";
}

std::string PolicyDenial::to_string() const {
  return fmt::format("{} of {} is not allowed by {}", direction_name(direction), pod,
                     fmt::join(policies, ", "));
}

}  // namespace rockpool::net
