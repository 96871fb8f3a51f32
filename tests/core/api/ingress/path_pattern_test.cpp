// SPDX-License-Identifier: Apache-2.0
#include "core/api/ingress/path_pattern.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace rockpool::api::ingress {
namespace {

// The groups of a match, joined by "|"; "-" for no match, "?" for no pattern.
std::string match(std::string_view pattern, std::string_view path) {
  const auto parsed = PathPattern::parse(pattern);
  if (!parsed) return "?";
  const auto groups = parsed->match(path);
  if (!groups) return "-";
  std::string text;
  for (const std::string& group : *groups) text += (text.empty() ? "" : "|") + group;
  return text;
}

TEST_CASE("the patterns of ingress-nginx's own examples") {
  CHECK(match("^/something(/|$)(.*)", "/something/new") == "/something/new|/|new");
  CHECK(match("^/something(/|$)(.*)", "/something") == "/something||");
  CHECK(match("^/something(/|$)(.*)", "/somethingelse") == "-");
  CHECK(match("^/foo/bar/[A-Z0-9]{3}", "/foo/bar/AB1") == "?");
  CHECK(match("^/foo/bar/.+", "/foo/bar/") == "-");
  CHECK(match("^/foo/bar/.+", "/Foo/Bar/x") == "/Foo/Bar/x");
  CHECK(match("^/(?!/)x", "/x") == "?");
}

TEST_CASE("every part of a pattern") {
  CHECK(match("a|bc", "bcd") == "bc");
  CHECK(match("(a+)(a)", "aaa") == "aaa|aa|a");
  CHECK(match("(a+?)(a*)", "aaa") == "aaa|a|aa");
  CHECK(match("(?:ab)+c", "ababc") == "ababc");
  CHECK(match("[^/]+", "shop/cart") == "shop");
  CHECK(match("[a-c\\d]*", "b7z") == "b7");
  CHECK(match("\\.\\w\\s?\\D", ".x y") == ".x y");
  CHECK(match("x?y", "y") == "y");
  CHECK(match("^$", "") == "");
  CHECK(match("(a)|(b)", "b") == "b||b");
  CHECK(match("(a*)*", "aa") == "aa|");
}

TEST_CASE("what is no pattern") {
  for (const char* text : {"(", ")", "a)", "[a", "*a", "a**", "\\", "(?=a)"}) {
    CHECK_MESSAGE(!PathPattern::parse(text), text);
  }
  CHECK_FALSE(PathPattern::parse(std::string(5000, 'a')));
  CHECK_FALSE(PathPattern::parse(std::string(500, '(') + std::string(500, ')')));
}

TEST_CASE("a pattern that backtracks without end is given up") {
  CHECK(match("^(a+)+$", std::string(60, 'a') + "b") == "-");
}

TEST_CASE("groups are filled in") {
  CHECK(fill_in("/$2", {"/a/b", "/", "b"}) == "/b");
  CHECK(fill_in("/$1$3/$x$", {"", "y"}) == "/y/$x$");
}

}  // namespace
}  // namespace rockpool::api::ingress
