// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_proxy.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/net/answer_timeout.h"
#include "core/net/tls.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

constexpr int kBadGateway = 502;
constexpr int kGatewayTimeout = 504;

// Why a server did not answer, in the error log's words.
struct Trouble {
  std::string text;
  std::string_view level = "error";
  bool is_late = false;
  // Whether the server may have got the request.
  bool was_sent = false;
};

Trouble connecting(std::string text, bool is_late = false) {
  return {std::move(text) + " while connecting to upstream", "error", is_late, false};
}

Trouble reading(std::string text, bool is_late = false) {
  return {std::move(text) + " while reading response header from upstream", "error", is_late, true};
}

Trouble shaking_hands(std::string text) {
  return {std::move(text) + " while SSL handshaking to upstream", "error", false, false};
}

Trouble describe(const net::Failure& failure, const std::string& peer) {
  constexpr std::string_view kLate = "upstream timed out (110: Connection timed out)";
  switch (failure.kind) {
    case net::FailureKind::connection_refused:
      return connecting("connect() failed (111: Connection refused)");
    case net::FailureKind::no_route_to_host:
      return connecting("connect() failed (113: No route to host)");
    case net::FailureKind::connection_timed_out:
      // Without a time-out of its own, it is the kernel that gives up.
      return failure.by_client_timeout ? connecting(std::string{kLate}, true)
                                       : connecting("connect() failed (110: Connection timed out)");
    case net::FailureKind::network_unreachable:
      return connecting(fmt::format("connect() to {} failed (101: Network is unreachable)", peer));
    case net::FailureKind::too_many_connections: {
      Trouble trouble = connecting(
          fmt::format("connect() to {} failed (99: Cannot assign requested address)", peer));
      trouble.level = "crit";
      return trouble;
    }
    case net::FailureKind::connection_reset:
      return reading("recv() failed (104: Connection reset by peer)");
    case net::FailureKind::response_timed_out:
      return reading(std::string{kLate}, true);
    case net::FailureKind::tls_handshake_failed:
      return shaking_hands("SSL_do_handshake() failed");
    case net::FailureKind::no_such_host:
    case net::FailureKind::dns_timed_out:
    case net::FailureKind::dns_failed:
      return connecting(fmt::format("{} could not be resolved", failure.host));
    case net::FailureKind::connection_closed:
    case net::FailureKind::none:
    case net::FailureKind::invalid_url:
    case net::FailureKind::certificate_rejected:
      break;
  }
  return reading("upstream prematurely closed connection");
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

// One request's way through the servers of its upstream.
class Run {
 public:
  Run(ProcessContext& context, NginxPassing& passing) : context_{context}, passing_{passing} {}

  bool can_ask() const { return passing_.max_tries == 0 || asked_ < passing_.max_tries; }

  // What to send to a server, and where.
  net::Url url_of(const NginxPeer& peer) {
    ++asked_;
    peer_name_ = peer.name();
    append(passed_.addresses, peer_name_);
    net::Url url;
    url.scheme = scheme();
    url.host = peer.host;
    url.port = peer.port;
    url.target = passing_.request.target;
    return url;
  }

  net::FetchOptions options() const {
    net::FetchOptions options;
    if (passing_.to_tls) options.tls = net::insecure_tls();
    options.connect_timeout = passing_.connect_timeout;
    options.resolver = context_.machine().own_resolver;
    return options;
  }

  // Takes note of an answer. True if it is to be passed to the client.
  bool accept(net::HttpResponse& response, NginxUpstream::Attempts& attempts) {
    const int status = response.status;
    append(passed_.statuses, fmt::format("{}", status));
    const bool is_next = has_case(fmt::format("http_{}", status));
    // These two say nothing against the server.
    const bool has_failed = is_next && status != 403 && status != 404;
    finish(attempts, has_failed);
    if (is_next && attempts.has_more() && can_ask() && may_repeat(true)) return false;
    passed_.response = std::move(response);
    return true;
  }

  // Takes note of a failure. True if another server may be asked.
  bool fail(const net::Failure& failure, NginxUpstream::Attempts& attempts) {
    const Trouble trouble = describe(failure, peer_name_);
    passed_.status = trouble.is_late ? kGatewayTimeout : kBadGateway;
    append(passed_.statuses, fmt::format("{}", passed_.status));
    note(trouble.level, trouble.text, peer_name_);
    finish(attempts, true);
    const bool is_case = has_case(trouble.is_late ? "timeout" : "error");
    return is_case && attempts.has_more() && can_ask() && may_repeat(trouble.was_sent);
  }

  void give_up() {
    const std::string& name = passing_.upstream->name();
    append(passed_.addresses, name);
    append(passed_.statuses, fmt::format("{}", kBadGateway));
    passed_.status = kBadGateway;
    note("error", "no live upstreams while connecting to upstream", name);
  }

  NginxPassed take() { return std::move(passed_); }

 private:
  std::string_view scheme() const { return passing_.to_tls ? "https" : "http"; }

  bool has_case(std::string_view wanted) const {
    return std::ranges::find(passing_.next_cases, wanted) != passing_.next_cases.end();
  }

  // A server that has got such a request may have done what it asks for.
  bool may_repeat(bool was_sent) const {
    const std::string& method = passing_.request.method;
    const bool is_idempotent = method != "POST" && method != "LOCK" && method != "PATCH";
    return !was_sent || is_idempotent || has_case("non_idempotent");
  }

  void finish(NginxUpstream::Attempts& attempts, bool has_failed) {
    if (!attempts.finish(has_failed, context_.now())) return;
    note("warn", "upstream server temporarily disabled while connecting to upstream", peer_name_);
  }

  void note(std::string_view level, std::string_view what, std::string_view peer) {
    nginx_note(context_, kNginxWorker, level,
               fmt::format("*{} {}, {}, upstream: \"{}://{}{}\"{}{}", passing_.connection, what,
                           passing_.client_text, scheme(), peer, passing_.request.target,
                           passing_.host_text.empty() ? "" : ", ", passing_.host_text));
  }

  ProcessContext& context_;
  NginxPassing& passing_;
  NginxPassed passed_;
  int asked_ = 0;
  std::string peer_name_;
};

}  // namespace

void nginx_note(ProcessContext& context, int process, std::string_view level,
                std::string_view text) {
  context.print_error(fmt::format("{} [{}] {}#{}: {}\n", go_log_time(context.now()), level, process,
                                  process, text));
}

sim::Task<NginxPassed> pass_on(ProcessContext& context, NginxPassing passing) {
  Run run{context, passing};
  NginxUpstream::Attempts attempts{*passing.upstream};
  for (;;) {
    const NginxPeer* const peer = attempts.next(context.now());
    if (peer == nullptr) {
      run.give_up();
      co_return run.take();
    }
    context.note_request();
    auto fetching =
        net::fetch_with_answer_timeout(context.machine().host, run.url_of(*peer), passing.request,
                                       run.options(), passing.read_timeout);
    net::FetchResult result = co_await fetching;
    const bool is_done = result.ok() ? run.accept(*result.outcome, attempts)
                                     : !run.fail(result.outcome.error(), attempts);
    if (is_done) co_return run.take();
  }
}

}  // namespace rockpool::node
