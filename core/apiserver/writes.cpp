// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/writes.h"

#include <fmt/format.h>

#include "core/api/decode.h"
#include "core/api/object.h"
#include "core/api/other_versions.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/service_allocation.h"

namespace rockpool::apiserver {
namespace {

api::FieldValidation decode_validation(FieldValidation validation) {
  switch (validation) {
    case FieldValidation::trusted:
    case FieldValidation::ignore:
      return api::FieldValidation::ignore;
    case FieldValidation::warn:
      return api::FieldValidation::warn;
    case FieldValidation::strict:
      return api::FieldValidation::strict;
  }
  return api::FieldValidation::strict;
}

}  // namespace

std::string_view display_name_of(const doc::Value& object) {
  const std::string_view name = name_of(object);
  return name.empty() ? metadata_of(object)["generateName"_key].as_string() : name;
}

api::Status to_status(store::Error error, const api::Resource& resource, std::string_view name) {
  switch (error) {
    case store::Error::exists:
      return api::already_exists(resource.group_resource(), name);
    case store::Error::not_found:
      return api::not_found(resource.group_resource(), name);
    case store::Error::conflict:
      return api::conflict(resource.group_resource(), name, api::kOptimisticLockMessage);
    case store::Error::expired:
    case store::Error::future:
      break;
  }
  return api::internal_error("the store refused without a reason");
}

api::Result<doc::Value> decode_object(const api::Resource& resource, doc::Value object,
                                      const WriteOptions& options) {
  if (options.field_validation != FieldValidation::trusted) {
    auto decoded = custom::decode(
        resource, object,
        {.field_validation = decode_validation(options.field_validation), .duplicate_fields = {}});
    if (!decoded) return std::unexpected{std::move(decoded.error())};
    if (options.warnings != nullptr) {
      for (std::string& warning : decoded->warnings)
        options.warnings->push_back(std::move(warning));
    }
    return custom::convert(std::move(decoded->object), resource);
  }
  if (const api::OtherVersion* other = api::find_other_version(resource)) {
    return other->to_stored(object);
  }
  if (object["kind"_key].is_null() || object["apiVersion"_key].is_null()) {
    object.set("kind"_key, resource.kind);
    object.set("apiVersion"_key, resource.api_version);
  }
  return custom::convert(std::move(object), resource);
}

api::Result<doc::Value> find_object(const ServerState& state, const api::Resource& resource,
                                    std::string_view ns, std::string_view name) {
  const doc::Value* found = state.store.find(resource.id, ns, name);
  if (found == nullptr) {
    return std::unexpected{api::not_found(resource.group_resource(), name)};
  }
  return *found;
}

api::Result<doc::Value> remove_object(ServerState& state, const api::Resource& resource,
                                      const doc::Value& last) {
  auto removed = state.store.remove_as(resource.id, last);
  if (!removed) return std::unexpected{to_status(removed.error(), resource, name_of(last))};
  state.note_removed(resource, *removed);
  if (resource.id == api::ResourceId::services) {
    ServiceAllocation allocation{state};
    allocation.release_all(*removed);
    allocation.commit();
  }
  return *removed;
}

}  // namespace rockpool::apiserver
