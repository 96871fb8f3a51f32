// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/watch.h"

#include <memory>
#include <string>

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

// Writes down what a watch shows: "ADDED c1 ".
struct Watching {
  Watching(Cluster& cluster, const std::string& target) {
    Response response = cluster.send("GET", target);
    REQUIRE_MESSAGE(response.watch, response.body);
    stream = response.watch;
    stream->on_event([this](const WatchEvent& event) {
      seen += std::string{watch_event_type(event.kind)} + " " +
              event.object["metadata"_key]["name"_key].to_string("-") + " ";
      last = event.object;
    });
    stream->on_close([this] { closed = true; });
  }

  std::shared_ptr<WatchStream> stream;
  std::string seen;
  Value last;
  bool closed = false;
};

std::string watch_target(std::string_view rest = {}) {
  return std::string{kConfigMaps} + "?watch=1" + std::string{rest};
}

TEST_CASE("a watch shows what is there, then what happens") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  Watching watching{cluster, watch_target()};
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("b"));
  cluster.expect(200, "PUT", std::string{kConfigMaps} + "/a", config_map_manifest("a", "2"));
  cluster.expect(200, "DELETE", std::string{kConfigMaps} + "/b");
  cluster.expect(201, "POST", "/api/v1/namespaces/kube-system/configmaps",
                 config_map_manifest("elsewhere"));
  CHECK(watching.seen.empty());
  cluster.loop.run_for({});
  CHECK(watching.seen == "ADDED a ADDED b MODIFIED a DELETED b ");
  CHECK_FALSE(watching.closed);
}

TEST_CASE("a watch from a version shows what came after it") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  const std::string version = std::to_string(cluster.store.revision());
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("b"));
  Watching watching{cluster, watch_target("&resourceVersion=" + version)};
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  cluster.loop.run_for({});
  CHECK(watching.seen == "ADDED b ADDED c ");
}

TEST_CASE("a watch from a version that is forgotten ends with 410") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  const std::string version = std::to_string(cluster.store.revision() - 1);
  cluster.store.compact(cluster.store.revision());
  Watching watching{cluster, watch_target("&resourceVersion=" + version)};
  CHECK(watching.seen == "ERROR - ");
  CHECK(watching.last["code"_key].as_int() == 410);
  CHECK(watching.last["reason"_key].as_string() == "Expired");
  CHECK(watching.last["message"_key].as_string().starts_with("too old resource version: "));
  // The handler was set before anybody could be told of the end.
  CHECK(watching.stream->is_closed());
}

TEST_CASE("an object that begins or ceases to match comes and goes") {
  Cluster cluster;
  Watching watching{cluster, watch_target("&labelSelector=on%3Dyes")};
  const std::string target = std::string{kConfigMaps} + "/a";
  const auto relabel = [&](std::string_view value) {
    cluster.expect(200, "PATCH", target,
                   fmt::format(R"({{"metadata":{{"labels":{{"on":"{}"}}}}}})", value),
                   "application/merge-patch+json");
    cluster.loop.run_for({});
  };
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  relabel("yes");
  CHECK(watching.seen == "ADDED a ");
  relabel("no");
  CHECK(watching.seen == "ADDED a DELETED a ");
  // The last state that matched, at the version at which it ceased to.
  CHECK(watching.last["metadata"_key]["labels"_key]["on"].as_string() == "yes");
  CHECK(watching.last["metadata"_key]["resourceVersion"_key].to_string() ==
        std::to_string(cluster.store.revision()));
  relabel("maybe");
  CHECK(watching.seen == "ADDED a DELETED a ");
}

TEST_CASE("a single object can be watched") {
  Cluster cluster;
  Watching watching{cluster, std::string{kConfigMaps} + "/a?watch=true"};
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("b"));
  cluster.loop.run_for({});
  CHECK(watching.seen == "ADDED a ");
}

TEST_CASE("bookmarks tell that nothing was missed") {
  Cluster cluster;
  Watching watching{cluster, watch_target("&allowWatchBookmarks=true")};
  cluster.loop.run_for(std::chrono::seconds{125});
  CHECK(watching.seen == "BOOKMARK - BOOKMARK - ");
  CHECK(watching.last["kind"_key].as_string() == "ConfigMap");
  CHECK(watching.last["metadata"_key]["resourceVersion"_key].to_string() ==
        std::to_string(cluster.store.revision()));
  Watching silent{cluster, watch_target()};
  cluster.loop.run_for(std::chrono::seconds{125});
  CHECK(silent.seen.empty());
}

TEST_CASE("initial events end with a bookmark that says so") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  Watching watching{cluster, watch_target("&sendInitialEvents=true&allowWatchBookmarks=true"
                                          "&resourceVersionMatch=NotOlderThan")};
  cluster.loop.run_for({});
  CHECK(watching.seen == "ADDED a BOOKMARK - ");
  CHECK(watching.last["metadata"_key]["annotations"_key]["k8s.io/initial-events-end"].as_string() ==
        "true");
}

TEST_CASE("a watch ends at its time-out, and when its reader closes it or lets it go") {
  Cluster cluster;
  Watching timed{cluster, watch_target("&timeoutSeconds=30")};
  Watching closing{cluster, watch_target()};
  Watching released{cluster, watch_target()};
  cluster.loop.run_for(std::chrono::seconds{29});
  CHECK_FALSE(timed.closed);
  cluster.loop.run_for(std::chrono::seconds{1});
  CHECK(timed.closed);
  closing.stream->close();
  released.stream.reset();
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  cluster.loop.run_for({});
  CHECK(timed.seen.empty());
  CHECK(closing.seen.empty());
  CHECK_FALSE(closing.closed);
  CHECK(released.seen.empty());
}

TEST_CASE("a handler may write and end its own watch") {
  Cluster cluster;
  auto stream = *cluster.server.watch(api::ResourceId::configmaps, "default");
  int seen = 0;
  stream->on_event([&](const WatchEvent& event) {
    ++seen;
    if (seen == 1) {
      REQUIRE(cluster.server.remove(api::ResourceId::configmaps, "default",
                                    event.object["metadata"_key]["name"_key].as_string()));
    } else {
      stream.reset();
    }
  });
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("a"));
  cluster.loop.run_for({});
  CHECK(seen == 2);
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("b"));
  cluster.loop.run_for({});
  CHECK(seen == 2);
}

TEST_CASE("events are streamed a line each") {
  CHECK(to_json_line({WatchEvent::deleted, json(R"({"a":1})"), {}}) ==
        "{\"type\":\"DELETED\",\"object\":{\"a\":1}}\n");
}

}  // namespace
}  // namespace rockpool::apiserver
