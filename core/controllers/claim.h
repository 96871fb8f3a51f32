// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/apiserver/apiserver.h"
#include "core/doc/value.h"

// How a controller comes to own the objects that its selector matches (client-go's
// PodControllerRefManager and its siblings).
namespace rockpool::controllers {

/// What an owner does about an object of its namespace.
enum class Claim {
  /// It is none of the owner's business.
  ignore,
  /// It belongs to the owner.
  keep,
  /// It belongs to nobody and matches: the owner takes it.
  adopt,
  /// It belongs to the owner but no longer matches: the owner lets it go.
  release,
};

/// Decides; `matches` says whether the owner's selector matches the object's labels.
Claim judge_claim(const doc::Value& object, const doc::Value& owner, bool matches);

/// Makes `owner` the controller of `object`, if the API still knows that very owner and it is not
/// being deleted. Returns the adopted object.
api::Result<doc::Value> adopt(apiserver::ApiServer& api, api::ResourceId resource,
                              const doc::Value& object, api::ResourceId owner_resource,
                              const doc::Value& owner);
/// Removes the reference to the owner with that uid. An object that is gone counts as released.
api::Result<void> release(apiserver::ApiServer& api, api::ResourceId resource,
                          const doc::Value& object, std::string_view owner_uid);

/// A copy of the object without references to the owners with that uid.
doc::Value without_owner(const doc::Value& object, std::string_view owner_uid);

}  // namespace rockpool::controllers
