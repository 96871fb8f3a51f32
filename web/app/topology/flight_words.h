// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "web/app/model/world.h"
#include "web/app/topology/flights.h"

namespace rockpool::app {

/// A place in words: "Pod default/web-1", "Service default/web", "the proxy of node-2", "outside".
std::string stop_words(const Stop& stop, const World& world);
/// What a request on its way is, for who points at it: what was asked, from whom to whom, where it
/// is now, and how it has gone so far.
std::vector<std::string> flight_words(const Flight& flight, const World& world);

}  // namespace rockpool::app
