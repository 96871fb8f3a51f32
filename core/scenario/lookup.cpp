// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace rockpool::scenario {
namespace {

using namespace doc::literals;

// How an answer, wanted or found, is compared and shown: addresses in order, or a reason.
using Answer = std::vector<std::string>;

Answer wanted_answer(World& world, const NameLookup& lookup) {
  if (!lookup.failure.empty()) return {lookup.failure};
  Answer addresses = lookup.addresses;
  if (!lookup.pods.empty()) {
    const Target pods{
        .api_version = "v1", .kind = "Pod", .namespace_ = {}, .name = {}, .selector = {}};
    for (const doc::Value& pod : world.find(world.place_of(pods), lookup.pods)) {
      addresses.push_back(pod["status"_key]["podIP"_key].to_string());
    }
  }
  std::ranges::sort(addresses);
  return addresses;
}

Answer found_answer(const LookupResult& result) {
  if (!result) return {std::string{net::failure_kind_name(result.error().kind)}};
  Answer addresses;
  for (const net::IpAddress& address : *result) addresses.push_back(address.to_string());
  std::ranges::sort(addresses);
  return addresses;
}

// One look-up from beginning to end; the error says that there is no such client, or that no answer
// came.
std::expected<Answer, std::string> ask(World& world, const NameLookup& lookup) {
  const auto client = world.find_client(lookup.from);
  if (!client) return std::unexpected{client.error()};
  // Shared with the answer, which may come after we have gone.
  const auto answer = std::make_shared<std::optional<Answer>>();
  const auto started = world.cluster().start_lookup(
      *client, lookup.name,
      [answer](const LookupResult& result) { *answer = found_answer(result); });
  if (!started) return std::unexpected{started.error().message};
  // A resolver gives up by itself before that.
  constexpr sim::Duration kLongest = std::chrono::minutes{2};
  if (!world.wait_until(kLongest, [&] { return answer->has_value(); })) {
    return std::unexpected{std::string{"no answer"}};
  }
  return **answer;
}

}  // namespace

void look_up(World& world, const Operation& operation, const Timeouts& timeouts,
             OperationResult& result) {
  const NameLookup& lookup = operation.lookup;
  const sim::Duration timeout = operation.timeout.value_or(timeouts.assertion);
  std::string problem;
  Answer wanted;
  Answer found;
  const bool matched = world.wait_until(timeout, [&] {
    auto answer = ask(world, lookup);
    problem = answer ? "" : answer.error();
    if (!answer) return false;
    found = std::move(*answer);
    wanted = wanted_answer(world, lookup);
    return found == wanted;
  });
  if (matched) return;
  result.problem = problem.empty() ? fmt::format("another answer than expected for {}",
                                                 sim::format_duration(timeout))
                                   : problem;
  if (!problem.empty()) return;
  result.closest = lookup.name;
  const auto list = [](const Answer& answer) {
    std::vector<doc::Value> items(answer.begin(), answer.end());
    return doc::Value::array(std::move(items));
  };
  result.mismatches = {
      {lookup.failure.empty() ? "addresses" : "failure", list(wanted), list(found), {}}};
}

}  // namespace rockpool::scenario
