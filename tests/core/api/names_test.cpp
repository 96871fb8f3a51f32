// SPDX-License-Identifier: Apache-2.0
#include "core/api/names.h"

#include <doctest/doctest.h>

#include <set>

namespace rockpool::api {
namespace {

constexpr std::string_view kLabelMessage =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

TEST_CASE("DNS labels and subdomains") {
  for (const std::string_view good : {"a", "0", "web-1", "a--b"}) {
    CHECK(check_dns1123_label(good).empty());
    CHECK(check_dns1123_subdomain(good).empty());
  }
  CHECK(check_dns1123_label("Web") == Problems{std::string{kLabelMessage}});
  CHECK(check_dns1123_label("") == Problems{std::string{kLabelMessage}});
  CHECK(check_dns1123_label("-a").size() == 1);
  CHECK(check_dns1123_label("a-").size() == 1);
  CHECK(check_dns1123_label("a.b") == Problems{"must not contain dots"});
  CHECK(check_dns1123_label(std::string(63, 'a')).empty());
  CHECK(check_dns1123_label(std::string(64, 'a')) ==
        Problems{"must be no more than 63 characters"});
  CHECK(check_dns1123_subdomain("a.b-c.d").empty());
  CHECK(check_dns1123_subdomain("a..b") ==
        Problems{"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                 "characters, '-' or '.', and must start and end with an alphanumeric character "
                 "(e.g. 'example.com', regex used for validation is "
                 "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"});
  CHECK(check_dns1035_label("a1").empty());
  CHECK(check_dns1035_label("1a") ==
        Problems{"a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
                 "start with an alphabetic character, and end with an alphanumeric character (e.g. "
                 "'my-name',  or 'abc-123', regex used for validation is "
                 "'[a-z]([-a-z0-9]*[a-z0-9])?')"});
  CHECK(check_dns1123_subdomain_with_underscore("_ldap._tcp.example.com").empty());
  CHECK(!check_dns1123_subdomain_with_underscore("a_").empty());
}

TEST_CASE("label keys and values") {
  for (const std::string_view good : {"app", "a.b/c", "App_1", "kubernetes.io/os"}) {
    CHECK(check_qualified_name(good).empty());
  }
  CHECK(check_qualified_name("/a") == Problems{"prefix part must be non-empty"});
  CHECK(check_qualified_name("a/").size() == 2);
  CHECK(check_qualified_name("a/").front() == "name part must be non-empty");
  CHECK(check_qualified_name("a/b/c").front().starts_with("a valid label key must consist of"));
  CHECK(check_qualified_name("A/b").front().starts_with("prefix part a lowercase RFC 1123"));
  CHECK(check_label_value("").empty());
  CHECK(check_label_value("a_b.C").empty());
  CHECK(check_label_value("a b") ==
        Problems{"a valid label must be an empty string or consist of alphanumeric characters, "
                 "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
                 "'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                 "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"});
}

TEST_CASE("names of ports") {
  CHECK(check_port_name("http-1").empty());
  CHECK(check_port_name("80") == Problems{"must contain at least one letter (a-z)"});
  CHECK(check_port_name("a--b") == Problems{"must not contain consecutive hyphens"});
  CHECK(check_port_name("-a") == Problems{"must not begin or end with a hyphen"});
  CHECK(check_port_name("abcdefghijklmnop") == Problems{"must be no more than 15 characters"});
  CHECK(check_port_name("Http") ==
        Problems{"must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"});
  CHECK(check_port_number(0) == Problems{"must be between 1 and 65535, inclusive"});
  CHECK(check_port_number(65535).empty());
  CHECK(!check_port_number(65536).empty());
}

TEST_CASE("keys, variables, headers and percentages") {
  CHECK(check_config_map_key("app.properties").empty());
  CHECK(check_config_map_key("..") == Problems{"must not be '..'"});
  CHECK(check_config_map_key("..a") == Problems{"must not start with '..'"});
  CHECK(!check_config_map_key("a/b").empty());
  CHECK(check_relaxed_environment_name("1 a").empty());
  CHECK(!check_relaxed_environment_name("a=b").empty());
  CHECK(check_http_header_name("X-Name").empty());
  CHECK(!check_http_header_name("X_Name").empty());
  CHECK(check_percent("25%").empty());
  CHECK(!check_percent("%").empty());
  CHECK(!check_percent("2x%").empty());
  CHECK(check_fully_qualified_domain_name("example.com.").empty());
  CHECK(!check_fully_qualified_domain_name("example").empty());
}

TEST_CASE("generated names fit and use the safe alphabet") {
  sim::Random random{1};
  CHECK(generate_name_from("web-", random).size() == 9);
  const std::string longest = generate_name_from(std::string(100, 'a'), random);
  CHECK(longest.size() == 63);
  CHECK(longest.substr(58).find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
  // '0' is 48, and 48 mod 27 is 21: upstream's rand.SafeEncodeString.
  CHECK(safe_encode("0") == "4");
}

TEST_CASE("a template's hash depends on its content and the collision count alone") {
  const auto pod_template = [](std::string_view image) {
    return doc::Value::map(
        {{"spec", doc::Value::map({{"containers",
                                    doc::Value::array({doc::Value::map({{"image", image}})})}})}});
  };
  CHECK(pod_template_hash(pod_template("a")) == pod_template_hash(pod_template("a")));
  std::set<std::string> hashes;
  for (const std::string_view image : {"a", "b", "c"}) {
    for (const std::int64_t collisions : {-1, 0, 1}) {
      hashes.insert(pod_template_hash(pod_template(image), collisions));
    }
  }
  CHECK(hashes.size() == 9);
  for (const std::string& hash : hashes) {
    CHECK(hash.size() <= 10);
    CHECK(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
  }
}

}  // namespace
}  // namespace rockpool::api
