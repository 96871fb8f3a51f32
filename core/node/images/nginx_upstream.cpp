// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_upstream.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

std::int64_t seconds_of(sim::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string NginxPeer::name() const {
  const bool is_bare_v6 = host.find(':') != std::string::npos;
  return is_bare_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

NginxUpstream::NginxUpstream(std::string name, std::vector<NginxPeer> peers, Method method)
    : name_{std::move(name)}, method_{method}, is_single_{peers.size() == 1} {
  for (NginxPeer& peer : peers) {
    State state;
    state.effective_weight = peer.weight;
    state.peer = std::move(peer);
    states_.push_back(std::move(state));
  }
}

bool NginxUpstream::is_eligible(const State& state, std::int64_t now) const {
  const NginxPeer& peer = state.peer;
  if (peer.is_down) return false;
  const bool is_full = peer.max_connections > 0 && state.connections >= peer.max_connections;
  if (is_full) return false;
  if (is_single_) return true;
  const std::int64_t span =
      std::chrono::duration_cast<std::chrono::seconds>(peer.fail_timeout).count();
  return peer.max_fails == 0 || state.fails < peer.max_fails || now - state.checked_at > span;
}

// Leaves those that have the fewest connections for their weight
// (ngx_http_upstream_get_least_conn_peer).
void NginxUpstream::collect_least_connected(std::vector<std::size_t>& eligible) const {
  const auto is_less = [&](std::size_t left, std::size_t right) {
    return states_[left].connections * states_[right].peer.weight <
           states_[right].connections * states_[left].peer.weight;
  };
  const std::size_t least = *std::ranges::min_element(eligible, is_less);
  std::erase_if(eligible, [&](std::size_t index) { return is_less(least, index); });
}

// The one with the greatest current weight (ngx_http_upstream_get_peer).
std::size_t NginxUpstream::choose(const std::vector<bool>& tried, bool backups, std::int64_t now) {
  std::vector<std::size_t> eligible;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool is_candidate = states_[i].peer.is_backup == backups && !tried[i];
    if (is_candidate && is_eligible(states_[i], now)) eligible.push_back(i);
  }
  if (eligible.empty()) return kNone;
  if (method_ == Method::least_connections) collect_least_connected(eligible);
  // With one left, least_conn does not touch the weights.
  const bool moves_weights = method_ == Method::round_robin || eligible.size() > 1;
  std::int64_t total = 0;
  std::size_t best = eligible.front();
  for (const std::size_t index : eligible) {
    if (!moves_weights) break;
    State& state = states_[index];
    state.current_weight += state.effective_weight;
    total += state.effective_weight;
    if (state.effective_weight < state.peer.weight) ++state.effective_weight;
    if (state.current_weight > states_[best].current_weight) best = index;
  }
  State& chosen = states_[best];
  chosen.current_weight -= total;
  const std::int64_t span =
      std::chrono::duration_cast<std::chrono::seconds>(chosen.peer.fail_timeout).count();
  if (now - chosen.checked_at > span) chosen.checked_at = now;
  return best;
}

NginxUpstream::Attempts::Attempts(NginxUpstream& upstream)
    : upstream_{upstream}, tried_(upstream.states_.size()) {
  tries_ = static_cast<int>(std::ranges::count_if(
      upstream.states_, [](const State& state) { return !state.peer.is_down; }));
}

NginxUpstream::Attempts::~Attempts() {
  if (current_ != kNone) --upstream_.states_[current_].connections;
}

const NginxPeer* NginxUpstream::Attempts::next(sim::Time now) {
  const std::int64_t second = seconds_of(now);
  current_ = upstream_.choose(tried_, asks_backups_, second);
  if (current_ == kNone && !asks_backups_) {
    asks_backups_ = true;
    current_ = upstream_.choose(tried_, true, second);
  }
  if (current_ == kNone) return nullptr;
  tried_[current_] = true;
  State& state = upstream_.states_[current_];
  ++state.connections;
  return &state.peer;
}

bool NginxUpstream::Attempts::finish(bool has_failed, sim::Time now) {
  State& state = upstream_.states_[current_];
  current_ = kNone;
  --state.connections;
  if (upstream_.is_single_) {
    tries_ = 0;
    return false;
  }
  if (tries_ > 0) --tries_;
  if (!has_failed) {
    // It answered after a span in which it had not failed.
    if (state.failed_at < state.checked_at) state.fails = 0;
    return false;
  }
  ++state.fails;
  state.failed_at = seconds_of(now);
  state.checked_at = state.failed_at;
  const int limit = state.peer.max_fails;
  if (limit == 0) return false;
  state.effective_weight =
      std::max<std::int64_t>(0, state.effective_weight - state.peer.weight / limit);
  return state.fails >= limit;
}

}  // namespace rockpool::node
