// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "web/app/model/traffic.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// The world in lines of plain words: for screen readers, for a page without a picture, and for
/// tests.
std::string outline_of(const World& world, const Traffic& traffic);

}  // namespace rockpool::app
