// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/object.h"
#include "core/apiserver/admission/admission.h"

namespace rockpool::apiserver {

api::Result<void> check_namespace(const ServerState& state, const api::Resource& resource,
                                  std::string_view ns, std::string_view name) {
  const doc::Value* present = state.store.find(api::ResourceId::namespaces, {}, ns);
  if (present == nullptr) return std::unexpected{api::not_found({"", "namespaces"}, ns)};
  const bool terminating = api::is_being_deleted(*present) ||
                           (*present)["status"_key]["phase"_key].as_string() == "Terminating";
  if (!terminating) return {};
  api::Status status = api::forbidden(
      resource.group_resource(), name,
      fmt::format("unable to create new content in namespace {} because it is being terminated",
                  ns));
  status.details.causes.push_back({"NamespaceTerminating",
                                   fmt::format("namespace {} is being terminated", ns),
                                   "metadata.namespace"});
  return std::unexpected{std::move(status)};
}

}  // namespace rockpool::apiserver
