// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/rewrite_links.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace rockpool::cluster {
namespace {

TEST_CASE("links to the same server stay behind the proxy, all else is left as it is") {
  const auto rewrite = [](std::string_view html) { return rewrite_links(html, "/p/proxy"); };
  CHECK(rewrite("<a href=\"/x\">y</a>") == "<a href=\"/p/proxy/x\">y</a>");
  CHECK(rewrite("<IMG alt='/x' SRC = '/x.png'/>") == "<IMG alt='/x' SRC = '/p/proxy/x.png'/>");
  CHECK(rewrite("<script src=/a.js></script>") == "<script src=/p/proxy/a.js></script>");
  for (const std::string_view same :
       {"<a href=\"x\">", "<a href=\"//other/x\">", "<a href=\"http://other/\">",
        "<p title=\"/x\">", "<!-- <a href=\"/x\"> -->", "<!-- <a href=\"/x\">", "1 < 2 /x",
        "<a href", "<a href=", "<", "", "<a href=\"/p/proxy/x\">"}) {
    CHECK(rewrite(same) == same);
  }
}

}  // namespace
}  // namespace rockpool::cluster
