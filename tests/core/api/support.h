// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode.h"
#include "core/api/defaults.h"
#include "core/api/validation/validation.h"
#include "core/doc/yaml.h"

namespace rockpool::api::test {

/// The one document of a YAML text.
inline doc::Value yaml(std::string_view text) {
  const auto documents = doc::parse_yaml(text);
  REQUIRE_MESSAGE(documents.has_value(), text);
  REQUIRE(documents->size() == 1);
  return documents->front().value;
}

/// The text of an object `a` in the namespace `default` that has these members too.
inline std::string object(std::string_view members) {
  return "{metadata: {name: a, namespace: default}, " + std::string{members} + "}";
}

/// An object as the API server would hold it: decoded strictly and defaulted.
inline doc::Value made(ResourceId id, std::string_view text) {
  auto decoded = decode(resource(id), yaml(text));
  REQUIRE_MESSAGE(decoded.has_value(), (decoded ? "" : decoded.error().message));
  apply_defaults(resource(id), decoded->object);
  return decoded->object;
}

inline std::vector<std::string> messages(const FieldErrors& errors) {
  std::vector<std::string> all;
  for (const FieldError& error : errors) all.push_back(error.message());
  return all;
}

/// All findings about an object that is to be created, one per line.
inline std::string problems(ResourceId id, std::string_view text) {
  std::string all;
  for (const std::string& message : messages(validate_create(resource(id), made(id, text)))) {
    if (!all.empty()) all += '\n';
    all += message;
  }
  return all;
}

/// All findings about replacing one object by another, one per line. Both get the same
/// resourceVersion unless they have one.
inline std::string update_problems(ResourceId id, doc::Value before, doc::Value after) {
  for (doc::Value* object : {&before, &after}) {
    if (!(*object)["metadata"].contains("resourceVersion")) {
      object->edit("metadata").set("resourceVersion", "1");
    }
  }
  std::string all;
  for (const std::string& message : messages(validate_update(resource(id), after, before))) {
    if (!all.empty()) all += '\n';
    all += message;
  }
  return all;
}

}  // namespace rockpool::api::test
