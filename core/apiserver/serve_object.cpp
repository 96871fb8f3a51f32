// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/decode.h"
#include "core/api/field_error.h"
#include "core/api/other_versions.h"
#include "core/apiserver/body.h"
#include "core/apiserver/delete_options.h"
#include "core/apiserver/object_routes.h"
#include "core/apiserver/present.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"
#include "core/apiserver/strategy.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {
namespace {

// The object in the body must be the one that the path names (handlers.checkName).
api::Result<void> agree_on_name(const Route& route, doc::Value& object) {
  const std::string_view name = name_of(object);
  if (name.empty()) {
    return std::unexpected{api::bad_request(
        "the name of the object (based on URL) was undeterminable: name must be provided")};
  }
  if (name != route.path.name) {
    return std::unexpected{api::bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL "
                    "({})",
                    name, route.path.name))};
  }
  const std::string_view ns = namespace_name_of(object);
  if (!route.path.ns.empty() && ns.empty()) {
    object.edit("metadata"_key).set("namespace"_key, route.path.ns);
  } else if (!route.path.ns.empty() && ns != route.path.ns) {
    return std::unexpected{api::bad_request(
        fmt::format("the namespace of the object ({}) does not match the namespace on the request "
                    "({})",
                    ns, route.path.ns))};
  }
  return {};
}

Response serve_delete(const Route& route) {
  const auto request = read_delete_options(route.request);
  if (!request) return respond_status(request.error(), route.format);
  const auto deletion =
      route.server.remove(route.resource->id, route.path.ns, route.path.name, request->options);
  if (!deletion) return respond_status(deletion.error(), route.format);
  const int code = !deletion->gone && request->cascades ? 202 : 200;
  if (!deletion->gone || strategy_of(route.resource->id).returns_deleted_object) {
    return present_object(route, code, deletion->object);
  }
  return respond_success(code, route.resource, deletion->object, route.format);
}

// Only server-side apply can be told to take fields from others.
api::Result<void> read_force(const Request& request, const Patch& patch, PatchOptions& options) {
  const std::string* force = request.find_query("force");
  if (force == nullptr) return {};
  if (patch.type == PatchType::apply) {
    options.force = *force == "true" || *force == "1" || force->empty();
    return {};
  }
  api::FieldErrors errors;
  errors.forbidden(doc::Path{"force"}, "may not be specified for non-apply patch");
  return std::unexpected{api::invalid({"meta.k8s.io", "PatchOptions"}, "", errors)};
}

// A patch of an object in another version than the stored one: it is made in that version, and the
// outcome replaces the object.
api::Result<doc::Value> patch_other_version(const Route& route, const api::OtherVersion& version,
                                            const Patch& patch, const PatchOptions& options) {
  if (patch.type == PatchType::apply) {
    auto applied = api::decode(version.resource, patch.body);
    if (!applied) return std::unexpected{std::move(applied.error())};
    return route.server.patch(route.resource->id, route.path.ns, route.path.name,
                              {.type = PatchType::apply, .body = applied->object}, options);
  }
  const auto stored = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!stored) return stored;
  auto patched = apply_patch(patch, version.from_stored(*stored), version.resource.type);
  if (!patched) return patched;
  auto decoded = decode_object(version.resource, std::move(*patched), options);
  if (!decoded) return decoded;
  if (auto agreed = agree_on_name(route, *decoded); !agreed) {
    return std::unexpected{std::move(agreed.error())};
  }
  UpdateOptions update;
  static_cast<WriteOptions&>(update) = options;
  update.field_validation = FieldValidation::trusted;
  update.part = options.part;
  return route.server.update(route.resource->id, std::move(*decoded), update);
}

}  // namespace

Response serve_get(const Route& route) {
  const auto object = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!object) return respond_status(object.error(), route.format);
  return present_object(route, 200, *object);
}

Response serve_update(const Route& route, Part part) {
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "UpdateOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  auto object = read_object(route.request, *route.resource, write->field_validation, warnings);
  if (!object) return respond_status(object.error(), route.format);
  if (auto agreed = agree_on_name(route, *object); !agreed) {
    return respond_status(agreed.error(), route.format);
  }
  UpdateOptions options;
  options.dry_run = write->dry_run;
  options.field_manager = write->field_manager;
  options.warnings = &warnings;
  options.part = part;
  const bool was_there =
      route.server.get(route.resource->id, route.path.ns, route.path.name).has_value();
  const auto updated = route.server.update(route.resource->id, std::move(*object), options);
  Response response = updated ? present_object(route, was_there ? 200 : 201, *updated)
                              : respond_status(updated.error(), route.format);
  add_warnings(response, warnings);
  return response;
}

Response serve_patch(const Route& route, Part part) {
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "PatchOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  const auto patch = read_patch(route.request);
  if (!patch) return respond_status(patch.error(), route.format);
  PatchOptions options;
  static_cast<WriteOptions&>(options) = *write;
  options.part = part;
  if (auto read = read_force(route.request, *patch, options); !read) {
    return respond_status(read.error(), route.format);
  }
  if (patch->type == PatchType::apply) {
    if (auto checked = check_kind(patch->body, *route.resource); !checked) {
      return respond_status(checked.error(), route.format);
    }
  }
  // Only server-side apply makes what is not there.
  const bool was_there =
      patch->type != PatchType::apply ||
      route.server.get(route.resource->id, route.path.ns, route.path.name).has_value();
  const api::OtherVersion* version = api::find_other_version(*route.resource);
  const auto patched = version != nullptr ? patch_other_version(route, *version, *patch, options)
                                          : route.server.patch(route.resource->id, route.path.ns,
                                                               route.path.name, *patch, options);
  Response response = !patched ? respond_status(patched.error(), route.format)
                      : part == Part::scale
                          ? present_scale(route, *patched)
                          : present_object(route, was_there ? 200 : 201, *patched);
  add_warnings(response, warnings);
  return response;
}

Response serve_object(const Route& route) {
  const std::string& method = route.request.method;
  if (method == "GET") return wants_watch(route.request) ? serve_watch(route) : serve_get(route);
  if (method == "PUT") return serve_update(route, Part::main);
  if (method == "PATCH") return serve_patch(route, Part::main);
  if (method == "DELETE") return serve_delete(route);
  return respond_status(api::method_not_allowed(), route.format);
}

}  // namespace rockpool::apiserver
