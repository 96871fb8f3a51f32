// SPDX-License-Identifier: Apache-2.0
#include "web/app/session.h"

namespace rockpool::app {

std::string proxy_mode_text(const ProxyMode& mode) {
  std::string text{net::proxy::mode_kind_name(mode.kind)};
  if (mode.kind == net::proxy::ModeKind::ipvs)
    text.append(" ").append(net::proxy::ipvs_scheduler_name(mode.scheduler));
  return text;
}

}  // namespace rockpool::app
