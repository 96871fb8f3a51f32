// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Deletes the objects of a CustomResourceDefinition that is being deleted, then lets it go
/// (apiextensions-apiserver pkg/controller/finalizer).
std::unique_ptr<Controller> make_custom_resource_cleanup(const Context& context);

}  // namespace rockpool::controllers
