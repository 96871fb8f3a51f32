// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/request_info.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

namespace rockpool::apiserver {
namespace {

std::string describe(std::string_view path) {
  const auto parsed = parse_resource_path(path);
  if (!parsed) return "none";
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", parsed->group, parsed->version, parsed->ns,
                     parsed->resource, parsed->name, parsed->subresource, parsed->rest);
}

TEST_CASE("resource paths are taken apart") {
  CHECK(describe("/api/v1") == "|v1|||||");
  CHECK(describe("/api/v1/") == "|v1|||||");
  CHECK(describe("/api/v1/pods") == "|v1||pods|||");
  CHECK(describe("/api/v1/nodes/n1/status") == "|v1||nodes|n1|status|");
  CHECK(describe("/api/v1/namespaces") == "|v1||namespaces|||");
  CHECK(describe("/api/v1/namespaces/x") == "|v1||namespaces|x||");
  CHECK(describe("/api/v1/namespaces/x/status") == "|v1||namespaces|x|status|");
  CHECK(describe("/api/v1/namespaces/x/finalize") == "|v1||namespaces|x|finalize|");
  CHECK(describe("/api/v1/namespaces/x/pods") == "|v1|x|pods|||");
  CHECK(describe("/api/v1/namespaces/x/pods/p/log") == "|v1|x|pods|p|log|");
  CHECK(describe("/api/v1/namespaces/x/pods/p/proxy/a/b") == "|v1|x|pods|p|proxy|a/b");
  CHECK(describe("/apis/apps/v1/namespaces/x/deployments/d/scale") ==
        "apps|v1|x|deployments|d|scale|");
  CHECK(describe("/apis/apps") == "none");
  CHECK(describe("/apis") == "none");
  CHECK(describe("/healthz") == "none");
  CHECK(describe("") == "none");
}

}  // namespace
}  // namespace rockpool::apiserver
