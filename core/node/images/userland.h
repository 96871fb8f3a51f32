// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/node/images/process.h"

namespace rockpool::node {

/// The small programs of an image with a shell: `sh`, `sleep`, `cat`, `wget` and so on, by name or
/// path. Null if there is none of that name.
Program find_userland_program(std::string_view name);

}  // namespace rockpool::node
