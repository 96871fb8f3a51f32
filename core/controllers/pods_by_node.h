// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/client/informer.h"

namespace rockpool::controllers {

/// The Pods bound to each node. The kubelets use the same index.
inline client::Index& pods_by_node(client::Informer& pods) {
  return pods.index("spec.nodeName", [](const doc::Value& pod, std::vector<std::string>& values) {
    using namespace doc::literals;
    const std::string_view node = pod["spec"_key]["nodeName"_key].as_string();
    if (!node.empty()) values.emplace_back(node);
  });
}

}  // namespace rockpool::controllers
