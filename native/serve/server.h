// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>

#include <boost/asio/signal_set.hpp>

#include "native/serve/api_service.h"
#include "native/serve/dns_server.h"
#include "native/serve/http_server.h"
#include "native/serve/node_ports.h"
#include "native/serve/options.h"
#include "native/serve/state_file.h"
#include "native/serve/tls.h"

namespace rockpool::native {

/// All that `rockpool serve` runs: a cluster, its clock, and the sockets in front of it.
class Server {
 public:
  explicit Server(ServeOptions options);

  /// Takes its port, makes or restores the cluster, applies the manifests and writes the
  /// kubeconfig. The error is one line that begins with the flag to blame.
  std::expected<void, std::string> prepare();
  /// Serves until SIGINT or SIGTERM, then saves the state. The error says why it could not be.
  std::expected<void, std::string> run();

 private:
  std::expected<void, std::string> check() const;
  std::expected<void, std::string> prepare_security();
  std::expected<void, std::string> open_cluster();
  std::expected<void, std::string> restore_cluster();
  std::expected<void, std::string> make_cluster();
  std::expected<void, std::string> set_proxy_mode();
  std::expected<void, std::string> apply_manifests();
  std::expected<void, std::string> open_dns();
  std::string url() const;
  void print_welcome() const;
  void wait_for_signal();
  asio::awaitable<void> save_regularly();
  std::expected<void, std::string> save();

  ServeOptions options_;
  std::unique_ptr<TlsIdentity> tls_;
  // What clients need; empty: nothing.
  std::string token_;
  std::unique_ptr<StateFile> state_;
  // Outlives the context, whose connections hold streams of the cluster.
  std::unique_ptr<Cluster> cluster_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_};
  asio::steady_timer save_timer_{context_};
  std::unique_ptr<ClusterClock> clock_;
  std::unique_ptr<ApiService> api_;
  std::unique_ptr<HttpServer> http_;
  // Null unless asked for.
  std::unique_ptr<NodePorts> node_ports_;
  std::unique_ptr<DnsServer> dns_;
};

}  // namespace rockpool::native
