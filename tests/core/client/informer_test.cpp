// SPDX-License-Identifier: Apache-2.0
#include "core/client/informer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rockpool::client {
namespace {

using namespace std::chrono_literals;
using namespace doc::literals;

doc::Value pod(std::string_view name, std::string_view node = "", std::string_view app = "") {
  doc::Value object = doc::Value::map(
      {{"metadata", doc::Value::map({{"namespace", "default"}, {"name", name}, {"uid", name}})},
       {"spec", doc::Value::map({{"nodeName", node}})}});
  if (!app.empty()) object.edit("metadata"_key).edit("labels"_key).set("app", app);
  return object;
}

struct World {
  sim::Loop loop;
  store::Store store{loop};
  Informers informers{store};
  Informer& pods = informers.of(api::ResourceId::pods);

  void create(const doc::Value& object) { REQUIRE(store.create(api::ResourceId::pods, object)); }
  void update(const doc::Value& object) { REQUIRE(store.update(api::ResourceId::pods, object)); }
  void remove(std::string_view name) {
    REQUIRE(store.remove(api::ResourceId::pods, "default", name));
  }
  Index& by_node() {
    const auto values_of = [](const doc::Value& object, std::vector<std::string>& values) {
      values.emplace_back(object["spec"_key]["nodeName"_key].as_string());
    };
    return pods.index("node", values_of, [](const doc::Value& before, const doc::Value& after) {
      return before["spec"_key].identical(after["spec"_key]);
    });
  }
  std::vector<std::string> names(const EntrySet& entries) {
    std::vector<std::string> result;
    for (const Entry* entry : entries) result.push_back(entry->first.name);
    return result;
  }
};

using Names = std::vector<std::string>;

TEST_CASE("an informer lists what is there and follows what changes") {
  World world;
  world.create(pod("a"));
  world.loop.run_for(0s);
  Informer late{world.store, api::ResourceId::pods};
  CHECK(late.find({"default", "a"}) != nullptr);

  world.create(pod("b", "node-1"));
  CHECK(world.pods.find({"default", "b"}) == nullptr);
  world.loop.run_for(0s);
  REQUIRE(world.pods.find({"default", "b"}) != nullptr);
  world.update(pod("b", "node-2"));
  world.remove("a");
  world.loop.run_for(0s);
  for (const Informer* informer : std::vector<const Informer*>{&late, &world.pods}) {
    CHECK((*informer->find({"default", "b"}))["spec"_key]["nodeName"_key].as_string() == "node-2");
    CHECK(informer->objects().size() == 1);
  }
}

TEST_CASE("an informer finds each of many objects, and none that is gone") {
  World world;
  const auto name_of = [](int number) { return "pod-" + std::to_string(number); };
  for (int number = 0; number < 500; ++number) world.create(pod(name_of(number), "node-1"));
  world.loop.run_for(0s);
  for (int number = 0; number < 500; number += 3) world.remove(name_of(number));
  for (int number = 0; number < 500; number += 6) world.create(pod(name_of(number), "node-2"));
  world.loop.run_for(0s);
  for (int number = 0; number < 500; ++number) {
    const std::string name = name_of(number);
    const doc::Value* const found = world.pods.find("default", name);
    CHECK(found == world.pods.find({"default", name}));
    CHECK(world.pods.find("other", name) == nullptr);
    CHECK((found != nullptr) == (number % 3 != 0 || number % 6 == 0));
    if (found == nullptr) continue;
    CHECK((*found)["metadata"_key]["name"_key].as_string() == name);
    CHECK((*found)["spec"_key]["nodeName"_key].as_string() ==
          (number % 6 == 0 ? "node-2" : "node-1"));
  }
}

TEST_CASE("handlers see each change once, in order, with what was before") {
  World world;
  std::vector<std::string> seen;
  const auto node_of = [](const doc::Value* object) {
    return object == nullptr ? std::string{"-"} : (*object)["spec"_key]["nodeName"_key].to_string();
  };
  Subscription subscription =
      world.pods.subscribe([&](const doc::Value* before, const doc::Value* after) {
        seen.push_back(node_of(before) + ">" + node_of(after));
      });
  world.create(pod("a", "x"));
  world.update(pod("a", "y"));
  world.remove("a");
  world.loop.run_for(0s);
  CHECK(seen == Names{"->x", "x>y", "y>-"});
  subscription = {};
  world.create(pod("a", "z"));
  world.loop.run_for(0s);
  CHECK(seen.size() == 3);
}

TEST_CASE("an index follows objects that move from value to value") {
  World world;
  world.create(pod("b", "x"));
  world.create(pod("a", "x"));
  world.loop.run_for(0s);
  Index& index = world.by_node();
  CHECK(world.names(index.find("x")) == Names{"a", "b"});
  world.update(pod("a", "y"));
  world.loop.run_for(0s);
  CHECK(world.names(index.find("x")) == Names{"b"});
  CHECK(world.names(index.find("y")) == Names{"a"});
  world.remove("a");
  world.loop.run_for(0s);
  CHECK(index.find("y").empty());
  CHECK(index.find("nowhere").empty());
}

TEST_CASE("a handler of an index hears of arrivals, changes and departures of its value only") {
  World world;
  Index& index = world.by_node();
  int heard = 0;
  const Subscription subscription =
      index.subscribe("x", [&](const doc::Value*, const doc::Value*) { ++heard; });
  world.create(pod("a", "y"));
  world.loop.run_for(0s);
  CHECK(heard == 0);
  world.update(pod("a", "x"));
  world.update(pod("a", "x", "web"));
  world.update(pod("a", "y"));
  world.update(pod("a", "z"));
  world.loop.run_for(0s);
  CHECK(heard == 3);
}

TEST_CASE("handlers may come and go while a change is delivered") {
  World world;
  std::vector<Subscription> others;
  int inner = 0;
  Subscription second;
  const Subscription first = world.pods.subscribe([&](const doc::Value*, const doc::Value*) {
    second = {};
    if (others.empty())
      others.push_back(
          world.pods.subscribe([&](const doc::Value*, const doc::Value*) { ++inner; }));
  });
  int dropped = 0;
  second = world.pods.subscribe([&](const doc::Value*, const doc::Value*) { ++dropped; });
  world.create(pod("a"));
  world.loop.run_for(0s);
  CHECK(dropped == 0);
  world.create(pod("b"));
  world.loop.run_for(0s);
  CHECK(inner >= 1);
}

TEST_CASE("an informer that was only prepared shows everything once it is asked for") {
  World world;
  Informers informers{world.store};
  informers.prepare(api::ResourceId::pods);
  world.create(pod("a"));
  world.loop.run_for(0s);
  // In the store, but not delivered yet.
  world.create(pod("b"));
  Informer& pods = informers.of(api::ResourceId::pods);
  CHECK(pods.objects().size() == 2);
  Names heard;
  const Subscription subscription =
      pods.subscribe([&](const doc::Value* before, const doc::Value* after) {
        heard.push_back(std::string{api::name(after != nullptr ? *after : *before)});
      });
  world.create(pod("c"));
  world.remove("a");
  world.loop.run_for(0s);
  // What was in the list is no news.
  CHECK(heard == Names{"c", "a"});
  CHECK(pods.objects().size() == 2);
}

TEST_CASE("labels are found by namespace and pair") {
  World world;
  world.create(pod("a", "", "web"));
  world.create(pod("b", "", "db"));
  world.loop.run_for(0s);
  Index& index = world.pods.by_label();
  CHECK(world.names(index.find(label_index_value("default", "app", "web"))) == Names{"a"});
  CHECK(index.find(label_index_value("other", "app", "web")).empty());
}

}  // namespace
}  // namespace rockpool::client
