// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_path.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

TEST_CASE("a path leads to a value, or nowhere") {
  const doc::Value object =
      doc::parse_json(
          R"({"spec":{"ports":[{"port":80},{"port":443}],"type":"NodePort"},"status":{}})")
          .value();
  const auto read = [&](std::string_view path) {
    const auto found = read_json_path(object, path);
    return found ? plain_text(*found) : "nothing";
  };
  CHECK(read("{.spec.type}") == "NodePort");
  CHECK(read(".spec.type") == "NodePort");
  CHECK(read("$.spec.type") == "NodePort");
  CHECK(read("{.spec.ports[1].port}") == "443");
  CHECK(read("{.status}") == "{}");
  CHECK(read("{.spec.ports[2].port}") == "nothing");
  CHECK(read("{.spec.ports[-3].port}") == "nothing");
  CHECK(read("{.spec.ports[x]}") == "nothing");
  CHECK(read("{.spec.ports[0}") == "nothing");
  CHECK(read("{.spec[0]}") == "nothing");
  CHECK(read("{.status.phase}") == "nothing");
  CHECK(read("{.spec.type.deeper}") == "nothing");
}

TEST_CASE("a path may filter, count from the end, and quote") {
  const Value object = parse_json(R"({"conditions":[{"type":"A","status":"1"},{"type":"Ready]",
      "status":"2"}],"a.b":{"c":3}})")
                           .value();
  const auto read = [&](std::string_view path) {
    const auto found = read_json_path(object, path);
    return found ? plain_text(*found) : "nothing";
  };
  CHECK(read(R"(.conditions[?(@.type=="Ready]")].status)") == "2");
  CHECK(read(".conditions[?(@.type == 'A')].status") == "1");
  CHECK(read(".conditions[?(@.type=='B')].status") == "nothing");
  CHECK(read(".conditions[-1].status") == "2");
  CHECK(read(".conditions[-3].status") == "nothing");
  CHECK(read("['a.b'].c") == "3");
  CHECK(read(R"(.a\.b.c)") == "3");
  CHECK(read(".conditions[?(@.type)].status") == "nothing");
  CHECK(read(".conditions[*].status") == "nothing");
}

}  // namespace
}  // namespace rockpool::doc
