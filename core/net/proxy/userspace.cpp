// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/userspace.h"

#include <utility>

namespace rockpool::net::proxy {

std::uint16_t relay_port(const PortRules::Id& port) {
  // The number of a Service port goes round a range of prime length in long steps, so that no two
  // meet before there are as many as the range holds.
  constexpr std::uint64_t kFirst = 36'000;
  constexpr std::uint64_t kRange = 24'001;
  constexpr std::uint64_t kStep = 7'919;
  constexpr std::uint64_t kPortsOfService = 8;
  const std::uint64_t number =
      (port.service * kPortsOfService + port.port) * 2 + (port.family == Family::ipv6 ? 1 : 0);
  return static_cast<std::uint16_t>(kFirst + number * kStep % kRange);
}

SocketAddress Userspace::choose(const Ref<const PortRules>& rules, const Choice& choice) {
  const sim::Duration timeout = rules->affinity_timeout();
  if (timeout == sim::Duration{0}) return take_next(rules, choice);
  if (!choice.after_failure) {
    const auto known = affinity_.find(*rules, choice);
    if (known) return *known;
  }
  const SocketAddress chosen = take_next(rules, choice);
  affinity_.set(rules->id(), choice, chosen, timeout);
  return chosen;
}

SocketAddress Userspace::take_next(const Ref<const PortRules>& rules, const Choice& choice) {
  RoundRobin& state = states_[{rules->id(), choice.scope}];
  if (state.eligible != &choice.eligible) refresh(state, rules, choice);
  const SocketAddress chosen = state.order[state.next];
  state.next = (state.next + 1) % state.order.size();
  return chosen;
}

std::vector<Turn> Userspace::turns() const {
  std::vector<Turn> turns;
  for (const auto& [key, state] : states_) {
    turns.push_back({key.first, key.second, state.order, state.next});
  }
  return turns;
}

void Userspace::refresh(RoundRobin& state, const Ref<const PortRules>& rules,
                        const Choice& choice) {
  const bool is_same_set = state.eligible != nullptr && *state.eligible == choice.eligible;
  state.rules = rules;
  state.eligible = &choice.eligible;
  if (is_same_set) return;
  state.order = choice.eligible;
  state.next = 0;
  for (std::size_t left = state.order.size(); left > 1; --left) {
    std::swap(state.order[left - 1], state.order[static_cast<std::size_t>(random_.below(left))]);
  }
}

}  // namespace rockpool::net::proxy
