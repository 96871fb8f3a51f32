// SPDX-License-Identifier: Apache-2.0
#include "core/api/selector.h"

#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

LabelSelector selector(std::string_view text) {
  const auto parsed = LabelSelector::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

std::string error(std::string_view text) {
  const auto parsed = LabelSelector::parse(text);
  REQUIRE_MESSAGE(!parsed.has_value(), text);
  CHECK(parsed.error().code == 400);
  return parsed.error().message;
}

TEST_CASE("the text form selects by labels") {
  const doc::Value web = yaml("{app: web, tier: front, size: '10', empty: ''}");
  const std::pair<std::string_view, bool> cases[] = {
      {"", true},
      {"app=web", true},
      {"app==web", true},
      {"app=db", false},
      {"app!=db", true},
      {"app!=web", false},
      {"zone!=a", true},
      {"app in (web,db)", true},
      {"app in (db)", false},
      {"app notin (db)", true},
      {"zone notin (a)", true},
      {"zone in (a)", false},
      {"app", true},
      {"zone", false},
      {"!zone", true},
      {"!app", false},
      {"size>9", true},
      {"size<9", false},
      {"zone>1", false},
      {"app>1", false},
      {"app=web,tier in (front, back),!zone", true},
      {"app=web,tier=back", false},
      {" app = web , tier ", true},
      {"in=1", false},
      {"empty=", true},
      {"empty in (,x)", true},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(selector(text).matches(web) == expected);
  }
  CHECK(selector("").is_everything());
  CHECK(selector("").matches(doc::Value{}));
  CHECK(selector("!a").matches(doc::Value{}));
  CHECK(!selector("a").matches(doc::Value{}));
}

TEST_CASE("a selector prints in canonical order") {
  CHECK(selector("tier in (b,a,b),app=web,!c,d!=e,f,g notin (x),h>3,i==j").to_string() ==
        "app=web,!c,d!=e,f,g notin (x),h>3,i==j,tier in (a,b)");
  for (const std::string_view text : {"a=b", "a in (b,c)", "!a", "a<5", "a"}) {
    CHECK(selector(selector(text).to_string()) == selector(text));
  }
}

TEST_CASE("mistakes in the text form are told in upstream's words") {
  CHECK(error("app=a=b") == "found '=', expected: ',' or 'end of string'");
  CHECK(error("app,,b") == "found ',', expected: identifier after ','");
  CHECK(error("app,") == "found '', expected: identifier after ','");
  CHECK(error(",") == "found ',', expected: !, identifier, or 'end of string'");
  CHECK(error("app in web") == "unable to parse requirement: found 'web' expected: '('");
  CHECK(error("app in (web") == "unable to parse requirement: found '', expected: ',' or ')'");
  CHECK(error("app in ()") ==
        "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, "
        "values set can't be empty");
  CHECK(error("app web") ==
        "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt");
  CHECK(error("!") == "unable to parse requirement: found '', expected: identifier");
  CHECK(error("a_=b").starts_with(
      "unable to parse requirement: <nil>: Invalid value: \"a_\": name part must consist of"));
  CHECK(error("a>b") ==
        "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, "
        "the value must be an integer");
  CHECK(error("a=" + std::string(64, 'x')).find("values[0][a]: Invalid value") !=
        std::string::npos);
}

TEST_CASE("metav1.LabelSelector: null selects nothing, an empty one everything") {
  CHECK(LabelSelector::from_value(doc::Value{})->is_nothing());
  CHECK(!LabelSelector::from_value(doc::Value{})->matches(yaml("{a: b}")));
  CHECK(LabelSelector::from_value(yaml("{}"))->is_everything());
  const auto both = LabelSelector::from_value(yaml(R"(
matchLabels: {app: web}
matchExpressions:
- {key: tier, operator: In, values: [front]}
- {key: zone, operator: DoesNotExist}
)"));
  REQUIRE(both.has_value());
  CHECK(both->to_string() == "app=web,tier in (front),!zone");
  CHECK(both->matches(yaml("{app: web, tier: front}")));
  CHECK(!both->matches(yaml("{app: web, tier: front, zone: a}")));
  CHECK(*both->required_value("app") == "web");
  CHECK(*both->required_value("tier") == "front");
  CHECK(both->required_value("zone") == nullptr);
  const auto bad = LabelSelector::from_value(yaml("matchExpressions: [{key: a, operator: Like}]"));
  REQUIRE(!bad.has_value());
  CHECK(bad.error().message == "\"Like\" is not a valid label selector operator");
}

TEST_CASE("a Service's selector selects what has all its labels") {
  const LabelSelector from = LabelSelector::from_labels(yaml("{app: web, tier: front}"));
  CHECK(from.matches(yaml("{app: web, tier: front, x: y}")));
  CHECK(!from.matches(yaml("{app: web}")));
  CHECK(LabelSelector::from_labels(doc::Value{}).is_everything());
}

TEST_CASE("selectors are shown to people") {
  CHECK(format_label_selector(yaml("matchLabels: {b: c, a: b}")) == "a=b,b=c");
  CHECK(format_label_selector(yaml("{}")) == "<none>");
  CHECK(format_label_selector(doc::Value{}) == "<none>");
  CHECK(format_label_selector(yaml("matchExpressions: [{key: a, operator: Like}]")) == "<error>");
}

}  // namespace
}  // namespace rockpool::api
