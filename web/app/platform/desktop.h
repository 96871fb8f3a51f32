// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/cluster_session.h"
#include "web/app/platform/window.h"

namespace rockpool::app {

/// `rockpool ui`: a cluster of its own in a window. Returns the program's exit status.
int run_desktop(const SessionOptions& session, const WindowOptions& window);

}  // namespace rockpool::app
