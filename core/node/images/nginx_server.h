// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/net/host.h"
#include "core/node/images/nginx_proxy.h"
#include "core/node/images/nginx_setup.h"
#include "core/node/images/nginx_variables.h"
#include "core/node/images/process.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// What nginx answers, all of it as its configuration says: files, returned texts, pages for
/// errors, and what upstreams answer. `context` must outlive it, and it must outlive its ports.
class NginxServer {
 public:
  NginxServer(ProcessContext& context, std::string version,
              std::shared_ptr<const NginxSetup> setup);
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  const NginxSetup& setup() const { return *setup_; }
  /// From the next request on it answers by that.
  void become(std::shared_ptr<const NginxSetup> setup) { setup_ = std::move(setup); }

  /// Answers a request, at once or when an upstream has.
  void handle(net::HttpExchange exchange);
  /// The answer to plain requests on a port with TLS.
  net::HttpResponse plain_to_tls() const;

 private:
  // One request, and where internal redirections have led it.
  struct Turn {
    std::shared_ptr<const NginxSetup> setup;
    const NginxServerBlock* server = nullptr;
    // One of the server's, or what holds where none does.
    const NginxLocation* location = nullptr;
    std::string method;
    // Decoded and normalised.
    std::string uri;
    std::string args;
    // Whether `uri` is no longer what the client asked for.
    bool is_moved = false;
    int redirections = 0;
    // Whether this is a page for an error, and the status that the client gets with it.
    bool is_error_page = false;
    std::optional<int> status;
    std::uint64_t connection = 0;
    // Who was asked, and what they answered.
    std::string upstream_addresses;
    std::string upstream_statuses;
  };
  // What comes next: an upstream is asked, or the turn goes on in another location.
  enum class Next : std::uint8_t { pass, again };
  using Step = std::variant<net::HttpResponse, Next>;

  NginxScope scope_of(const Turn& turn, const net::HttpExchange& exchange) const;
  std::string expand(std::string_view text, const Turn& turn,
                     const net::HttpExchange& exchange) const;
  // Answers, or has an upstream asked.
  Step decide(Turn& turn, const net::HttpExchange& exchange);
  Step step(Turn& turn, const net::HttpExchange& exchange);
  Step try_files(Turn& turn, const net::HttpExchange& exchange,
                 const std::vector<std::string>& tries);
  Step serve(Turn& turn, const net::HttpExchange& exchange);
  Step returned(Turn& turn, const net::HttpExchange& exchange, const NginxLocation& location);
  Step fail(Turn& turn, const net::HttpExchange& exchange, int status);
  Step redirect(Turn& turn, const net::HttpExchange& exchange, std::string_view target);
  net::HttpResponse page(int status) const;
  net::HttpResponse moved(const Turn& turn, const net::HttpExchange& exchange, int status,
                          std::string location) const;

  // The content of a file, one of the image's own among them.
  const std::string* content(const std::string& file) const;
  bool is_folder(const std::string& file) const;
  bool exists(const Turn& turn, std::string_view path) const;

  // The last things that are done to every answer.
  void finish(const Turn& turn, net::HttpExchange exchange, net::HttpResponse response);
  std::string client_text(const Turn& turn, const net::HttpExchange& exchange) const;
  static std::string host_text(const net::HttpExchange& exchange);

  // --- nginx_server_passing.cpp ---

  // Asks upstreams until there is an answer.
  sim::Task<void> pass(net::HttpExchange exchange, Turn turn);
  NginxPassing prepare(const Turn& turn, const net::HttpExchange& exchange);
  net::HttpRequest upstream_request(const Turn& turn, const net::HttpExchange& exchange) const;
  net::HttpResponse relay(const Turn& turn, const net::HttpExchange& exchange,
                          net::HttpResponse response) const;
  void rewrite_location(const Turn& turn, const net::HttpExchange& exchange,
                        net::HttpResponse& response) const;

  ProcessContext& context_;
  std::string version_;
  std::shared_ptr<const NginxSetup> setup_;
  // How many connections there were, for the log.
  std::uint64_t connections_ = 0;
  // Requests that upstreams are asked for; they end with this.
  std::vector<sim::Process> passing_;
};

}  // namespace rockpool::node
