// SPDX-License-Identifier: Apache-2.0
#include "core/api/field_selector.h"

#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

TEST_CASE("field selectors match by the kind's fields") {
  const doc::Value pod = yaml(R"(
metadata: {name: web, namespace: default}
spec: {nodeName: n1, hostNetwork: true}
status: {phase: Running}
)");
  const Resource& pods = resource(ResourceId::pods);
  const std::pair<std::string_view, bool> cases[] = {
      {"", true},
      {"metadata.name=web", true},
      {"metadata.name==web,status.phase=Running", true},
      {"metadata.name!=web", false},
      {"spec.nodeName!=", true},
      {"spec.nodeName=", false},
      {"spec.host=n1", true},
      {"spec.hostNetwork=true", true},
      {"status.podIP=", true},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto selector = FieldSelector::parse(pods, text);
    REQUIRE(selector.has_value());
    CHECK(selector->matches(pod) == expected);
  }
  CHECK(*FieldSelector::parse(pods, "spec.nodeName=n1")->required_value("spec.nodeName") == "n1");
}

TEST_CASE("fields that a kind does not know are refused") {
  const auto error = [](ResourceId id, std::string_view text) {
    const auto selector = FieldSelector::parse(resource(id), text);
    REQUIRE(!selector.has_value());
    CHECK(selector.error().code == 400);
    return selector.error().message;
  };
  CHECK(error(ResourceId::pods, "spec.foo=1") == "field label not supported: spec.foo");
  CHECK(error(ResourceId::deployments, "spec.replicas=1") ==
        "\"spec.replicas\" is not a known field selector: only \"metadata.name\", "
        "\"metadata.namespace\"");
  CHECK(error(ResourceId::pods, "nonsense") ==
        "invalid selector: 'nonsense'; can't understand 'nonsense'");
  CHECK(error(ResourceId::pods, "metadata.name=a=b") ==
        "invalid field selector: unescaped character in value: =");
  CHECK(error(ResourceId::pods, R"(metadata.name=a\b)") ==
        R"(invalid field selector: invalid escape sequence: \b)");
}

TEST_CASE("values may hold commas, escaped") {
  const auto selector = FieldSelector::parse(resource(ResourceId::events), R"(reason=a\,b)");
  REQUIRE(selector.has_value());
  CHECK(selector->matches(yaml("reason: 'a,b'")));
  CHECK(selector->to_string() == R"(reason=a\,b)");
}

}  // namespace
}  // namespace rockpool::api
