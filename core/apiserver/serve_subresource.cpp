// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/field_error.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/body.h"
#include "core/apiserver/object_routes.h"
#include "core/apiserver/present.h"
#include "core/apiserver/reviews/reviews.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

// `/status` and `/approval`: a part of the object itself.
Response serve_part(const Route& route, Part part) {
  const std::string& method = route.request.method;
  if (method == "GET") return serve_get(route);
  if (method == "PUT") return serve_update(route, part);
  if (method == "PATCH") return serve_patch(route, part);
  return respond_status(api::method_not_allowed(), route.format);
}

Response serve_scale_update(const Route& route) {
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "UpdateOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  auto scale = read_other(route.request, "autoscaling/v1", "autoscaling/v1", "Scale",
                          write->field_validation, warnings);
  if (!scale) return respond_status(scale.error(), route.format);
  if (name_of(*scale) != route.path.name) {
    return respond_status(api::bad_request(fmt::format(
                              "the name of the object ({}) does not match the name on the URL ({})",
                              name_of(*scale), route.path.name)),
                          route.format);
  }
  scale->edit("metadata"_key).set("namespace"_key, route.path.ns);
  UpdateOptions options;
  options.dry_run = write->dry_run;
  options.field_manager = write->field_manager;
  options.part = Part::scale;
  const auto updated = route.server.update(route.resource->id, std::move(*scale), options);
  Response response =
      updated ? present_scale(route, *updated) : respond_status(updated.error(), route.format);
  add_warnings(response, warnings);
  return response;
}

Response serve_scale(const Route& route) {
  const std::string& method = route.request.method;
  if (method == "GET") {
    const auto scale = route.server.get_scale(route.resource->id, route.path.ns, route.path.name);
    if (!scale) return respond_status(scale.error(), route.format);
    return present_scale(route, *scale);
  }
  if (method == "PUT") return serve_scale_update(route);
  if (method == "PATCH") return serve_patch(route, Part::scale);
  return respond_status(api::method_not_allowed(), route.format);
}

Response serve_binding(const Route& route) {
  if (route.request.method != "POST") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "CreateOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  const auto binding =
      read_other(route.request, "/v1", "v1", "Binding", write->field_validation, warnings);
  if (!binding) return respond_status(binding.error(), route.format);
  const std::string_view name = name_of(*binding);
  if (name != route.path.name) {
    return respond_status(api::bad_request(fmt::format(
                              "name in URL does not match name in Binding object: {}", name)),
                          route.format);
  }
  if (api::FieldErrors errors = api::validate_binding(*binding); !errors.empty()) {
    return respond_status(api::invalid({"", "Binding"}, name, errors), route.format);
  }
  Preconditions preconditions;
  const doc::Value& metadata = metadata_of(*binding);
  if (!metadata["uid"_key].is_empty()) preconditions.uid = metadata["uid"_key].to_string();
  if (!metadata["resourceVersion"_key].is_empty()) {
    preconditions.resource_version = metadata["resourceVersion"_key].to_string();
  }
  const doc::Value& node = (*binding)["target"_key]["name"_key];
  const auto bound =
      route.server.bind(route.path.ns, name, node.as_string(), preconditions, *write);
  Response response = bound ? respond_success(201, nullptr, {}, route.format)
                            : respond_status(bound.error(), route.format);
  add_warnings(response, warnings);
  return response;
}

Response serve_finalize(const Route& route) {
  if (route.request.method == "PUT") return serve_update(route, Part::finalize);
  return respond_status(api::method_not_allowed(), route.format);
}

}  // namespace

Response serve_subresource(const Route& route) {
  const std::string_view name = route.path.subresource;
  const auto offers = [&](api::Subresource subresource) {
    const bool has_rest = subresource == api::Subresource::proxy || route.path.rest.empty();
    return name == api::subresource_name(subresource) && has_rest &&
           route.resource->subresources.contains(subresource);
  };
  if (offers(api::Subresource::status)) return serve_part(route, Part::status);
  if (offers(api::Subresource::approval)) return serve_part(route, Part::approval);
  if (offers(api::Subresource::ephemeralcontainers)) {
    return serve_part(route, Part::ephemeral_containers);
  }
  if (offers(api::Subresource::scale)) return serve_scale(route);
  if (offers(api::Subresource::binding)) return serve_binding(route);
  if (offers(api::Subresource::finalize)) return serve_finalize(route);
  if (offers(api::Subresource::log)) return serve_pod_log(route);
  if (offers(api::Subresource::token)) return serve_token(route);
  for (const auto subresource :
       {api::Subresource::exec, api::Subresource::attach, api::Subresource::portforward}) {
    if (offers(subresource)) return serve_connection(route);
  }
  if (offers(api::Subresource::proxy)) return serve_proxy(route);
  if (offers(api::Subresource::eviction)) return serve_eviction(route);
  return respond_status(api::resource_not_found(), route.format);
}

}  // namespace rockpool::apiserver
