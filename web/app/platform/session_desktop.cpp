// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "web/app/platform/desktop.h"

namespace rockpool::app {

int run_desktop(const SessionOptions& session, const WindowOptions& window) {
  ClusterSession cluster{std::make_shared<web::ClusterHolder>(), session};
  return run_window(cluster, window);
}

}  // namespace rockpool::app
