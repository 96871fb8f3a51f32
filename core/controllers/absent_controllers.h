// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Says of each object whose own controller this cluster lacks, in one Warning event, what will not
/// happen. Nothing like it exists upstream, where the object would wait in silence.
std::unique_ptr<Controller> make_absent_controllers_reporter(const Context& context);

}  // namespace rockpool::controllers
