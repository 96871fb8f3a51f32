// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/doc/headers.h"

namespace rockpool::apiserver {

class ByteStream;
class PendingResponse;
class Session;
class WatchStream;
using doc::Headers;

/// The query of a URL, decoded, in order of appearance.
using Query = std::vector<std::pair<std::string, std::string>>;

/// An HTTP request, whoever makes it: a socket, JavaScript, kubectl, a scenario.
struct Request {
  /// In capitals: GET, POST, PUT, PATCH, DELETE, HEAD.
  std::string method;
  /// Decoded, without the query: `/api/v1/namespaces/default/pods`.
  std::string path;
  Query query;
  Headers headers;
  std::string body;

  /// The value of the first query parameter of that name, or nullptr.
  const std::string* find_query(std::string_view name) const;
  /// The value of the first query parameter of that name, or "".
  std::string_view query_value(std::string_view name) const;
};

/// A request from a method and a target as HTTP writes it: `/api/v1/pods?labelSelector=app%3Dweb`.
Request make_request(std::string_view method, std::string_view target, std::string body = {},
                     std::string_view content_type = "application/json");
/// Decodes a URL's query: `a=1&b=x%20y`.
Query parse_query(std::string_view text);

/// An HTTP response.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// Set if the request began a watch: the body is then the stream's events, one JSON text per
  /// line, until it closes.
  std::shared_ptr<WatchStream> watch;
  /// Set if the body comes bit by bit: `body` is then empty, and it ends when the stream does.
  std::shared_ptr<ByteStream> stream;
  /// Set if the answer takes virtual time: the rest of this is then meaningless.
  std::shared_ptr<PendingResponse> pending;
  /// Set if the request began a conversation (exec, attach, portforward), with status 101: the
  /// transport switches to a protocol that can carry it.
  std::shared_ptr<Session> session;
};

/// True if answering the request may do something to the cluster: also of GETs those that begin a
/// conversation with a Pod or are sent on into its network.
bool has_effect(const Request& request);
/// True if the request asks for a conversation: its answer, if it is no error, has a session.
bool asks_for_session(const Request& request);

}  // namespace rockpool::apiserver
