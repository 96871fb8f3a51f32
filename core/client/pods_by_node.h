// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/client/informer.h"

namespace rockpool::client {

/// The Pods bound to each node.
inline Index& pods_by_node(Informer& pods) {
  using namespace doc::literals;
  const auto values_of = [](const doc::Value& pod, std::vector<std::string>& values) {
    const std::string_view node = pod["spec"_key]["nodeName"_key].as_string();
    if (!node.empty()) values.emplace_back(node);
  };
  return pods.index(
      "spec.nodeName", values_of, [](const doc::Value& before, const doc::Value& after) {
        return before["spec"_key]["nodeName"_key].identical(after["spec"_key]["nodeName"_key]);
      });
}

}  // namespace rockpool::client
