// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/expectations.h"

#include <algorithm>

namespace rockpool::controllers {

void Expectations::expect_creations(const api::ObjectKey& owner, std::int64_t count) {
  pending_[owner] = {.creations = count, .deletions = {}, .since = loop_.now()};
}

void Expectations::expect_deletions(const api::ObjectKey& owner,
                                    std::set<std::string, std::less<>> uids) {
  pending_[owner] = {.creations = 0, .deletions = std::move(uids), .since = loop_.now()};
}

void Expectations::creation_observed(const api::ObjectKey& owner) {
  const auto found = pending_.find(owner);
  if (found == pending_.end()) return;
  found->second.creations = std::max<std::int64_t>(found->second.creations - 1, 0);
}

void Expectations::deletion_observed(const api::ObjectKey& owner, std::string_view uid) {
  const auto found = pending_.find(owner);
  if (found == pending_.end()) return;
  const auto deletion = found->second.deletions.find(uid);
  if (deletion != found->second.deletions.end()) found->second.deletions.erase(deletion);
}

bool Expectations::satisfied(const api::ObjectKey& owner) const {
  const auto found = pending_.find(owner);
  if (found == pending_.end()) return true;
  const Pending& pending = found->second;
  return (pending.creations == 0 && pending.deletions.empty()) ||
         loop_.now() - pending.since > kTimeout;
}

}  // namespace rockpool::controllers
