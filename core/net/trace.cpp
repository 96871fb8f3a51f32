// SPDX-License-Identifier: Apache-2.0
#include "core/net/trace.h"

namespace rockpool::net {

std::string_view hop_kind_name(HopKind kind) {
  switch (kind) {
    case HopKind::client:
      return "client";
    case HopKind::resolved:
      return "resolved";
    case HopKind::dns_query:
      return "dns_query";
    case HopKind::dns_answer:
      return "dns_answer";
    case HopKind::connect:
      return "connect";
    case HopKind::proxy:
      return "proxy";
    case HopKind::choice:
      return "choice";
    case HopKind::dial_failed:
      return "dial_failed";
    case HopKind::policy:
      return "policy";
    case HopKind::tls:
      return "tls";
    case HopKind::server:
      return "server";
    case HopKind::response:
      return "response";
    case HopKind::failed:
      return "failed";
  }
  return {};
}

}  // namespace rockpool::net
