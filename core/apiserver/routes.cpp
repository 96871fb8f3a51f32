// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/routes.h"

#include <algorithm>

#include "core/api/field_error.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/auth/authorize.h"
#include "core/apiserver/reviews/virtual_resource.h"

namespace rockpool::apiserver {
namespace {

// A resource's path that is well-formed in itself and fits the resource's scope.
bool fits_scope(const ResourcePath& path, const api::Resource& resource) {
  if (!resource.namespaced) return path.ns.empty();
  return !path.ns.empty() || path.name.empty();
}

Response serve_resource(const Route& route) {
  if (!fits_scope(route.path, *route.resource)) {
    return respond_status(api::resource_not_found(), route.format);
  }
  if (route.path.name.empty()) return serve_collection(route);
  if (route.path.subresource.empty()) return serve_object(route);
  return serve_subresource(route);
}

// The longest name of a field manager (validation.FieldManagerMaxLength).
constexpr std::size_t kMaxFieldManager = 128;

void check_field_manager(std::string_view name, api::FieldErrors& errors) {
  if (name.size() > kMaxFieldManager) {
    errors.too_long(doc::Path{"fieldManager"}, kMaxFieldManager);
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) continue;
    errors.invalid(doc::Path{"fieldManager"}, name, "should only contain printable characters");
    return;
  }
}

// The program that the User-Agent header begins with: who writes if the request does not say.
std::string product_of(const Request& request) {
  const std::string_view agent = request.headers.get("User-Agent");
  return std::string{agent.substr(0, std::min(agent.find('/'), kMaxFieldManager))};
}

}  // namespace

Response ApiServer::handle(const Request& request) {
  if (!is_serving()) {
    Response response = respond_status(api::service_unavailable("the API server does not run"));
    response.headers.add("Retry-After", "1");
    return response;
  }
  const auto path = parse_resource_path(request.path);
  if (auto access = check_access(*this, request, path); !access) {
    return respond_status(access.error());
  }
  const auto format = negotiate(request, path ? Offer::objects : Offer::discovery);
  if (!format) return respond_status(format.error());
  if (!path) return serve_discovery(*this, request, *format);
  // Paths of versions that are not served are nobody's.
  if (!is_served(*this, path->group, path->version))
    return respond_text(404, "404 page not found\n");
  Route route{*this, request, *path, nullptr, *format};
  if (path->resource.empty()) return serve_resource_list(route);
  route.resource = find_resource(path->group, path->version, path->resource);
  if (route.resource == nullptr) {
    const VirtualResource* questions =
        find_virtual_resource(path->group, path->version, path->resource);
    if (questions != nullptr) return serve_virtual(*questions, route);
  }
  if (route.resource == nullptr) return respond_status(api::resource_not_found(), *format);
  Response response = serve_resource(route);
  // The one served kind whose version is deprecated (its prerelease life cycle says since 1.33).
  if (route.resource->id == api::ResourceId::endpoints) {
    add_warnings(response,
                 {"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"});
  }
  return response;
}

api::Result<WriteOptions> read_write_options(const Request& request, std::string_view kind,
                                             std::vector<std::string>& warnings) {
  WriteOptions options;
  options.warnings = &warnings;
  api::FieldErrors errors;
  for (const auto& [name, value] : request.query) {
    if (name == "dryRun") {
      options.dry_run = true;
      if (value != "All") errors.not_supported(doc::Path{"dryRun"}, value, {"All"});
    } else if (name == "fieldManager") {
      check_field_manager(value, errors);
      options.field_manager = value;
    } else if (name == "fieldValidation") {
      if (value == "Strict") {
        options.field_validation = FieldValidation::strict;
      } else if (value == "Ignore") {
        options.field_validation = FieldValidation::ignore;
      } else if (value == "Warn" || value.empty()) {
        options.field_validation = FieldValidation::warn;
      } else {
        errors.not_supported(doc::Path{"fieldValidation"}, value, {"", "Ignore", "Strict", "Warn"});
      }
    }
  }
  if (request.find_query("fieldValidation") == nullptr) {
    options.field_validation = FieldValidation::warn;
  }
  if (options.field_manager.empty()) options.field_manager = product_of(request);
  if (errors.empty()) return options;
  return std::unexpected{api::invalid({"meta.k8s.io", kind}, "", errors)};
}

}  // namespace rockpool::apiserver
