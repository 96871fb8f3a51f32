// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "core/api/decode.h"
#include "core/api/field_error.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/apply.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/managed/managers.h"
#include "core/apiserver/managed/merge.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"

// Server-side apply: PATCH with application/apply-patch+yaml.
namespace rockpool::apiserver {
namespace {

using managed::FieldSet;
using managed::Managers;
using managed::Operation;
using managed::Shape;
using managed::Writer;

// Owns what an untracked object has when somebody first applies to it.
constexpr std::string_view kBeforeFirstApply = "before-first-apply";

api::Result<void> check_configuration(const doc::Value& configuration, std::string_view ns,
                                      std::string_view name, const PatchOptions& options) {
  if (options.field_manager.empty()) {
    api::FieldErrors errors;
    errors.required(doc::Path{"fieldManager"}, "is required for apply patch");
    return std::unexpected{api::invalid({"meta.k8s.io", "PatchOptions"}, "", errors)};
  }
  if (!metadata_of(configuration)["managedFields"_key].is_null()) {
    return std::unexpected{api::bad_request("metadata.managedFields must be nil")};
  }
  const std::string_view own_name = name_of(configuration);
  if (!own_name.empty() && own_name != name) {
    return std::unexpected{api::bad_request(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", own_name, name))};
  }
  const std::string_view own_ns = namespace_name_of(configuration);
  if (own_ns.empty() || own_ns == ns) return {};
  return std::unexpected{api::bad_request(fmt::format(
      "the namespace of the object ({}) does not match the namespace on the request ({})", own_ns,
      ns))};
}

// What is applied: as a decoded object, and the fields that the client wrote. Decoding adds the
// structures that Go always has.
struct Configuration {
  doc::Value object;
  FieldSet fields;
};

// The managers of the object as it lives.
Managers present_managers(const api::Resource& resource, const doc::Value& live,
                          const doc::Value& now) {
  const doc::Value& entries = metadata_of(live)["managedFields"_key];
  Managers managers{entries};
  if (!managers.empty()) return managers;
  const Writer before{std::string{kBeforeFirstApply}, Operation::update,
                      std::string{resource.api_version}};
  managed::Comparison everything = managed::compare(Shape::of(resource), {}, live);
  everything.added = managed::strip(std::move(everything.added), resource.id, Part::scale);
  managers.update(before, everything, now);
  return managers;
}

// `kubectl apply` without --server-side goes on to work if the annotation keeps up
// (lastAppliedUpdater).
void update_last_applied(const doc::Value& configuration, const std::string& manager,
                         doc::Value& object) {
  const doc::Value* annotations = object["metadata"_key].find(doc::Key{"annotations"_key});
  if (manager != "kubectl" || annotations == nullptr) return;
  if (annotations->find(kLastAppliedAnnotation) == nullptr) return;
  object.edit("metadata"_key)
      .edit("annotations"_key)
      .set(kLastAppliedAnnotation, last_applied_configuration(configuration));
}

api::Result<doc::Value> apply_to(ServerState& state, const api::Resource& resource,
                                 const doc::Value& live, const Configuration& configuration,
                                 const PatchOptions& options) {
  const Shape shape = Shape::of(resource);
  const Writer writer{options.field_manager, Operation::apply, std::string{resource.api_version},
                      options.part == Part::status ? "status" : ""};
  const auto wanted = metadata_of(configuration.object)["resourceVersion"_key];
  if (!wanted.is_empty() && !(wanted == metadata_of(live)["resourceVersion"_key])) {
    return std::unexpected{
        api::conflict(resource.group_resource(), name_of(live), api::kOptimisticLockMessage)};
  }
  Managers managers = present_managers(resource, live, state.now_text());
  const FieldSet before = managers.fields_of(writer);
  managers.set_applied(writer, managed::strip(configuration.fields, resource.id, options.part),
                       state.now_text());
  doc::Value object = managed::merge(shape, live, configuration.object);
  managed::prune(shape, object, before, managers.all_fields());
  if (resource.type != nullptr) object = api::canonicalize(*resource.type, object);
  if (auto settled = managers.settle(writer, managed::compare(shape, live, object), options.force);
      !settled) {
    return std::unexpected{std::move(settled.error())};
  }
  managers.write_to(object);
  update_last_applied(configuration.object, options.field_manager, object);
  return custom::with_defaults(resource, std::move(object));
}

// What an application writes has its managers already.
WriteOptions with_set_managers(const WriteOptions& options) {
  WriteOptions result = options;
  result.field_manager.clear();
  result.managers_are_set = true;
  return result;
}

api::Result<doc::Value> create_applied(ServerState& state, const api::Resource& resource,
                                       std::string_view ns, Configuration configuration,
                                       const PatchOptions& options) {
  if (const doc::Value& uid = metadata_of(configuration.object)["uid"_key]; !uid.is_empty()) {
    return std::unexpected{api::conflict(
        resource.group_resource(), name_of(configuration.object),
        fmt::format("uid mismatch: the provided object specified uid {}, and no existing object "
                    "was found",
                    uid.as_string()))};
  }
  Managers managers;
  managers.set_applied({options.field_manager, Operation::apply, std::string{resource.api_version}},
                       managed::strip(configuration.fields, resource.id, Part::main),
                       state.now_text());
  managers.write_to(configuration.object);
  return create_object(state, resource, ns, std::move(configuration.object),
                       with_set_managers(options));
}

}  // namespace

api::Result<doc::Value> apply_object(ServerState& state, const api::Resource& resource,
                                     std::string_view ns, std::string_view name,
                                     const doc::Value& body, const PatchOptions& options) {
  WriteOptions strict = options;
  if (strict.field_validation == FieldValidation::trusted) {
    strict.field_validation = FieldValidation::strict;
  }
  auto object = decode_object(resource, body, strict);
  if (!object) return object;
  if (auto checked = check_configuration(*object, ns, name, options); !checked) {
    return std::unexpected{std::move(checked.error())};
  }
  const Shape shape = Shape::of(resource);
  Configuration configuration{*object, managed::intersect(managed::fields_of(shape, body),
                                                          managed::fields_of(shape, *object))};
  configuration.object.edit("metadata"_key).set("name"_key, name);
  if (resource.namespaced) configuration.object.edit("metadata"_key).set("namespace"_key, ns);
  const doc::Value* live = state.store.find(resource.id, ns, name);
  if (live == nullptr) {
    if (options.part != Part::main) {
      return std::unexpected{api::not_found(resource.group_resource(), name)};
    }
    return create_applied(state, resource, ns, std::move(configuration), options);
  }
  if (resource.definition != nullptr) {
    // Nobody who leaves a field out applies its default.
    const doc::Value header = metadata_of(configuration.object);
    configuration.object = custom::convert(custom::without_unknown(resource, body), resource);
    configuration.object.set("metadata"_key, header);
  }
  const doc::Value present = *live;
  auto applied = apply_to(state, resource, present, configuration, options);
  if (!applied) return applied;
  return update_object(state, resource, present, std::move(*applied), options.part,
                       with_set_managers(options));
}

}  // namespace rockpool::apiserver
