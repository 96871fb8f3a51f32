// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/address.h"
#include "core/net/failure.h"
#include "core/net/trace.h"
#include "core/sim/task.h"

namespace rockpool::net {

class Host;
/// How a Ref counts where Host is only a name.
void retain_ref(Host* host);
/// The same.
void release_ref(Host* host);

namespace dns {

/// What a host knows about names: the contents of its /etc/resolv.conf and /etc/hosts.
struct ResolverConfig {
  /// Name servers in the order in which they are asked (glibc uses at most three).
  std::vector<IpAddress> nameservers;
  /// Suffixes tried for names with fewer than `ndots` dots.
  std::vector<std::string> search;
  int ndots = 1;
  /// How long to wait for one server's answer, and how often to go round all servers.
  sim::Duration timeout = std::chrono::seconds{5};
  int attempts = 2;
  /// Further options, which have no effect on what is simulated: `edns0`, `rotate`, …
  std::vector<std::string> other_options;
  /// /etc/hosts: names and their addresses. Asked first.
  std::vector<std::pair<std::string, IpAddress>> hosts;

  /// The text of /etc/resolv.conf as a kubelet writes it.
  std::string resolv_conf() const;
};

/// One that several processes of a Pod have in common; null stands for the host's own.
using SharedResolverConfig = std::shared_ptr<const ResolverConfig>;

/// The addresses of `name` as glibc's getaddrinfo finds them from `host`: an address is itself,
/// then /etc/hosts, then DNS with the search path, asking for A records, and for AAAA too if the
/// host has an IPv6 address. Queries are datagrams to the name server's port 53, repeated over TCP
/// when the answer is truncated. Gives up at `deadline` if there is one. Records hops into `trace`
/// unless it is null. Goes by `config`: a Pod in its node's network has names of its own.
sim::Task<std::expected<std::vector<IpAddress>, Failure>> resolve(Ref<Host> host, std::string name,
                                                                  std::optional<sim::Time> deadline,
                                                                  Ref<Trace> trace,
                                                                  SharedResolverConfig config = {});

/// The names that are asked for in turn for `name`, each with a final dot.
std::vector<std::string> search_names(const ResolverConfig& config, std::string_view name);

}  // namespace dns
}  // namespace rockpool::net
