// SPDX-License-Identifier: Apache-2.0
#include "core/node/back_off.h"

#include <algorithm>

namespace rockpool::node {

sim::Duration BackOff::delay(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? sim::Duration{0} : found->second.delay;
}

bool BackOff::is_waiting_since(const std::string& key, sim::Time event, sim::Time now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || has_expired(found->second, event)) return false;
  return now - event < found->second.delay;
}

bool BackOff::is_waiting_since_update(const std::string& key, sim::Time now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || has_expired(found->second, now)) return false;
  return now - found->second.last_update < found->second.delay;
}

sim::Time BackOff::end_of_wait_since_update(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return sim::Time{};
  return found->second.last_update + found->second.delay;
}

void BackOff::next(const std::string& key, sim::Time event, sim::Time now) {
  const auto [found, is_new] = entries_.try_emplace(key, Entry{kInitial, now});
  if (is_new) return;
  Entry& entry = found->second;
  entry.delay = has_expired(entry, event) ? kInitial : std::min(entry.delay * 2, kLongest);
  entry.last_update = now;
}

}  // namespace rockpool::node
