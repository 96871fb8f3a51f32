// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/fault.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::cluster {
namespace {

doc::Value json(std::string_view text) {
  return doc::parse_json(text).value();
}

TEST_CASE("every fault reads back from its own document") {
  for (const char* text : {
           R"({"crash":"pod/default/web-1"})",
           R"({"container":"nginx","crash":"pod/default/web-1"})",
           R"({"kill":"pod/default/web-1"})",
           R"({"kill":"pod/default/web-1","now":true})",
           R"({"stop":"node/node-1"})",
           R"({"start":"node/node-1"})",
           R"({"cut":"node/node-1"})",
           R"({"cut":"node/node-1","from":"control-plane"})",
           R"({"delay":"200ms","slow":"node/node-1"})",
           R"({"from":"outside","lose":"node/node-1","loss":0.25})",
           R"({"restart":"proxy/node-1"})",
           R"({"delay":"5s","restart":"proxy/node-1"})",
           R"({"restart":"component/kube-apiserver"})",
           R"({"fill":"node/node-1","memory":"1Gi","storage":"95Gi"})",
           R"({"heal":"node/node-1"})",
           R"({"freeze":"proxy/node-1"})",
           R"({"thaw":"proxy/node-1"})",
           R"({"halt":"component/scheduler"})",
           R"({"resume":"component/scheduler"})",
       }) {
    CAPTURE(text);
    const auto fault = Fault::parse(json(text));
    REQUIRE(fault.has_value());
    CHECK(doc::to_json(fault->to_value()) == text);
  }
  CHECK(Fault::parse(json(R"({"kill":"pod/a/b","now":true})"))->kind == FaultKind::kill_now);
  CHECK(Fault::parse(json(R"({"kill":"pod/a/b","now":false})"))->kind == FaultKind::kill);
}

TEST_CASE("a fault that makes no sense says what is wrong with it") {
  const auto message = [](const char* text) {
    const auto fault = Fault::parse(json(text));
    return fault ? std::string{"(accepted)"} : fault.error().message;
  };
  CHECK(message("[]") == "fault: expected an object such as {kill: pod/default/web}");
  CHECK(message("{}").starts_with("fault: what is to happen? Give one of crash, kill, stop"));
  CHECK(message(R"({"kill":"pod/a/b","stop":"node/x"})") ==
        "fault: give one of kill and stop, not both");
  CHECK(message(R"({"kill":"web"})") == "fault: kill: expected pod/NAMESPACE/NAME");
  CHECK(message(R"({"kill":"pod/web"})") == "fault: kill: expected pod/NAMESPACE/NAME");
  CHECK(message(R"({"stop":"pod/a/b"})") == "fault: stop: expected node/NAME");
  CHECK(message(R"({"stop":5})") == "fault: stop: expected node/NAME");
  CHECK(message(R"({"stop":"node/a","now":true})") ==
        "fault: now: unknown or of the wrong type for stop");
  CHECK(message(R"({"slow":"node/a"})") == "fault: slow needs delay");
  CHECK(message(R"({"slow":"node/a","delay":"soon"})") ==
        "fault: delay: expected a duration such as 200ms");
  CHECK(message(R"({"lose":"node/a","loss":2})") == "fault: loss: expected a number from 0 to 1");
}

}  // namespace
}  // namespace rockpool::cluster
