// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/claim.h"

#include <fmt/format.h>

#include "core/api/object.h"

namespace rockpool::controllers {

using namespace doc::literals;

Claim judge_claim(const doc::Value& object, const doc::Value& owner, bool matches) {
  const std::string_view controller = api::controller_uid(object);
  if (!controller.empty()) {
    if (controller != api::uid(owner)) return Claim::ignore;
    if (matches) return Claim::keep;
    return api::is_being_deleted(owner) ? Claim::ignore : Claim::release;
  }
  if (api::is_being_deleted(owner) || !matches || api::is_being_deleted(object)) {
    return Claim::ignore;
  }
  return Claim::adopt;
}

api::Result<doc::Value> adopt(apiserver::ApiServer& api, api::ResourceId resource,
                              const doc::Value& object, api::ResourceId owner_resource,
                              const doc::Value& owner) {
  // The cache may show an owner that is gone or on its way out; adopting for it would be for
  // nothing.
  const auto fresh = api.get(owner_resource, api::namespace_of(owner), api::name(owner));
  if (!fresh) return std::unexpected{fresh.error()};
  if (api::uid(*fresh) != api::uid(owner) || api::is_being_deleted(*fresh)) {
    return std::unexpected{api::conflict(
        api::resource(owner_resource).group_resource(), api::name(owner),
        fmt::format("{}/{} has just been deleted", api::namespace_of(owner), api::name(owner)))};
  }
  doc::Value adopted = object;
  adopted.edit("metadata"_key)
      .edit("ownerReferences"_key)
      .push_back(api::new_controller_reference(owner).to_value());
  return api.update(resource, std::move(adopted));
}

doc::Value without_owner(const doc::Value& object, std::string_view owner_uid) {
  doc::Value result = object;
  doc::Value& metadata = result.edit("metadata"_key);
  std::vector<doc::Value> kept;
  for (const doc::Value& reference : object["metadata"_key]["ownerReferences"_key].items()) {
    if (reference["uid"_key].as_string() != owner_uid) kept.push_back(reference);
  }
  if (kept.empty()) {
    metadata.erase("ownerReferences"_key);
  } else {
    metadata.set("ownerReferences"_key, doc::Value::array(std::move(kept)));
  }
  return result;
}

api::Result<void> release(apiserver::ApiServer& api, api::ResourceId resource,
                          const doc::Value& object, std::string_view owner_uid) {
  const auto released = api.update(resource, without_owner(object, owner_uid));
  if (released || released.error().reason == api::reason::kNotFound) return {};
  return std::unexpected{released.error()};
}

}  // namespace rockpool::controllers
