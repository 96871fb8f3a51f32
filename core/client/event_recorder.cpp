// SPDX-License-Identifier: Apache-2.0
#include "core/client/event_recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::client {

using namespace doc::literals;

EventRecorder::EventRecorder(sim::Loop& loop, apiserver::ApiServer& api, std::string component,
                             std::string host)
    : loop_{loop}, api_{api}, component_{std::move(component)}, host_{std::move(host)} {}

void EventRecorder::record(const doc::Value& object, std::string_view field_path,
                           std::string_view type, std::string_view reason,
                           std::string_view message) {
  if (!is_allowed(api::uid(object))) return;
  Repeat key{api::uid(object), field_path, type, reason, message};
  if (repeat(key)) return;
  doc::Value event = make(object, field_path);
  event.set("type"_key, type);
  event.set("reason"_key, reason);
  event.set("message"_key, message);
  const auto created = api_.create(api::ResourceId::events, {}, std::move(event));
  // The namespace may be on its way out; the event is then of no use to anybody.
  if (!created) return;
  // Forgetting everything now and then only makes a repetition appear as an event of its own.
  if (seen_.size() >= kMaxSeen) seen_.clear();
  seen_[std::move(key)] = {std::string{api::namespace_of(*created)},
                           std::string{api::name(*created)}, loop_.now()};
}

bool EventRecorder::is_allowed(std::string_view object_uid) {
  auto found = allowances_.find(object_uid);
  if (found == allowances_.end()) {
    // Forgetting everything now and then only lets a few more events through.
    if (allowances_.size() >= kMaxSeen) allowances_.clear();
    found = allowances_.emplace(object_uid, Allowance{.since = loop_.now()}).first;
  }
  Allowance& allowance = found->second;
  const auto refilled = (loop_.now() - allowance.since) / kRefillInterval;
  allowance.since += refilled * kRefillInterval;
  allowance.left = std::min<std::int64_t>(allowance.left + refilled, kBurst);
  if (allowance.left == 0) return false;
  --allowance.left;
  return true;
}

bool EventRecorder::repeat(const Repeat& key) {
  const auto found = seen_.find(key);
  if (found == seen_.end()) return false;
  Seen& seen = found->second;
  if (loop_.now() - seen.last > kRepeatWindow) return false;
  auto event = api_.get(api::ResourceId::events, seen.namespace_, seen.name);
  if (!event) return false;
  event->set("count"_key, (*event)["count"_key].as_int() + 1);
  event->set("lastTimestamp"_key, api::time_value(loop_.now()));
  if (!api_.update(api::ResourceId::events, std::move(*event))) return false;
  seen.last = loop_.now();
  return true;
}

doc::Value EventRecorder::make(const doc::Value& object, std::string_view field_path) {
  std::string_view namespace_ = api::namespace_of(object);
  // Events about cluster-scoped objects live in "default".
  if (namespace_.empty()) namespace_ = "default";
  doc::Value involved = api::object_reference(object, api::api_version(object), api::kind(object));
  if (!field_path.empty()) involved.set("fieldPath"_key, field_path);
  doc::Value source = doc::Value::object({{"component"_key, component_}});
  if (!host_.empty()) source.set("host"_key, host_);
  const auto stamp =
      loop_.now().time_since_epoch().count() + static_cast<std::int64_t>(recorded_++);
  return doc::Value::object({
      {"metadata"_key,
       doc::Value::object({{"name"_key, fmt::format("{}.{:x}", api::name(object), stamp)},
                           {"namespace"_key, namespace_}})},
      {"involvedObject"_key, std::move(involved)},
      {"source"_key, std::move(source)},
      {"firstTimestamp"_key, api::time_value(loop_.now())},
      {"lastTimestamp"_key, api::time_value(loop_.now())},
      {"count"_key, 1},
      {"reportingComponent"_key, component_},
      {"reportingInstance"_key, host_},
  });
}

}  // namespace rockpool::client
