// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/match.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::scenario {
namespace {

using Texts = std::vector<std::string>;

Texts differences(std::string_view expected, std::string_view found) {
  Texts texts;
  for (const Mismatch& mismatch :
       match(doc::parse_json(expected).value(), doc::parse_json(found).value())) {
    texts.push_back(mismatch.to_string());
  }
  return texts;
}

TEST_CASE("only what the test names is compared") {
  CHECK(differences(R"({"a":1})", R"({"a":1,"b":2})").empty());
  CHECK(differences(R"({})", R"({"b":2})").empty());
  CHECK(differences(R"({"spec":{"replicas":3}})",
                    R"({"spec":{"replicas":3,"paused":true},"status":{}})")
            .empty());
  CHECK(differences(R"({"n":3})", R"({"n":3.0})").empty());
}

TEST_CASE("each difference is told with its place") {
  CHECK(differences(R"({"status":{"readyReplicas":3}})", R"({"status":{"readyReplicas":1}})") ==
        Texts{"status.readyReplicas: Invalid value: 1: Expected value: 3"});
  CHECK(differences(R"({"a":"1"})", R"({"a":1})") ==
        Texts{"a: Invalid value: 1: Expected value: \"1\""});
  CHECK(differences(R"({"a":{"b":1}})", R"({"a":2})") ==
        Texts{"a: Invalid value: 2: Expected value: {\"b\":1}"});
  CHECK(differences(R"({"a":1,"b":2})", R"({"b":3})") ==
        Texts{"a: Required value: field not found in the input object; expected 1",
              "b: Invalid value: 3: Expected value: 2"});
  CHECK(differences(R"({"metadata":{"labels":{"app.kubernetes.io/name":"web"}}})",
                    R"({"metadata":{"labels":{"app.kubernetes.io/name":"db"}}})") ==
        Texts{"metadata.labels[app.kubernetes.io/name]: Invalid value: \"db\": Expected value: "
              "\"web\""});
}

TEST_CASE("an array is compared item by item, and must be as long") {
  CHECK(differences(R"({"l":[{"a":1},{"b":2}]})", R"({"l":[{"a":1,"x":0},{"b":2}]})").empty());
  CHECK(differences(R"({"l":[{"a":1},{"b":2}]})", R"({"l":[{"a":1},{"b":3}]})") ==
        Texts{"l[1].b: Invalid value: 3: Expected value: 2"});
  CHECK(differences(R"({"l":[1]})", R"({"l":[1,2]})") ==
        Texts{"l: Invalid value: [1,2]: lengths of slices don't match; expected [1]"});
  CHECK(differences(R"({"l":[]})", R"({"l":[1]})").size() == 1);
  CHECK(differences(R"({"l":[1]})", R"({"l":{}})").size() == 1);
}

TEST_CASE("null means that there is nothing") {
  CHECK(differences(R"({"a":null})", R"({})").empty());
  CHECK(differences(R"({"a":null})", R"({"a":null})").empty());
  CHECK(differences(R"({"a":null})", R"({"a":1})").size() == 1);
}

}  // namespace
}  // namespace rockpool::scenario
