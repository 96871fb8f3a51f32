// SPDX-License-Identifier: Apache-2.0
#include "core/client/event_recorder.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/api/object.h"

namespace rockpool::client {

using namespace doc::literals;

namespace {

doc::Value source_of(const std::string& component, const std::string& host) {
  doc::Value source = doc::Value::object({{"component"_key, component}});
  if (!host.empty()) source.set("host"_key, host);
  return source;
}

// As upstream's recorder names an event.
std::string event_name(std::string_view object_name, std::int64_t stamp) {
  char digits[20];
  const char* end = std::to_chars(std::begin(digits), std::end(digits), stamp, 16).ptr;
  std::string name;
  name.reserve(object_name.size() + 1 + sizeof digits);
  return name.append(object_name).append(1, '.').append(static_cast<const char*>(digits), end);
}

// More names than this are not tried for one event.
constexpr int kMaxOtherNames = 100;

bool is_taken(const api::Result<doc::Value>& created) {
  return !created && created.error().reason == api::reason::kAlreadyExists;
}

// A reference to the object, or to a part of it. Made in one piece: most of a large cluster's
// objects are events.
doc::Value involved_object(const doc::Value& object, const doc::Value& field_path) {
  const doc::Value& metadata = api::metadata(object);
  std::vector<doc::Member> members;
  members.reserve(7);
  const auto add = [&members](doc::KnownKeyIndex key, const doc::Value& value) {
    if (!value.is_empty()) members.push_back({doc::Key{key}, value});
  };
  members.push_back({doc::Key{"apiVersion"_key}, api::api_version(object)});
  add("fieldPath"_key, field_path);
  members.push_back({doc::Key{"kind"_key}, api::kind(object)});
  for (const auto key : {"name"_key, "namespace"_key, "resourceVersion"_key, "uid"_key}) {
    add(key, metadata[key]);
  }
  return doc::Value::object_of(std::move(members));
}

}  // namespace

EventRecorder::EventRecorder(sim::Loop& loop, apiserver::ApiServer& api, std::string component,
                             std::string host)
    : loop_{loop},
      api_{api},
      component_{std::move(component)},
      host_{std::move(host)},
      source_{source_of(component_, host_)},
      reporting_component_{component_},
      reporting_instance_{host_} {}

std::uint64_t EventRecorder::Content::hash() const {
  std::uint64_t hash = object_uid.hash();
  for (const doc::Value* part : {&field_path, &type, &reason, &message}) {
    hash = (hash ^ part->hash()) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  return hash;
}

bool EventRecorder::Content::is_of(const doc::Value& event) const {
  const doc::Value& involved = event["involvedObject"_key];
  return involved["uid"_key] == object_uid &&
         involved["fieldPath"_key].as_string() == field_path.as_string() &&
         event["type"_key] == type && event["reason"_key] == reason &&
         event["message"_key] == message;
}

void EventRecorder::record(const doc::Value& object, std::string_view field_path,
                           std::string_view type, std::string_view reason,
                           std::string_view message) {
  const doc::Value& uid = api::metadata(object)["uid"_key];
  if (!is_allowed(uid)) return;
  const Content content{uid, field_path, type, reason, message};
  const std::uint64_t hash = content.hash();
  if (repeat(hash, content)) return;
  auto created = api_.create(api::ResourceId::events, {}, make(object, content));
  // In virtual time another component may well have recorded something at the same nanosecond.
  for (int other = 0; is_taken(created) && other < kMaxOtherNames; ++other) {
    created = api_.create(api::ResourceId::events, {}, make(object, content));
  }
  // The namespace may be on its way out; the event is then of no use to anybody.
  if (!created) return;
  // Forgetting everything now and then only makes a repetition appear as an event of its own.
  if (seen_.size() >= kMaxSeen) seen_.clear();
  seen_[hash] = {api::metadata(*created), loop_.now()};
}

bool EventRecorder::is_allowed(const doc::Value& object_uid) {
  // Forgetting everything now and then only lets a few more events through.
  if (allowances_.size() >= kMaxSeen && !allowances_.contains(object_uid)) allowances_.clear();
  Allowance& allowance =
      allowances_.try_emplace(object_uid, Allowance{.since = loop_.now()}).first->second;
  const auto refilled = (loop_.now() - allowance.since) / kRefillInterval;
  allowance.since += refilled * kRefillInterval;
  allowance.left = std::min<std::int64_t>(allowance.left + refilled, kBurst);
  if (allowance.left == 0) return false;
  --allowance.left;
  return true;
}

bool EventRecorder::repeat(std::uint64_t hash, const Content& content) {
  const auto found = seen_.find(hash);
  if (found == seen_.end()) return false;
  Seen& seen = found->second;
  if (loop_.now() - seen.last > kRepeatWindow) return false;
  auto event = api_.get(api::ResourceId::events, seen.metadata["namespace"_key].as_string(),
                        seen.metadata["name"_key].as_string());
  if (!event || !content.is_of(*event)) return false;
  event->set("count"_key, (*event)["count"_key].as_int() + 1);
  event->set("lastTimestamp"_key, api::time_value(loop_.now()));
  if (!api_.update(api::ResourceId::events, std::move(*event))) return false;
  seen.last = loop_.now();
  return true;
}

doc::Value EventRecorder::make(const doc::Value& object, const Content& content) {
  // Events about cluster-scoped objects live in "default".
  doc::Value namespace_ = api::metadata(object)["namespace"_key];
  if (namespace_.is_empty()) namespace_ = "default";
  const auto stamp =
      loop_.now().time_since_epoch().count() + static_cast<std::int64_t>(recorded_++);
  const doc::Value now = api::time_value(loop_.now());
  const auto key = [](doc::KnownKeyIndex index) { return doc::Key{index}; };
  doc::Member metadata[] = {
      {key("name"_key), event_name(api::name(object), stamp)},
      {key("namespace"_key), std::move(namespace_)},
  };
  doc::Member members[] = {
      {key("apiVersion"_key), "v1"},
      {key("count"_key), 1},
      {key("firstTimestamp"_key), now},
      {key("involvedObject"_key), involved_object(object, content.field_path)},
      {key("kind"_key), "Event"},
      {key("lastTimestamp"_key), now},
      {key("message"_key), content.message},
      {key("metadata"_key), doc::Value::object_from(metadata)},
      {key("reason"_key), content.reason},
      {key("reportingComponent"_key), reporting_component_},
      {key("reportingInstance"_key), reporting_instance_},
      {key("source"_key), source_},
      {key("type"_key), content.type},
  };
  return doc::Value::object_from(members);
}

}  // namespace rockpool::client
