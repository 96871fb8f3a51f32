// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/userspace.h"

#include <utility>

namespace rockpool::net::proxy {

std::unique_ptr<Mode> make_mode(ModeKind kind, sim::Random random) {
  switch (kind) {
    case ModeKind::userspace:
      return std::make_unique<Userspace>(random);
  }
  return {};
}

Route::Verdict Userspace::verdict(const PortRules& rules, const SocketAddress&) {
  return rules.eligible().empty() ? Route::Verdict::reject : Route::Verdict::relay;
}

std::optional<SocketAddress> Userspace::choose(const Ref<const PortRules>& rules,
                                               const SocketAddress&, bool) {
  RoundRobin& state = states_[rules->id()];
  if (state.rules != rules) refresh(state, rules);
  if (state.order.empty()) return {};
  const SocketAddress chosen = state.order[state.next];
  state.next = (state.next + 1) % state.order.size();
  return chosen;
}

void Userspace::refresh(RoundRobin& state, const Ref<const PortRules>& rules) {
  const bool is_same_set = state.rules && state.rules->eligible() == rules->eligible();
  state.rules = rules;
  if (is_same_set) return;
  state.order = rules->eligible();
  state.next = 0;
  for (std::size_t left = state.order.size(); left > 1; --left) {
    std::swap(state.order[left - 1], state.order[static_cast<std::size_t>(random_.below(left))]);
  }
}

}  // namespace rockpool::net::proxy
