// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/options.h"
#include "core/apiserver/state.h"
#include "core/doc/value.h"

// The steps that the writing verbs share.
namespace rockpool::apiserver {

/// What messages call an object: its name, or what its name is to begin with.
std::string_view display_name_of(const doc::Value& object);

/// The store's error about an object as the API says it.
api::Status to_status(store::Error error, const api::Resource& resource, std::string_view name);

/// Decodes an object unless it is trusted; makes sure that it says its apiVersion and kind.
api::Result<doc::Value> decode_object(const api::Resource& resource, doc::Value object,
                                      const WriteOptions& options);

/// Makes an object whose namespace is known to be right; decoded, not yet defaulted.
api::Result<doc::Value> create_object(ServerState& state, const api::Resource& resource,
                                      std::string_view ns, doc::Value object,
                                      const WriteOptions& options);

/// Replaces `old_object`, the present one, or a part of it: checks versions, defaults, admits,
/// validates, and writes unless nothing changed. Completes a deletion that only waited for this.
api::Result<doc::Value> update_object(ServerState& state, const api::Resource& resource,
                                      const doc::Value& old_object, doc::Value object, Part part,
                                      const WriteOptions& options);

/// Server-side apply: makes the object what the configuration says, for the manager in the options.
/// Makes the object if there is none. Fails with Conflict if others manage a field that changes.
api::Result<doc::Value> apply_object(ServerState& state, const api::Resource& resource,
                                     std::string_view ns, std::string_view name,
                                     const doc::Value& body, const PatchOptions& options);

/// The present object, or NotFound.
api::Result<doc::Value> find_object(const ServerState& state, const api::Resource& resource,
                                    std::string_view ns, std::string_view name);

/// Begins or completes the deletion of `old_object`, the present one, admitted already.
api::Result<Deletion> delete_object(ServerState& state, const api::Resource& resource,
                                    const doc::Value& old_object, const DeleteOptions& options);

/// Removes an object from the store with all that the server keeps about it. `last` is its last
/// state as watchers see it.
api::Result<doc::Value> remove_object(ServerState& state, const api::Resource& resource,
                                      const doc::Value& last);

/// What a patch other than server-side apply makes of a document of that type (null: any JSON).
api::Result<doc::Value> apply_patch(const Patch& patch, const doc::Value& base,
                                    const api::TypeTable* type);

/// The autoscaling/v1 Scale of an object that has one.
doc::Value make_scale(const api::Resource& resource, const doc::Value& object);
/// Sets the number of replicas that a Scale asks for.
api::Result<doc::Value> update_scale(ServerState& state, const api::Resource& resource,
                                     const doc::Value& object, const doc::Value& scale,
                                     const WriteOptions& options);

}  // namespace rockpool::apiserver
