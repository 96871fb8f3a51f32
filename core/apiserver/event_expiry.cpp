// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/event_expiry.h"

#include "core/api/resource.h"

namespace rockpool::apiserver {

using namespace doc::literals;

void EventExpiry::note_written(const doc::Value& event) {
  written_.push_back({loop_.now(), event["metadata"_key]});
  if (!loop_.is_pending(timer_)) timer_ = loop_.schedule(kEventLifetime, [this] { sweep(); });
}

void EventExpiry::reload() {
  written_.clear();
  loop_.cancel(timer_);
  store_.visit(api::ResourceId::events, {}, [this](const doc::Value& event) {
    note_written(event);
    return true;
  });
}

void EventExpiry::sweep() {
  while (!written_.empty() && written_.front().time + kEventLifetime <= loop_.now()) {
    const doc::Value metadata = std::move(written_.front().metadata);
    written_.pop_front();
    const std::string_view ns = metadata["namespace"_key].as_string();
    const std::string_view name = metadata["name"_key].as_string();
    const doc::Value* present = store_.find(api::ResourceId::events, ns, name);
    // One that was written again since has a later entry of its own.
    if (present == nullptr ||
        (*present)["metadata"_key]["resourceVersion"_key] != metadata["resourceVersion"_key]) {
      continue;
    }
    (void)store_.remove(api::ResourceId::events, ns, name);
  }
  if (written_.empty()) return;
  const sim::Time due = written_.front().time + kEventLifetime;
  timer_ = loop_.schedule_at(std::max(due, loop_.now() + kEventSweepInterval), [this] { sweep(); });
}

}  // namespace rockpool::apiserver
