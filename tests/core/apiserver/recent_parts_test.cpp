// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/recent_parts.h"

#include <doctest/doctest.h>

#include <string_view>

#include "core/doc/json.h"

using namespace rockpool;
using namespace rockpool::doc::literals;
using apiserver::RecentParts;

namespace {

doc::Value parse(std::string_view json) {
  return doc::parse_json(json).value();
}

doc::Value make_event(std::string_view message) {
  doc::Value event = parse(R"({"firstTimestamp": "2025-01-01T00:00:05Z",
    "involvedObject": {"fieldPath": "spec.containers{web}", "kind": "Pod", "name": "web"}})");
  event.set("message"_key, message);
  return event;
}

doc::Value make_pod(std::string_view ready_since, std::string_view since = "2025-01-01T00:00:01Z") {
  doc::Value pod = parse(R"({"kind": "Pod", "status": {
    "conditions": [{"type": "Ready", "status": "True"}, {"type": "Initialized", "status": "True"}],
    "containerStatuses": [{"name": "web", "state": {"running": {}}}]}})");
  doc::Value& conditions = pod.edit("status"_key).edit("conditions"_key);
  conditions.edit_at(0).set("lastTransitionTime"_key, ready_since);
  conditions.edit_at(1).set("lastTransitionTime"_key, since);
  return pod;
}

}  // namespace

TEST_CASE("Events of the same object share what they say of it") {
  RecentParts recent;
  doc::Value first = make_event("Created container: web");
  doc::Value second = make_event("Started container web");
  const doc::Value as_made = second;
  recent.share(api::ResourceId::events, first, {});
  recent.share(api::ResourceId::events, second, {});
  CHECK(second == as_made);
  CHECK(second["involvedObject"_key].identical(first["involvedObject"_key]));
  CHECK(second["firstTimestamp"_key].identical(first["firstTimestamp"_key]));
  CHECK_FALSE(second["message"_key] == first["message"_key]);
}

TEST_CASE("Pods share the conditions that are the same") {
  RecentParts recent;
  doc::Value first = make_pod("2025-01-01T00:00:03Z");
  doc::Value second = make_pod("2025-01-01T00:00:04Z");
  const doc::Value as_made = second;
  recent.share(api::ResourceId::pods, first, {});
  recent.share(api::ResourceId::pods, second, {});
  CHECK(second == as_made);
  const doc::Value& conditions = first["status"_key]["conditions"_key];
  const doc::Value& others = second["status"_key]["conditions"_key];
  CHECK(others.at(1).identical(conditions.at(1)));
  CHECK_FALSE(others.at(0) == conditions.at(0));
  const auto state_of = [](const doc::Value& pod) {
    return pod["status"_key]["containerStatuses"_key].at(0)["state"_key];
  };
  CHECK(state_of(second).identical(state_of(first)));
}

TEST_CASE("a status that has not changed stays shared with the one before") {
  RecentParts recent;
  const doc::Value before = make_pod("2025-01-01T00:00:03Z");
  doc::Value other = make_pod("2025-01-01T00:00:03Z");
  recent.share(api::ResourceId::pods, other, {});
  doc::Value after = before;
  after.set("metadata"_key, parse(R"({"labels": {"app": "web"}})"));
  recent.share(api::ResourceId::pods, after, before);
  CHECK(after["status"_key].identical(before["status"_key]));
}
