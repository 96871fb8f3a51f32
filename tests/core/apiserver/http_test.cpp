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
  CHECK(request.headers.fields().empty());
}

}  // namespace
}  // namespace rockpool::apiserver
