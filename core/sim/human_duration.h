// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/sim/time.h"

namespace rockpool::sim {

/// A duration in two units at most, as kubectl shows ages: `119s`, `9m59s`, `179m`, `7h59m`, `47h`,
/// `7d23h`, `729d`, `7y364d`, `9y`; `<invalid>` if it is further back than a second
/// (apimachinery's duration.HumanDuration).
std::string format_human_duration(Duration duration);

}  // namespace rockpool::sim
