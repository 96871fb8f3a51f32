// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/recent_parts.h"

#include <utility>

namespace rockpool::apiserver {

using namespace doc::literals;

void RecentParts::share(api::ResourceId resource, doc::Value& object, const doc::Value& before) {
  if (resource == api::ResourceId::events) {
    share_event(object);
  } else if (resource == api::ResourceId::pods) {
    const doc::Value& status = object["status"_key];
    if (status.is_object() && !status.identical(before["status"_key])) {
      share_status(object.edit("status"_key));
    }
  }
}

void RecentParts::share_event(doc::Value& event) {
  for (const auto key : {"firstTimestamp"_key, "lastTimestamp"_key, "message"_key, "reason"_key}) {
    share_member(event, key);
  }
  if (event["involvedObject"_key].contains("fieldPath"_key)) {
    share_member(event.edit("involvedObject"_key), "fieldPath"_key);
  }
  share_member(event, "involvedObject"_key);
}

void RecentParts::share_status(doc::Value& status) {
  share_member(status, "startTime"_key);
  if (const std::size_t count = status["conditions"_key].items().size(); count != 0) {
    doc::Value& conditions = status.edit("conditions"_key);
    for (std::size_t index = 0; index < count; ++index) {
      conditions.edit_at(index) = find_like(conditions.at(index));
    }
    share_member(status, "conditions"_key);
  }
  if (const std::size_t count = status["containerStatuses"_key].items().size(); count != 0) {
    doc::Value& containers = status.edit("containerStatuses"_key);
    for (std::size_t index = 0; index < count; ++index) {
      doc::Value& container = containers.edit_at(index);
      if (!container.is_object()) continue;
      share_member(container, "state"_key);
      share_member(container, "lastState"_key);
    }
  }
}

void RecentParts::share_member(doc::Value& object, doc::KnownKeyIndex key) {
  const doc::Value& part = object[key];
  if (part.is_string() || part.is_array() || part.is_object()) object.set(key, find_like(part));
}

const doc::Value& RecentParts::find_like(const doc::Value& part) {
  doc::Value& recent = parts_[static_cast<std::size_t>(part.hash() % kParts)];
  if (recent != part) recent = part;
  return recent;
}

}  // namespace rockpool::apiserver
