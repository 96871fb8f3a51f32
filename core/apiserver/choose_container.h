// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// The container of a Pod that a client means, who may have named none (registry/core/pod's
/// validateContainer). Errors: 400 that lists the choices.
api::Result<std::string> choose_container(const doc::Value& pod, std::string_view asked);

}  // namespace rockpool::apiserver
