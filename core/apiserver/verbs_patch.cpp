// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/decode.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/apiserver/strategic_merge.h"
#include "core/apiserver/writes.h"
#include "core/doc/json_patch.h"
#include "core/doc/merge_patch.h"

namespace rockpool::apiserver {
namespace {

api::Status to_status(const doc::JsonPatchError& error) {
  switch (error.reason) {
    case doc::JsonPatchError::Reason::malformed:
      return api::bad_request(error.message);
    case doc::JsonPatchError::Reason::too_large:
      return api::request_too_large(error.message);
    case doc::JsonPatchError::Reason::not_applicable:
      break;
  }
  // Which operation it was is not told (NewGenericServerResponse).
  api::Status status;
  status.code = 422;
  status.reason = api::reason::kInvalid;
  status.message = "the server rejected our request due to an error in our request";
  return status;
}

}  // namespace

api::Result<doc::Value> apply_patch(const Patch& patch, const doc::Value& base,
                                    const api::TypeTable* type) {
  if (patch.type == PatchType::json) {
    auto patched = doc::apply_json_patch(base, patch.body);
    if (!patched) return std::unexpected{to_status(patched.error())};
    return std::move(*patched);
  }
  if (!patch.body.is_object()) {
    return std::unexpected{api::bad_request(
        fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    doc::kind_name(patch.body.kind())))};
  }
  if (patch.type == PatchType::merge) return doc::apply_merge_patch(base, patch.body);
  if (type == nullptr) {
    return std::unexpected{
        api::unsupported_media_type("application/json-patch+json, application/merge-patch+json")};
  }
  return apply_strategic_merge_patch(base, patch.body, *type);
}

namespace {

// A patch may change anything but which object it is.
api::Result<void> check_name(const doc::Value& patched, std::string_view ns,
                             std::string_view name) {
  const std::string_view new_name = name_of(patched);
  if (new_name != name) {
    return std::unexpected{api::bad_request(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", new_name, name))};
  }
  const std::string_view new_ns = namespace_name_of(patched);
  if (new_ns == ns) return {};
  return std::unexpected{api::bad_request(fmt::format(
      "the namespace of the object ({}) does not match the namespace on the request ({})", new_ns,
      ns))};
}

api::Result<doc::Value> patch_scale(ServerState& state, const api::Resource& resource,
                                    const doc::Value& object, const Patch& patch,
                                    const PatchOptions& options) {
  const api::TypeTable* type = api::find_type("autoscaling/v1", "Scale");
  const doc::Value scale = make_scale(resource, object);
  auto patched = apply_patch(patch, scale, type);
  if (!patched) return patched;
  auto decoded = api::decode_as(*type, "autoscaling/v1", "Scale", *patched);
  if (!decoded) return std::unexpected{std::move(decoded.error())};
  auto updated = update_scale(state, resource, object, decoded->object, options);
  if (!updated) return updated;
  return make_scale(resource, *updated);
}

}  // namespace

api::Result<doc::Value> ApiServer::patch(api::ResourceId id, std::string_view ns,
                                         std::string_view name, const Patch& patch,
                                         const PatchOptions& options) {
  const api::Resource& resource = state_->resource(id);
  if (patch.type == PatchType::apply) {
    if (options.part == Part::scale) {
      return std::unexpected{
          api::unsupported_media_type("application/json-patch+json, application/merge-patch+json")};
    }
    return apply_object(*state_, resource, ns, name, patch.body, options);
  }
  auto old_object = find_object(*state_, resource, ns, name);
  if (!old_object) return old_object;
  if (options.part == Part::scale) {
    return patch_scale(*state_, resource, *old_object, patch, options);
  }
  auto patched = apply_patch(patch, *old_object, resource.type);
  if (!patched) return patched;
  auto decoded = decode_object(resource, std::move(*patched), options);
  if (!decoded) return decoded;
  if (auto checked = check_name(*decoded, ns, name); !checked) {
    return std::unexpected{std::move(checked.error())};
  }
  return update_object(*state_, resource, *old_object, std::move(*decoded), options.part, options);
}

}  // namespace rockpool::apiserver
