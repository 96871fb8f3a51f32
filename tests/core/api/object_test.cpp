// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"

#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

const std::string_view kPod = R"(
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: default
  uid: u1
  resourceVersion: '42'
  generation: 3
  labels: {app: web}
  finalizers: [a/b]
  ownerReferences:
  - {apiVersion: v1, kind: Node, name: n, uid: u8}
  - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u9, controller: true}
)";

TEST_CASE("metadata is read from any object") {
  const doc::Value pod = yaml(kPod);
  CHECK(key_of(pod) == ObjectKey{"default", "web-1"});
  CHECK(key_of(pod).to_string() == "default/web-1");
  CHECK(ObjectKey::parse("default/web-1") == key_of(pod));
  CHECK(ObjectKey::parse("n1") == ObjectKey{"", "n1"});
  CHECK(resource_version(pod) == 42);
  CHECK(generation(pod) == 3);
  CHECK(label(pod, "app") == "web");
  CHECK(label(pod, "none").empty());
  CHECK(controller_of(pod)->name == "web");
  CHECK(controller_uid(pod) == "u9");
  CHECK(is_controlled_by(pod, "u9"));
  CHECK(!is_controlled_by(pod, "u8"));
  CHECK(owner_references(pod).size() == 2);
  CHECK(OwnerReference::from_value(owner_references(pod)[1].to_value()) ==
        owner_references(pod)[1]);
  CHECK(!is_being_deleted(pod));
  CHECK(name(doc::Value{}).empty());
}

TEST_CASE("maps and lists of metadata vanish when they are empty") {
  doc::Value pod = yaml(kPod);
  set_label(pod, "tier", "front");
  remove_label(pod, "app");
  CHECK(labels(pod) == yaml("{tier: front}"));
  remove_label(pod, "tier");
  CHECK(!metadata(pod).contains("labels"));
  CHECK(!add_finalizer(pod, "a/b"));
  CHECK(add_finalizer(pod, "c/d"));
  CHECK(remove_finalizer(pod, "a/b"));
  CHECK(remove_finalizer(pod, "c/d"));
  CHECK(!remove_finalizer(pod, "c/d"));
  CHECK(!metadata(pod).contains("finalizers"));
}

TEST_CASE("a condition's transition time moves only with its status") {
  const sim::Time start = *sim::parse_rfc3339("2025-01-01T00:00:00Z");
  doc::Value pod = yaml(kPod);
  CHECK(set_condition(pod, {"Ready", "False", "NotYet", ""}, start));
  CHECK(!set_condition(pod, {"Ready", "False", "NotYet", ""}, start + std::chrono::seconds{5}));
  CHECK(set_condition(pod, {"Ready", "False", "Other", ""}, start + std::chrono::seconds{9}));
  CHECK(find_condition(pod, "Ready")["lastTransitionTime"].as_string() == "2025-01-01T00:00:00Z");
  CHECK(set_condition(pod, {"Ready", "True"}, start + std::chrono::seconds{10}));
  CHECK(is_condition_true(pod, "Ready"));
  CHECK(find_condition(pod, "Ready")["lastTransitionTime"].as_string() == "2025-01-01T00:00:10Z");
  CHECK(!find_condition(pod, "Ready").contains("reason"));
  CHECK(set_condition(pod, {"Other", "True"}, start));
  CHECK(remove_condition(pod, "Ready"));
  CHECK(!remove_condition(pod, "Ready"));
  CHECK(find_condition(pod, "Ready").is_null());
  CHECK(pod["status"]["conditions"].size() == 1);
}

TEST_CASE("percentages scale and round as asked") {
  CHECK(scaled_value(3, 10, Rounding::up) == 3);
  CHECK(scaled_value("25%", 10, Rounding::up) == 3);
  CHECK(scaled_value("25%", 10, Rounding::down) == 2);
  CHECK(scaled_value("0%", 10, Rounding::up) == 0);
  CHECK(!scaled_value("x", 10, Rounding::up).has_value());
  CHECK(!scaled_value(doc::Value{}, 10, Rounding::up).has_value());
}

}  // namespace
}  // namespace rockpool::api
