// SPDX-License-Identifier: Apache-2.0
#include "tests/core/conformance/api_operations.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include "core/apiserver/watch.h"
#include "core/doc/json.h"

namespace rockpool::conformance {
namespace {

constexpr std::string_view kSelector = "?labelSelector=special-label%3Dgeneric";

bool has_item(const doc::Value& list, std::string_view member, std::string_view value) {
  return std::ranges::any_of(
      list.items(), [&](const doc::Value& item) { return item[member].as_string() == value; });
}

void check_discovery(World& world, const ApiResource& resource) {
  const doc::Value groups = world.get("/apis");
  bool found = false;
  for (const doc::Value& group : groups["groups"].items()) {
    if (group["name"].as_string() != resource.group) continue;
    found = has_item(group["versions"], "version", "v1");
  }
  CHECK(found);
  CHECK(has_item(world.get("/apis/" + resource.group)["versions"], "version", "v1"));
  const doc::Value resources = world.get("/apis/" + resource.group + "/v1");
  CHECK(has_item(resources["resources"], "name", resource.resource));
  CHECK(has_item(resources["resources"], "name", resource.resource + "/status") ==
        !resource.status.empty());
}

std::string annotation(const doc::Value& object, std::string_view name) {
  return object["metadata"]["annotations"][name].to_string();
}

// What a watch has told: `MODIFIED` and the annotations, in order.
class Watcher {
 public:
  Watcher(World& world, const std::string& target) {
    response_ = world.cluster().request(apiserver::make_request("GET", target));
    REQUIRE(response_.watch);
    response_.watch->on_event([this](const apiserver::WatchEvent& event) {
      told.emplace_back(apiserver::watch_event_type(event.kind), event.object);
    });
  }

  std::vector<std::pair<std::string, doc::Value>> told;

 private:
  apiserver::Response response_;
};

doc::Value update_annotation(World& world, const std::string& place, std::string_view name) {
  doc::Value object = world.get(place);
  object.edit("metadata").edit("annotations").set(name, "true");
  return world.must("PUT", place, doc::to_json(object));
}

void check_status(World& world, const std::string& place, std::string_view status) {
  world.get(place + "/status");
  const doc::Value patched = world.patch(
      place + "/status",
      fmt::format("{{metadata: {{annotations: {{patchedstatus: 'true'}}}}, status: {}}}", status));
  CHECK(annotation(patched, "patchedstatus") == "true");
  const doc::Value before = patched["status"];
  CHECK(before.size() > 0);
  doc::Value object = world.get(place);
  CHECK(object["status"] == before);
  object.set("status", doc::Value::object());
  const doc::Value updated = world.must("PUT", place + "/status", doc::to_json(object));
  CHECK(updated["status"] != before);
  // A write to the object itself leaves its status alone.
  object = world.get(place);
  const doc::Value emptied = object["status"];
  object.set("status", before);
  CHECK(world.must("PUT", place, doc::to_json(object))["status"] == emptied);
}

}  // namespace

void check_api_operations(World& world, const ApiResource& resource) {
  check_discovery(world, resource);
  const std::string everywhere = "/apis/" + resource.group + "/v1/";
  const std::string collection =
      everywhere + (resource.is_namespaced ? "namespaces/default/" : "") + resource.resource;
  const std::string all = everywhere + resource.resource + std::string{kSelector};
  const std::string selected = collection + std::string{kSelector};

  std::string object{resource.object};
  object.insert(1, "metadata: {generateName: e2e-example-, labels: {special-label: generic}}, ");
  world.create(collection, object);
  world.create(collection, object);
  const doc::Value created = world.create(collection, object);
  const std::string place = collection + "/" + text_at(created, {"metadata", "name"});
  CHECK(text_at(world.get(place), {"metadata", "uid"}) == text_at(created, {"metadata", "uid"}));
  const doc::Value list = world.get(selected);
  CHECK(list["items"].size() == 3);
  CHECK(world.get(all)["items"].size() == 3);

  const std::string since =
      "&watch=true&resourceVersion=" + text_at(list, {"metadata", "resourceVersion"});
  Watcher watcher{world, selected + since};
  Watcher wide_watcher{world, all + since};
  const doc::Value patched = world.patch(place, "{metadata: {annotations: {patched: 'true'}}}");
  CHECK(annotation(patched, "patched") == "true");
  CHECK(annotation(update_annotation(world, place, "updated"), "updated") == "true");
  world.cluster().run_for(1s);
  for (const Watcher* each : {&watcher, &wide_watcher}) {
    REQUIRE(each->told.size() == 2);
    CHECK(each->told[0].first == "MODIFIED");
    CHECK(annotation(each->told[0].second, "patched") == "true");
    CHECK(annotation(each->told[0].second, "updated").empty());
    CHECK(annotation(each->told[1].second, "updated") == "true");
  }
  if (!resource.status.empty()) check_status(world, place, resource.status);

  world.must("DELETE", place);
  world.cluster().run_for(1s);
  CHECK(world.request("GET", place).status == 404);
  CHECK(watcher.told.back().first == "DELETED");
  const doc::Value rest = world.get(selected);
  CHECK(rest["items"].size() == 2);
  world.must("DELETE", selected);
  world.cluster().run_for(1s);
  CHECK(world.get(selected)["items"].size() == 0);
}

}  // namespace rockpool::conformance
