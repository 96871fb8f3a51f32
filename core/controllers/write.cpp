// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/write.h"

#include <algorithm>

namespace rockpool::controllers {

using namespace doc::literals;

bool is_namespace_terminating(const api::Status& status) {
  return std::ranges::any_of(status.details.causes, [](const api::StatusCause& cause) {
    return cause.reason == "NamespaceTerminating";
  });
}

api::Result<doc::Value> write_status(apiserver::ApiServer& api, api::ResourceId resource,
                                     const doc::Value& object, doc::Value status) {
  if (status.is_null() || status == object["status"_key]) return object;
  doc::Value changed = object;
  changed.set("status"_key, std::move(status));
  return api.update_status(resource, std::move(changed));
}

}  // namespace rockpool::controllers
