// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/field_set.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::apiserver::managed {
namespace {

FieldSet read(std::string_view text) {
  FieldSet set = FieldSet::from_value(*doc::parse_json(text));
  set.member = false;
  return set;
}

std::string write(const FieldSet& set) {
  return doc::to_json(set.to_value());
}

TEST_CASE("sets of fields are read and written as FieldsV1") {
  constexpr std::string_view kText =
      R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":)"
      R"({"k:{\"name\":\"web\"}":{".":{},"f:image":{}}},"f:finalizers":{"v:\"a\"":{}}}})";
  const FieldSet set = read(kText);
  CHECK(write(set) == kText);
  CHECK(set.paths() == std::vector<std::string>{".metadata.labels", ".metadata.labels.app",
                                                ".spec.containers[name=\"web\"]",
                                                ".spec.containers[name=\"web\"].image",
                                                ".spec.finalizers[=\"a\"]"});
}

TEST_CASE("sets of fields unite, intersect and subtract by their members") {
  const FieldSet left = read(R"({"f:a":{".":{},"f:x":{}},"f:b":{}})");
  const FieldSet right = read(R"({"f:a":{"f:x":{},"f:y":{}},"f:c":{}})");
  CHECK(write(unite(left, right)) == R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{},"f:c":{}})");
  CHECK(write(intersect(left, right)) == R"({"f:a":{"f:x":{}}})");
  CHECK(write(subtract(left, right)) == R"({"f:a":{},"f:b":{}})");
  CHECK(write(subtract(right, left)) == R"({"f:a":{"f:y":{}},"f:c":{}})");
  CHECK(subtract(left, left).empty());
}

}  // namespace
}  // namespace rockpool::apiserver::managed
