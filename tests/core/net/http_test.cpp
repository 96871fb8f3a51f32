// SPDX-License-Identifier: Apache-2.0
#include "core/net/http.h"

#include <doctest/doctest.h>

namespace rockpool::net {
namespace {

std::string round_trip(const std::string& text) {
  const auto url = Url::parse(text);
  return url ? url->to_string() : url.error();
}

TEST_CASE("URLs are taken apart") {
  const Url url = Url::parse("HTTP://Web.Default:8080/a/b?c=d#part").value();
  CHECK(url.scheme == "http");
  CHECK(url.host == "web.default");
  CHECK(url.port == 8080);
  CHECK(url.target == "/a/b?c=d");
  CHECK(url.authority() == "web.default:8080");
  CHECK(round_trip("web") == "http://web/");
  CHECK(round_trip("web:81/x") == "http://web:81/x");
  CHECK(round_trip("http://web:80") == "http://web/");
  CHECK(round_trip("https://web:443?q") == "https://web/?q");
  CHECK(round_trip("https://web:80/") == "https://web:80/");
  CHECK(round_trip("http://[FD00::1]:8080/") == "http://[fd00::1]:8080/");
  CHECK(round_trip("http://10.0.0.1:/") == "http://10.0.0.1/");
  CHECK(round_trip("http://web/to?next=http://other") == "http://web/to?next=http://other");
}

TEST_CASE("a bad URL says what is wrong") {
  CHECK(round_trip("ftp://web/") == "protocol \"ftp\" is not supported");
  CHECK(round_trip("http://") == "no host part in the URL");
  CHECK(round_trip("") == "no host part in the URL");
  CHECK(round_trip("http://web:0/") == "port number \"0\" is not between 1 and 65535");
  CHECK(round_trip("http://web:65536/") == "port number \"65536\" is not between 1 and 65535");
  CHECK(round_trip("http://web:8o/") == "port number \"8o\" is not between 1 and 65535");
  CHECK(round_trip("http://we b/") == "a URL may not contain spaces or control characters");
  CHECK(round_trip("http://me@web/") == "user names in a URL are not supported");
  CHECK(round_trip("http://we!b/") == "invalid character in host name \"we!b\"");
  CHECK(round_trip("http://[::1/") == "missing ']' in host");
  CHECK(round_trip("http://[web]/") == "\"web\" is not an IPv6 address");
  CHECK(round_trip("http://[::1]x/") == "unexpected \"x\" after the host");
  CHECK(round_trip("http://" + std::string(254, 'a')) == "the host name is too long");
}

TEST_CASE("queries are decoded") {
  HttpRequest request;
  request.target = "/echo?msg=a%20b+c&empty&twice=1&twice=2&bad=%zz%4";
  CHECK(request.path() == "/echo");
  CHECK(request.query_parameter("msg") == "a b c");
  CHECK(request.query_parameter("empty") == "");
  CHECK(request.query_parameter("twice") == "1");
  CHECK(request.query_parameter("bad") == "%zz%4");
  CHECK_FALSE(request.query_parameter("none"));
  request.target = "/plain";
  CHECK(request.query() == "");
  CHECK_FALSE(request.query_parameter("msg"));
}

TEST_CASE("statuses have words") {
  CHECK(http_status_text(200) == "OK");
  CHECK(http_status_text(503) == "Service Unavailable");
  CHECK(http_status_text(299).empty());
  const HttpResponse response = HttpResponse::plain(404, "gone");
  CHECK(response.status == 404);
  CHECK(response.headers.get("content-type") == "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace rockpool::net
