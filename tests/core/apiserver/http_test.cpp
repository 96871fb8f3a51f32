// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/http.h"

#include <doctest/doctest.h>

namespace rockpool::apiserver {
namespace {

TEST_CASE("a target is cut into a path and a decoded query") {
  const Request request =
      make_request("GET", "/api/v1/pods?labelSelector=app%3Dweb%2Ctier+in+%28a%29&watch&limit=5");
  CHECK(request.path == "/api/v1/pods");
  CHECK(request.query_value("labelSelector") == "app=web,tier in (a)");
  REQUIRE(request.find_query("watch") != nullptr);
  CHECK(request.find_query("watch")->empty());
  CHECK(request.query_value("limit") == "5");
  CHECK(request.find_query("none") == nullptr);
  CHECK(request.headers.size() == 0);
}

TEST_CASE("broken escapes stay as they are") {
  CHECK(percent_decode("%zz%4", false) == "%zz%4");
  CHECK(percent_decode("100%", false) == "100%");
  CHECK(percent_decode("%41+%c3%A9", false) == "A+\xc3\xa9");
}

TEST_CASE("headers are found whatever their case") {
  Headers headers{{"Content-Type", "text/plain"}};
  headers.add("accept", "a");
  CHECK(headers.get("content-type") == "text/plain");
  CHECK(headers.get("ACCEPT") == "a");
  CHECK(headers.find("Content-Typ") == nullptr);
  CHECK(headers.get("nothing").empty());
}

}  // namespace
}  // namespace rockpool::apiserver
