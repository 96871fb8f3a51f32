// SPDX-License-Identifier: Apache-2.0
// `rockpool serve`: a cluster behind a real HTTP server.
#include <fmt/format.h>

#include <memory>

#include "core/cluster/cluster_options.h"
#include "native/command.h"
#include "native/ip_families.h"
#include "native/serve/options.h"
#include "native/serve/server.h"

namespace rockpool::native {
namespace {

ExitStatus serve(const ServeOptions& options) {
  Server server{options};
  if (const auto prepared = server.prepare(); !prepared) {
    print_error(prepared.error());
    return ExitStatus::misused;
  }
  if (const auto served = server.run(); !served) {
    print_error(served.error());
    return ExitStatus::failed;
  }
  return ExitStatus::ok;
}

void add_cluster_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--nodes", options.nodes, "Worker nodes (3, unless a saved state says)")
      ->check(CLI::Range(0, kMaxNodes));
  add_ip_family_options(command, options.ip_families);
  add_network_options(command, options.service_cidr, options.pod_cidr);
  command.add_option("--seed", options.seed,
                     "Decides every random choice (1, unless a saved state says)");
  command.add_flag("--rbac", options.rbac,
                   "Let users do what RBAC allows them; all may do all otherwise");
  command
      .add_option("--proxy-mode", options.proxy_mode,
                  "How the nodes' proxies treat connections (userspace, unless a saved state says)")
      ->check(CLI::IsMember({"userspace", "iptables", "ipvs", "nftables"}));
  command
      .add_option("--ipvs-scheduler", options.ipvs_scheduler,
                  "How the mode ipvs chooses: in turn, the least busy, or by the client's address")
      ->check(CLI::IsMember({"rr", "lc", "sh"}));
  command
      .add_option("--start", options.start,
                  "Where virtual time starts: `now` or a time like 2025-01-01T00:00:00Z")
      ->capture_default_str();
  command
      .add_option("--speed", options.speed, "How many seconds pass in the cluster in one second")
      ->check(CLI::Range(kMinSpeed, kMaxSpeed))
      ->capture_default_str();
  command
      .add_option("--manifest", options.manifests,
                  "Apply these files at the start, as kubectl apply does")
      ->type_name("FILE");
  command
      .add_option("--state", options.state_file,
                  "Keep the cluster in this file: restored at the start, saved every few seconds\n"
                  "and at the end")
      ->type_name("FILE");
}

void add_security_options(CLI::App& command, ServeOptions& options) {
  command.add_flag(
      "--tls", options.tls,
      "Encrypt connections, with a new certificate unless one is given, and ask every\n"
      "client for a token; needed for addresses other than the loopback ones");
  command
      .add_option("--tls-cert-file", options.certificate_file, "A certificate with its chain, PEM")
      ->type_name("FILE");
  command.add_option("--tls-private-key-file", options.key_file, "The certificate's key, PEM")
      ->type_name("FILE");
  command
      .add_option("--token-file", options.token_file,
                  "Holds the bearer token that every client needs; with TLS a new one is made if\n"
                  "there is none")
      ->type_name("FILE");
}

}  // namespace

void add_serve_command(CLI::App& program, ExitStatus& status) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command = program.add_subcommand(
      "serve", "Serve a cluster over HTTP, for kubectl and every other client of Kubernetes");
  command->add_option("--port", options->port, "The port to listen on; 0: any that is free")
      ->capture_default_str();
  command->add_option("--address", options->address, "The address to listen on")
      ->capture_default_str();
  command
      ->add_option("--kubeconfig", options->kubeconfig_file,
                   "Write how to reach the cluster into this kubeconfig, as the context\n"
                   "`rockpool`; what else is in it stays")
      ->type_name("FILE");
  command->add_flag("--node-ports", options->node_ports,
                    "Open every NodePort: 127.0.0.1 is the first node, 127.0.0.2 the second, …");
  command
      ->add_option("--dns", options->dns,
                   "Answer DNS queries at this loopback address and port, as the cluster's DNS")
      ->type_name("[ADDRESS:]PORT");
  add_cluster_options(*command, *options);
  add_security_options(*command, *options);
  command->callback([options, &status] { status = serve(*options); });
}

}  // namespace rockpool::native
