// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/sim/time.h"

namespace rockpool::app {

/// An age as kubectl prints it: 45s, 3m12s, 25m, 5h3m, 2d.
std::string age_text(sim::Duration age);
/// Time since the start: 00:12.3, 01:02:03.
std::string clock_text(sim::Duration elapsed);
/// 0.4, 8.2, 120, 1.5k.
std::string number_text(double value);
/// 0.8 ms, 12 ms, 1.2 s.
std::string latency_text(double seconds);
/// 100 %, 99.6 %, 0 %. Never 100 while anything failed, never 0 while anything succeeded.
std::string percent_text(double share);
/// 0.1×, 1×, 100×.
std::string speed_text(double speed);

}  // namespace rockpool::app
