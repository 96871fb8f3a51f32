// SPDX-License-Identifier: Apache-2.0
// `rockpool rules`: shows what a node's proxy and kernel hold.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "core/cluster/cluster.h"
#include "core/cluster/proxy_view.h"
#include "native/cluster_source.h"
#include "native/command.h"

namespace rockpool::native {
namespace {

struct RulesOptions {
  ClusterSource source;
  std::string node = "node-1";
  std::string mode;
  std::string scheduler = "rr";
  bool shows_connections = false;
  bool shows_affinity = false;
};

ExitStatus misuse(std::string_view message) {
  print_error(message);
  return ExitStatus::misused;
}

std::string affinity_text(const std::vector<cluster::RememberedClient>& clients) {
  std::string text;
  for (const cluster::RememberedClient& client : clients) {
    const std::string service =
        client.port_name.empty() ? client.service : client.service + ':' + client.port_name;
    text += fmt::format("{} {} -> {} {} {}s\n", service, client.client.to_string(),
                        client.endpoint.to_string(), client.pod, client.remaining_seconds);
  }
  return text;
}

std::string connections_text(const std::vector<net::TrackedConnection>& connections) {
  std::string text;
  for (const net::TrackedConnection& connection : connections) {
    text += connection.to_string() + '\n';
  }
  return text;
}

api::Result<std::string> look(Cluster& cluster, const RulesOptions& options) {
  if (options.shows_connections) {
    const auto connections = cluster::connections(cluster, options.node);
    if (!connections) return std::unexpected{connections.error()};
    return connections_text(*connections);
  }
  if (options.shows_affinity) {
    const auto clients = cluster::remembered_clients(cluster, options.node);
    if (!clients) return std::unexpected{clients.error()};
    return affinity_text(*clients);
  }
  return cluster::proxy_rules(cluster, options.node);
}

ExitStatus show(RulesOptions& options) {
  const auto scheduler = net::proxy::parse_ipvs_scheduler(options.scheduler);
  if (!scheduler) return misuse("--ipvs-scheduler: expected rr, lc or sh");
  const auto mode = options.mode.empty() ? std::optional{options.source.cluster.proxy_mode}
                                         : net::proxy::parse_mode_kind(options.mode);
  if (!mode) return misuse("--proxy-mode: expected userspace, iptables, ipvs or nftables");
  options.source.cluster.proxy_mode = *mode;
  options.source.cluster.ipvs_scheduler = *scheduler;
  const auto cluster = options.source.open();
  if (!cluster) return misuse(cluster.error());
  if (!options.mode.empty() && (*cluster)->proxy_mode() != *mode) {
    const auto changed = (*cluster)->set_proxy_mode(*mode, *scheduler);
    if (!changed) return misuse(changed.error().message);
  }
  const auto text = look(**cluster, options);
  if (!text) return misuse(text.error().message);
  fmt::print("{}", *text);
  return ExitStatus::ok;
}

}  // namespace

void add_rules_command(CLI::App& program, ExitStatus& status) {
  const auto options = std::make_shared<RulesOptions>();
  CLI::App* command =
      program.add_subcommand("rules",
                             "Show the rules by which a node's proxy sends connections to Services "
                             "on, as the tool of its\n"
                             "mode would: iptables-save, ipvsadm -Ln or nft list ruleset.");
  options->source.add_options(*command);
  command->add_option("--node", options->node, "The node")->capture_default_str();
  command->add_option("--proxy-mode", options->mode,
                      "userspace, iptables, ipvs or nftables; by default that of the cluster");
  command->add_option("--ipvs-scheduler", options->scheduler, "rr, lc or sh")
      ->capture_default_str();
  CLI::Option* const connections =
      command->add_flag("--connections", options->shows_connections,
                        "Show the connections that the node's kernel tracks instead");
  command
      ->add_flag("--affinity", options->shows_affinity,
                 "Show the clients that the proxy remembers instead (sessionAffinity)")
      ->excludes(connections);
  command->callback([options, &status] { status = show(*options); });
}

}  // namespace rockpool::native
