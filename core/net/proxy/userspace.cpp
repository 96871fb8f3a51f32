// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/userspace.h"

#include <utility>

namespace rockpool::net::proxy {

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
