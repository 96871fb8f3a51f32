// SPDX-License-Identifier: Apache-2.0
#include "core/store/store.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "core/sim/random.h"

namespace rockpool::store {
namespace {

using namespace doc::literals;
using doc::Value;
using enum api::ResourceId;

Value make(std::string_view ns, std::string_view name, std::int64_t content = 0) {
  Value meta = Value::object({{"name"_key, name}});
  if (!ns.empty()) meta.set("namespace"_key, ns);
  return Value::object({{"metadata"_key, meta}, {"data"_key, content}});
}

std::string version_of(const Value& object) {
  return object["metadata"_key]["resourceVersion"_key].to_string();
}

std::string place_of(const Value& object) {
  return object["metadata"_key]["namespace"_key].to_string() + "/" +
         object["metadata"_key]["name"_key].to_string();
}

std::vector<std::string> places(const Store& store, api::ResourceId resource, std::string_view ns,
                                const Store::Position& after = {}) {
  std::vector<std::string> result;
  store.visit(resource, ns, after, [&](const Value& object) {
    result.push_back(place_of(object));
    return true;
  });
  return result;
}

std::string describe(const Change& change) {
  const char kind = "+~-"[change.kind];
  return fmt::format("{}{}@{}", kind, place_of(change.object), change.revision);
}

TEST_CASE("every write makes a revision, which the object carries") {
  sim::Loop loop;
  Store store{loop};
  CHECK(store.revision() == 1);
  const Value first = *store.create(pods, make("a", "x", 1));
  CHECK(store.revision() == 2);
  CHECK(version_of(first) == "2");
  const Value second = *store.update(pods, make("a", "x", 2), 2);
  CHECK(version_of(second) == "3");
  CHECK(version_of(*store.find(pods, "a", "x")) == "3");
  CHECK(version_of(first) == "2");
  const Value last = *store.remove(pods, "a", "x", 3);
  CHECK(version_of(last) == "4");
  CHECK(last["data"_key].as_int() == 2);
  CHECK(store.find(pods, "a", "x") == nullptr);
  CHECK(store.count(pods) == 0);
}

TEST_CASE("writes that do not fit are refused and change nothing") {
  sim::Loop loop;
  Store store{loop};
  CHECK(store.update(pods, make("a", "x")).error() == Error::not_found);
  CHECK(store.remove(pods, "a", "x").error() == Error::not_found);
  REQUIRE(store.create(pods, make("a", "x")));
  const std::uint64_t digest = store.digest();
  CHECK(store.create(pods, make("a", "x")).error() == Error::exists);
  CHECK(store.update(pods, make("a", "x"), 1).error() == Error::conflict);
  CHECK(store.remove(pods, "a", "x", 3).error() == Error::conflict);
  CHECK(store.revision() == 2);
  CHECK(store.digest() == digest);
}

TEST_CASE("objects are ordered as etcd orders their keys") {
  sim::Loop loop;
  Store store{loop};
  for (const char* ns : {"a", "a-b", "b", "a.c"}) {
    for (const char* name : {"y", "x-1", "x"}) REQUIRE(store.create(pods, make(ns, name)));
  }
  REQUIRE(store.create(nodes, make("", "n2")));
  REQUIRE(store.create(nodes, make("", "n1")));
  CHECK(places(store, pods, "") == std::vector<std::string>{"a-b/x", "a-b/x-1", "a-b/y", "a.c/x",
                                                            "a.c/x-1", "a.c/y", "a/x", "a/x-1",
                                                            "a/y", "b/x", "b/x-1", "b/y"});
  CHECK(places(store, pods, "a") == std::vector<std::string>{"a/x", "a/x-1", "a/y"});
  CHECK(places(store, pods, "", {"a.c", "x-1"}) ==
        std::vector<std::string>{"a.c/y", "a/x", "a/x-1", "a/y", "b/x", "b/x-1", "b/y"});
  CHECK(places(store, pods, "a", {"a", "x"}) == std::vector<std::string>{"a/x-1", "a/y"});
  CHECK(places(store, pods, "none").empty());
  CHECK(places(store, nodes, "") == std::vector<std::string>{"/n1", "/n2"});
  CHECK(store.count(pods) == 12);
  CHECK(store.count(pods, "a.c") == 3);
}

TEST_CASE("subscribers see each change once, in order, in events of their own") {
  sim::Loop loop;
  Store store{loop};
  REQUIRE(store.create(pods, make("a", "before")));
  std::vector<std::string> seen;
  const Subscription first =
      store.subscribe(pods, [&](const Change& change) { seen.push_back(describe(change)); });
  REQUIRE(store.create(pods, make("a", "x")));
  REQUIRE(store.create(services, make("a", "other-resource")));
  REQUIRE(store.update(pods, make("a", "x", 5)));
  REQUIRE(store.remove(pods, "a", "x"));
  CHECK(seen.empty());
  loop.run_for({});
  CHECK(seen == std::vector<std::string>{"+a/x@3", "~a/x@5", "-a/x@6"});
}

TEST_CASE("a subscriber may write, subscribe and unsubscribe") {
  sim::Loop loop;
  Store store{loop};
  std::vector<std::string> seen;
  std::optional<Subscription> late;
  std::optional<Subscription> doomed;
  const Subscription writer = store.subscribe(pods, [&](const Change& change) {
    seen.push_back("writer " + describe(change));
    if (change.kind != Change::added) return;
    REQUIRE(store.update(pods, change.object));
    doomed.reset();
    late = store.subscribe(pods,
                           [&](const Change& other) { seen.push_back("late " + describe(other)); });
  });
  doomed = store.subscribe(pods, [&](const Change&) { seen.push_back("doomed"); });
  REQUIRE(store.create(pods, make("a", "x")));
  REQUIRE(store.remove(pods, "a", "x"));
  REQUIRE(store.create(pods, make("a", "x")));
  REQUIRE(store.create(pods, make("a", "y")));
  late.reset();
  loop.run_one();
  CHECK(seen == std::vector<std::string>{"writer +a/x@2", "writer -a/x@3", "writer +a/x@4",
                                         "writer +a/y@5"});
  seen.clear();
  loop.run_for({});
  // The last `late` began after all writes but its own handler's last one.
  CHECK(seen == std::vector<std::string>{"writer ~a/x@6", "writer ~a/x@7", "writer ~a/y@8"});
}

TEST_CASE("a subscription from the past begins with what was missed") {
  sim::Loop loop;
  Store store{loop};
  REQUIRE(store.create(pods, make("a", "x")));
  REQUIRE(store.create(pods, make("a", "y")));
  REQUIRE(store.update(pods, make("a", "x", 1)));
  std::vector<std::string> seen;
  const Subscription other = store.subscribe(pods, [](const Change&) {});
  // A delivery is already on its way when the second subscription begins.
  REQUIRE(store.remove(pods, "a", "y"));
  const auto from_two = store.subscribe_from(
      2, pods, [&](const Change& change) { seen.push_back(describe(change)); });
  REQUIRE(from_two);
  REQUIRE(store.create(pods, make("a", "z")));
  loop.run_for({});
  CHECK(seen == std::vector<std::string>{"+a/y@3", "~a/x@4", "-a/y@5", "+a/z@6"});
  CHECK(store.subscribe_from(99, pods, [](const Change&) {}).error() == Error::future);
}

TEST_CASE("history is forgotten by number, by age and on demand") {
  sim::Loop loop;
  Store store{loop, {.history_changes = 3, .history_age = std::chrono::minutes{5}}};
  for (int index = 0; index < 5; ++index) {
    REQUIRE(store.create(pods, make("a", fmt::format("p{}", index))));
  }
  CHECK(store.compacted_revision(pods) == 3);
  CHECK(store.subscribe_from(2, pods, [](const Change&) {}).error() == Error::expired);
  CHECK(store.subscribe_from(3, pods, [](const Change&) {}));
  loop.run_for(std::chrono::minutes{6});
  REQUIRE(store.create(pods, make("a", "late")));
  CHECK(store.compacted_revision(pods) == 6);
  store.compact(store.revision());
  CHECK(store.compacted_revision(pods) == 7);
  CHECK(store.compacted_revision(services) == 7);
}

TEST_CASE("the state at any kept revision can be listed") {
  sim::Loop loop;
  Store store{loop};
  sim::Random random{11};
  std::vector<std::vector<std::string>> states(2);
  std::map<std::string, std::int64_t> model;
  const auto render = [&] {
    std::vector<std::string> result;
    store.visit(pods, "", [&](const Value& object) {
      result.push_back(fmt::format("{}={}", place_of(object), object["data"_key].as_int()));
      return true;
    });
    return result;
  };
  for (int step = 0; step < 400; ++step) {
    const std::string ns = fmt::format("n{}", random.below(3));
    const std::string name = fmt::format("p{}", random.below(12));
    if (store.find(pods, ns, name) == nullptr) {
      REQUIRE(store.create(pods, make(ns, name, step)));
    } else if (random.below(2) == 0) {
      REQUIRE(store.update(pods, make(ns, name, step)));
    } else {
      REQUIRE(store.remove(pods, ns, name));
    }
    states.push_back(render());
  }
  for (std::size_t revision = 2; revision < states.size(); revision += 7) {
    std::vector<std::string> listed;
    const auto done =
        store.visit_at(static_cast<std::int64_t>(revision), pods, "", {}, [&](const Value& object) {
          listed.push_back(fmt::format("{}={}", place_of(object), object["data"_key].as_int()));
          return true;
        });
    REQUIRE(done);
    CHECK(listed == states[revision]);
    // Cut anywhere, the rest follows.
    if (listed.size() < 4) continue;
    std::vector<std::string> rest;
    const std::string& cut = listed[2];
    const Store::Position after{cut.substr(0, cut.find('/')),
                                cut.substr(cut.find('/') + 1, cut.find('=') - cut.find('/') - 1)};
    REQUIRE(store.visit_at(
        static_cast<std::int64_t>(revision), pods, "", after, [&](const Value& object) {
          rest.push_back(fmt::format("{}={}", place_of(object), object["data"_key].as_int()));
          return true;
        }));
    CHECK(rest == std::vector<std::string>(listed.begin() + 3, listed.end()));
  }
  CHECK(store.visit_at(9'999, pods, "", {}, [](const Value&) { return true; }).error() ==
        Error::future);
}

TEST_CASE("the digest tells histories apart and is the same for the same one") {
  const auto digest_of = [](std::int64_t content, bool extra) {
    sim::Loop loop;
    Store store{loop};
    REQUIRE(store.create(pods, make("a", "x", content)));
    if (extra) REQUIRE(store.update(pods, make("a", "x", content)));
    return store.digest();
  };
  CHECK(digest_of(1, false) == digest_of(1, false));
  CHECK(digest_of(1, false) != digest_of(2, false));
  CHECK(digest_of(1, false) != digest_of(1, true));
}

TEST_CASE("a snapshot brings back objects, revision and digest") {
  sim::Loop loop;
  Store store{loop};
  REQUIRE(store.create(pods, make("a", "x", 1)));
  REQUIRE(store.create(nodes, make("", "n", 1)));
  const Store::Snapshot snapshot = store.snapshot();
  const std::uint64_t digest = store.digest();
  REQUIRE(store.update(pods, make("a", "x", 2)));
  REQUIRE(store.create(services, make("a", "s", 2)));
  store.restore(snapshot);
  CHECK(store.revision() == 3);
  CHECK(store.digest() == digest);
  CHECK(store.count(services) == 0);
  CHECK((*store.find(pods, "a", "x"))["data"_key].as_int() == 1);
  CHECK(store.update(pods, make("a", "x", 3), 2));
  CHECK(store.subscribe_from(2, pods, [](const Change&) {}).error() == Error::expired);
}

TEST_CASE("a subscription may outlive the store") {
  sim::Loop loop;
  Subscription subscription;
  {
    Store store{loop};
    subscription = store.subscribe(pods, [](const Change&) {});
    REQUIRE(store.create(pods, make("a", "x")));
  }
  loop.run_for({});
  CHECK(subscription);
}

}  // namespace
}  // namespace rockpool::store
