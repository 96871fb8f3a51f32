// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Deletes objects whose owners are all gone, and carries out foreground and orphaning deletions
/// (pkg/controller/garbagecollector).
std::unique_ptr<Controller> make_garbage_collector(const Context& context);

}  // namespace rockpool::controllers
