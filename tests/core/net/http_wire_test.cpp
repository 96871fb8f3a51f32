// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_wire.h"

#include <doctest/doctest.h>

namespace rockpool::net {
namespace {

TEST_CASE("requests are read from pieces, one after the other") {
  HttpRequestReader reader;
  const std::string bytes =
      "GET /a?b=c HTTP/1.1\r\nHost: web:80\r\nX-One:  two \r\n\r\n"
      "POST / HTTP/1.1\r\nhost: web\r\nContent-Length: 5\r\n\r\nhello";
  std::vector<HttpRequest> requests;
  for (const char byte : bytes) {
    reader.put({&byte, 1});
    const auto request = reader.next();
    REQUIRE(request.has_value());
    if (*request) requests.push_back(**request);
  }
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].method == "GET");
  CHECK(requests[0].target == "/a?b=c");
  CHECK(requests[0].host == "web:80");
  CHECK(requests[0].headers.get("x-one") == "two");
  CHECK(requests[1].method == "POST");
  CHECK(requests[1].body == "hello");
  CHECK_FALSE(reader.wants_close());
}

TEST_CASE("bodies come in chunks too, and a client may want no more") {
  HttpRequestReader reader;
  reader.put(
      "PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4;note=1\r\nrock\r\n4\r\npool\r\n0\r\n\r\n");
  const auto request = reader.next();
  REQUIRE(request.has_value());
  REQUIRE(request->has_value());
  CHECK((*request)->body == "rockpool");
  CHECK(reader.wants_close());
  CHECK_FALSE((*request)->headers.contains("Transfer-Encoding"));
}

TEST_CASE("what is no HTTP is refused") {
  for (const char* bytes :
       {"\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nnonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    HttpRequestReader reader;
    reader.put(bytes);
    CHECK_FALSE(reader.next().has_value());
  }
  HttpRequestReader endless;
  endless.put(std::string(HttpRequestReader::kMaxHead + 1, 'x'));
  CHECK_FALSE(endless.next().has_value());
}

TEST_CASE("responses say how long they are") {
  HttpResponse response;
  response.status = 404;
  response.headers.add("Content-Type", "text/plain");
  response.headers.add("Content-Length", "99");
  response.body = "no";
  CHECK(write_http_response(response, "GET", true) ==
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno");
  CHECK(write_http_response(response, "HEAD", false) ==
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
        "Connection: close\r\n\r\n");
}

}  // namespace
}  // namespace rockpool::net
