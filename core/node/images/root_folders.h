// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/node/images/process.h"

// What the processes of an image with a shell find at its root beside its files: the folders of the
// base that it is made from, and the files that the kubelet makes in /etc.
namespace rockpool::node {

/// Whether there is a folder at that absolute path: one with files in it, one that was made, or one
/// of the base's.
bool has_folder(ProcessContext& context, const std::string& path);

/// The names in a folder, in order.
std::vector<std::string> names_in(ProcessContext& context, const std::string& folder);

}  // namespace rockpool::node
