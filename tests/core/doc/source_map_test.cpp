// SPDX-License-Identifier: Apache-2.0
#include "core/doc/source_map.h"

#include <doctest/doctest.h>

#include "core/doc/yaml.h"

namespace rockpool::doc {
namespace {

SourceMap map_of(std::string_view text) {
  auto documents = parse_yaml(text);
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 1);
  return documents->front().positions;
}

TEST_CASE("members are found by either notation, items by their index") {
  const SourceMap map = map_of(
      "metadata:\n  labels:\n    a.b/c: x\n    plain: y\n    \"with[bracket]\": z\nspec:\n  "
      "ports:\n"
      "  - port: 80\n  - {port: 81, name: web}\n");
  CHECK(map.key_position("metadata.labels[a.b/c]") == Position{3, 5});
  CHECK(map.value_position("metadata.labels[a.b/c]") == Position{3, 12});
  CHECK(map.key_position("metadata.labels.a.b/c") == Position{3, 5});
  CHECK(map.key_position("metadata.labels[plain]") == Position{4, 5});
  CHECK(map.key_position(".metadata.labels.plain") == Position{4, 5});
  CHECK(map.key_position("metadata.labels[with[bracket]]") == Position{5, 5});
  CHECK(map.key_position("spec.ports[0].port") == Position{8, 5});
  CHECK(map.key_position("spec.ports[1].name") == Position{9, 16});
  CHECK(map.value_position("spec.ports[1]") == Position{9, 5});
  CHECK(map.contains("spec.ports[1].port"));
}

TEST_CASE("what is not there stands at its nearest ancestor") {
  const SourceMap map = map_of("kind: Pod\nspec:\n  containers:\n  - name: web\n");
  CHECK(map.key_position("spec.containers[0].image") == Position{4, 5});
  CHECK(map.value_position("spec.containers[0].image") == Position{4, 5});
  CHECK(map.value_position("spec.containers[7].image") == Position{3, 3});
  CHECK(map.value_position("spec.nodeName") == Position{2, 1});
  CHECK(map.value_position("metadata.name") == Position{1, 1});
  CHECK_FALSE(map.contains("spec.containers[0].image"));
  CHECK_FALSE(map.contains("spec.container"));
  CHECK_FALSE(map.contains("spec.containersX"));
  CHECK_FALSE(map.contains("spec.containers[00x]"));
}

TEST_CASE("of a member and a longer one that starts alike, the longer one is meant") {
  const SourceMap map = map_of("a: {b: 1}\na.b: 2\n");
  CHECK(map.key_position("a.b") == Position{2, 1});
  CHECK(map.key_position("[a].b") == Position{1, 5});
}

TEST_CASE("what comes through an alias stands where the alias does") {
  const SourceMap map = map_of("a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n");
  CHECK(map.value_position("a.b") == Position{2, 6});
  CHECK(map.value_position("c.b") == Position{3, 1});
  CHECK(map.value_position("c") == Position{3, 4});
  CHECK(map.key_position("d.b") == Position{4, 1});
}

TEST_CASE("an empty map answers with the beginning") {
  const SourceMap map;
  CHECK(map.is_empty());
  CHECK(map.key_position("a.b") == Position{1, 1});
  CHECK(map.value_position("") == Position{1, 1});
  CHECK_FALSE(map.contains(""));
}

}  // namespace
}  // namespace rockpool::doc
