// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::apiserver {

/// What a client is to know about the Service that it is writing: fields that are ignored, and
/// addresses that are not written as they should be (pkg/api/service/warnings.go).
void add_service_warnings(const doc::Value& service, std::vector<std::string>& warnings);

}  // namespace rockpool::apiserver
