// SPDX-License-Identifier: Apache-2.0
#include "core/client/event_recorder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/sim/loop.h"
#include "core/store/store.h"

namespace rockpool::client {
namespace {

using namespace doc::literals;

TEST_CASE("what components record of one object at one moment is all kept") {
  sim::Loop loop;
  store::Store store{loop};
  apiserver::ApiServer api{loop, store, sim::Random{1}};
  api.bootstrap();
  EventRecorder kubelet{loop, api, "kubelet", "node-1"};
  EventRecorder controller{loop, api, "node-controller"};
  const doc::Value node =
      doc::Value::map({{"apiVersion", "v1"},
                       {"kind", "Node"},
                       {"metadata", doc::Value::map({{"name", "node-1"}, {"uid", "node-1"}})}});

  kubelet.normal(node, "Starting", "Starting kubelet.");
  kubelet.normal(node, "NodeReady", "Node node-1 status is now: NodeReady");
  controller.normal(node, "RegisteredNode", "Node node-1 event: Registered Node node-1");
  controller.normal(node, "RegisteredNode", "Node node-1 event: Registered Node node-1");

  std::vector<std::string> told;
  const auto list = api.list(api::ResourceId::events, "default");
  REQUIRE(list);
  for (const doc::Value& event : list->items) {
    told.push_back(event["reason"_key].to_string() + " " +
                   std::to_string(event["count"_key].as_int()));
  }
  CHECK(told == std::vector<std::string>{"Starting 1", "NodeReady 1", "RegisteredNode 2"});
}

}  // namespace
}  // namespace rockpool::client
