// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/api/ip.h"
#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Divides a network into equal smaller ones and hands them out, lowest first.
class CidrSet {
 public:
  /// Networks of `prefix_length` bits within `cidr`, which must not be smaller. Of more than 2^31
  /// of them the rest is not used.
  CidrSet(const api::Cidr& cidr, int prefix_length);

  /// A free network, now taken; empty if there is none left.
  std::optional<std::string> allocate();
  /// Takes the network that somebody has already. Ignores one that is not of this set.
  void occupy(std::string_view cidr);
  /// Gives a network back.
  void release(std::string_view cidr);

 private:
  std::optional<std::uint32_t> index_of(std::string_view cidr) const;

  api::Cidr cidr_;
  int prefix_length_;
  std::uint32_t size_;
  // Below this everything is taken, except what has been given back.
  std::uint32_t next_ = 0;
  std::set<std::uint32_t> released_;
  // At or above next_, taken by others.
  std::set<std::uint32_t> occupied_;
};

/// Gives every node the network of its Pods, spec.podCIDR (pkg/controller/nodeipam).
std::unique_ptr<Controller> make_node_ipam_controller(const Context& context);

}  // namespace rockpool::controllers
