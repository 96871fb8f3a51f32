// SPDX-License-Identifier: Apache-2.0
#include "core/net/failure.h"

#include <doctest/doctest.h>

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

Failure make(FailureKind kind) {
  Failure failure;
  failure.kind = kind;
  failure.host = "web";
  failure.port = 80;
  failure.local = *SocketAddress::parse("10.244.0.9:40000");
  failure.remote = *SocketAddress::parse("10.96.0.20:80");
  failure.elapsed = 1500ms;
  return failure;
}

TEST_CASE("kinds have names that read back") {
  for (int i = 0; i <= static_cast<int>(FailureKind::too_many_connections); ++i) {
    const auto kind = static_cast<FailureKind>(i);
    CHECK_FALSE(failure_kind_name(kind).empty());
    CHECK(parse_failure_kind(failure_kind_name(kind)) == kind);
  }
  CHECK(parse_failure_kind("nonsense") == FailureKind::none);
}

TEST_CASE("failures read as curl prints them") {
  CHECK(curl_message(make(FailureKind::none)).empty());
  CHECK(curl_message(make(FailureKind::connection_refused)) ==
        "curl: (7) Failed to connect to web port 80 after 1500 ms: Couldn't connect to server");
  CHECK(curl_message(make(FailureKind::connection_timed_out)) ==
        "curl: (28) Connection timed out after 1500 milliseconds");
  CHECK(curl_message(make(FailureKind::response_timed_out)) ==
        "curl: (28) Operation timed out after 1500 milliseconds with 0 bytes received");
  CHECK(curl_message(make(FailureKind::connection_reset)) ==
        "curl: (56) Recv failure: Connection reset by peer");
  CHECK(curl_message(make(FailureKind::connection_closed)) == "curl: (52) Empty reply from server");
  CHECK(curl_message(make(FailureKind::dns_timed_out)) == "curl: (6) Could not resolve host: web");
  Failure bad_url = make(FailureKind::invalid_url);
  bad_url.detail = "no host part in the URL";
  CHECK(curl_message(bad_url) == "curl: (3) URL rejected: no host part in the URL");
}

TEST_CASE("failures read as Go prints them") {
  CHECK(go_message(make(FailureKind::connection_refused)) ==
        "dial tcp 10.96.0.20:80: connect: connection refused");
  CHECK(go_message(make(FailureKind::no_route_to_host)) ==
        "dial tcp 10.96.0.20:80: connect: no route to host");
  CHECK(go_message(make(FailureKind::connection_timed_out)) ==
        "dial tcp 10.96.0.20:80: connect: connection timed out");
  Failure own = make(FailureKind::connection_timed_out);
  own.by_client_timeout = true;
  CHECK(go_message(own) ==
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
  own.by_connect_timeout = true;
  CHECK(go_message(own) == "dial tcp 10.96.0.20:80: i/o timeout");
  CHECK(go_message(make(FailureKind::connection_reset)) ==
        "read tcp 10.244.0.9:40000->10.96.0.20:80: read: connection reset by peer");
  CHECK(go_message(make(FailureKind::connection_closed)) == "EOF");
  CHECK(go_message(make(FailureKind::network_unreachable)) ==
        "dial tcp 10.96.0.20:80: connect: network is unreachable");
  Failure no_server = make(FailureKind::no_such_host);
  no_server.remote = {};
  CHECK(go_message(no_server) == "dial tcp: lookup web: no such host");
}

}  // namespace
}  // namespace rockpool::net
