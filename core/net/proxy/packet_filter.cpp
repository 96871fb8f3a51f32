// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/packet_filter.h"

namespace rockpool::net::proxy {

SocketAddress PacketFilter::choose(const Ref<const PortRules>& rules, const Choice& choice) {
  const sim::Duration timeout = rules->affinity_timeout();
  const bool is_sticky = timeout != sim::Duration{0};
  if (is_sticky) {
    if (const auto known = affinity_.find(*rules, choice)) return *known;
  }
  const SocketAddress chosen =
      choice.eligible[static_cast<std::size_t>(random_.below(choice.eligible.size()))];
  if (is_sticky) affinity_.set(rules->id(), choice, chosen, timeout);
  return chosen;
}

}  // namespace rockpool::net::proxy
