// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_getent.h"

#include <expected>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace rockpool::node {

using Code = sim::Task<std::int32_t>;

Code run_getent(ProcessContext& context) {
  constexpr std::int32_t kNotFound = 2;
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() < 2) {
    context.print_error("getent: wrong number of arguments\n");
    co_return 1;
  }
  if (arguments[1] != "hosts" && arguments[1] != "ahosts" && arguments[1] != "ahostsv4") {
    context.print_error(fmt::format("Unknown database: {}\n", arguments[1]));
    co_return 1;
  }
  std::int32_t status = 0;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
        context.resolve(arguments[i]);
    const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
    if (!addresses) status = kNotFound;
    if (!addresses) continue;
    for (const net::IpAddress& address : *addresses) {
      context.print(fmt::format("{:<15} {}\n", address.to_string(), arguments[i]));
    }
  }
  co_return status;
}

}  // namespace rockpool::node
