// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/net/address.h"
#include "core/net/dns/resolver.h"

namespace rockpool::node {

/// The text of a container's /etc/hosts, as its kubelet writes it (pkg/kubelet/kubelet_pods.go):
/// the names of the machine itself, those of the Pod, and those of its hostAliases. `own` are the
/// Pod's addresses and `hostname` is its name; a Pod without a name of its own in `config` is on
/// its node's network, and finds what is in the node's file.
std::string hosts_file(const net::dns::ResolverConfig& config, std::span<const net::IpAddress> own,
                       std::string_view hostname);

}  // namespace rockpool::node
