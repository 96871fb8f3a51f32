// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/api/object.h"
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/custom/definition_object.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"

// Deletion in its two phases: marking, which gives Pods their grace and finalizers their chance,
// and removal (apiserver pkg/registry/rest/delete.go and generic/registry/store.go).
namespace rockpool::apiserver {
namespace {

constexpr std::string_view kOrphanFinalizer = "orphan";
constexpr std::string_view kForegroundFinalizer = "foregroundDeletion";

api::Result<void> check_preconditions(const api::Resource& resource, const doc::Value& object,
                                      const Preconditions& preconditions) {
  const doc::Value& metadata = metadata_of(object);
  // Upstream puts the kind where the resource belongs.
  const api::GroupResource names{resource.group, resource.kind};
  const std::string_view uid = metadata["uid"_key].as_string();
  if (preconditions.uid && *preconditions.uid != uid) {
    return std::unexpected{api::conflict(
        names, name_of(object),
        fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                    "object might have been deleted and then recreated",
                    *preconditions.uid, uid))};
  }
  const std::string_view version = metadata["resourceVersion"_key].as_string();
  if (preconditions.resource_version && *preconditions.resource_version != version) {
    return std::unexpected{api::conflict(
        names, name_of(object),
        fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                    "ResourceVersion in record ({}). The object might have been modified",
                    *preconditions.resource_version, version))};
  }
  return {};
}

bool has_finalizer(const doc::Value& object, std::string_view finalizer) {
  return std::ranges::any_of(metadata_of(object)["finalizers"_key].items(),
                             [&](const doc::Value& each) { return each.as_string() == finalizer; });
}

// The finalizers that the garbage collector is to act on (deletionFinalizersForGarbageCollection):
// what the request asks for, or else what the object says already.
void set_propagation(doc::Value& object, Propagation propagation) {
  bool orphan = propagation == Propagation::orphan;
  bool foreground = propagation == Propagation::foreground;
  if (propagation == Propagation::unset) {
    orphan = has_finalizer(object, kOrphanFinalizer);
    foreground = !orphan && has_finalizer(object, kForegroundFinalizer);
  }
  if (orphan == has_finalizer(object, kOrphanFinalizer) &&
      foreground == has_finalizer(object, kForegroundFinalizer)) {
    return;
  }
  std::vector<doc::Value> finalizers;
  for (const doc::Value& each : metadata_of(object)["finalizers"_key].items()) {
    const std::string_view name = each.as_string();
    if (name != kOrphanFinalizer && name != kForegroundFinalizer) finalizers.push_back(each);
  }
  if (orphan) finalizers.emplace_back(kOrphanFinalizer);
  if (foreground) finalizers.emplace_back(kForegroundFinalizer);
  if (finalizers.empty()) {
    object.edit("metadata"_key).erase("finalizers"_key);
  } else {
    object.edit("metadata"_key).set("finalizers"_key, doc::Value::array(std::move(finalizers)));
  }
}

void bump_generation(doc::Value& object) {
  const std::int64_t generation = api::generation(object);
  if (generation > 0) object.edit("metadata"_key).set("generation"_key, generation + 1);
}

void set_deletion(doc::Value& object, const doc::Value& when, std::int64_t grace_seconds) {
  doc::Value& metadata = object.edit("metadata"_key);
  metadata.set("deletionTimestamp"_key, when);
  metadata.set("deletionGracePeriodSeconds"_key, grace_seconds);
}

// The grace period that a Pod's first deletion gives it (podStrategy.CheckGracefulDelete).
std::int64_t pod_grace_seconds(const doc::Value& pod, const DeleteOptions& options) {
  const doc::Value& spec = pod["spec"_key];
  const std::string_view phase = pod["status"_key]["phase"_key].as_string();
  if (spec["nodeName"_key].is_empty() || phase == "Failed" || phase == "Succeeded") return 0;
  const std::int64_t seconds =
      options.grace_period_seconds.value_or(spec["terminationGracePeriodSeconds"_key].as_int());
  return seconds < 0 ? 1 : seconds;
}

enum class Grace {
  // Not a matter for this kind, or not any more.
  none,
  // The object was marked, or its time shortened.
  marked,
  // It is waiting already and nothing is to change.
  pending,
};

// Marks a Pod for deletion (rest.BeforeDelete).
Grace mark_pod(ServerState& state, doc::Value& pod, const DeleteOptions& options) {
  const std::optional<sim::Time> deadline = api::deletion_timestamp(pod);
  if (deadline) {
    const std::int64_t present = metadata_of(pod)["deletionGracePeriodSeconds"_key].as_int();
    if (present == 0) return Grace::none;
    if (!options.grace_period_seconds || *options.grace_period_seconds >= present) {
      return Grace::pending;
    }
    const std::int64_t seconds = std::max<std::int64_t>(*options.grace_period_seconds, 0);
    const sim::Time sooner = *deadline - std::chrono::seconds{present - seconds};
    set_deletion(pod, api::time_value(sooner), seconds);
    return Grace::marked;
  }
  const std::int64_t seconds = pod_grace_seconds(pod, options);
  set_deletion(pod, api::time_value(state.loop.now() + std::chrono::seconds{seconds}), seconds);
  bump_generation(pod);
  return Grace::marked;
}

// Marks an object whose finalizers are to be waited for (registry's markAsDeleting).
void mark_as_deleting(ServerState& state, doc::Value& object) {
  const std::optional<sim::Time> deadline = api::deletion_timestamp(object);
  if (metadata_of(object)["deletionGracePeriodSeconds"_key].is_null()) bump_generation(object);
  const bool keeps = deadline && *deadline <= state.loop.now();
  const doc::Value when = keeps ? metadata_of(object)["deletionTimestamp"_key] : state.now_text();
  set_deletion(object, when, 0);
}

api::Result<Deletion> write_marked(ServerState& state, const api::Resource& resource,
                                   const doc::Value& old_object, doc::Value object, bool dry_run) {
  if (dry_run || object == old_object) return Deletion{false, std::move(object)};
  auto written = state.store.update(resource.id, std::move(object));
  if (!written) return std::unexpected{to_status(written.error(), resource, name_of(old_object))};
  return Deletion{false, std::move(*written)};
}

// The first deletion of a Namespace only begins its end, whatever it contains.
api::Result<Deletion> terminate_namespace(ServerState& state, const api::Resource& resource,
                                          const doc::Value& old_object,
                                          const DeleteOptions& options) {
  doc::Value object = old_object;
  object.edit("metadata"_key).set("deletionTimestamp"_key, state.now_text());
  object.edit("status"_key).set("phase"_key, "Terminating");
  set_propagation(object, options.propagation);
  return write_marked(state, resource, old_object, std::move(object), options.dry_run);
}

}  // namespace

api::Result<Deletion> delete_object(ServerState& state, const api::Resource& resource,
                                    const doc::Value& old_object, const DeleteOptions& options) {
  if (auto met = check_preconditions(resource, old_object, options.preconditions); !met) {
    return std::unexpected{std::move(met.error())};
  }
  if (resource.id == api::ResourceId::namespaces) {
    if (!api::is_being_deleted(old_object)) {
      return terminate_namespace(state, resource, old_object, options);
    }
    if (old_object["spec"_key]["finalizers"_key].size() != 0) return Deletion{false, old_object};
  }
  doc::Value object = old_object;
  if (resource.id == api::ResourceId::customresourcedefinitions &&
      !api::is_being_deleted(old_object)) {
    api::add_finalizer(object, custom::kCleanupFinalizer);
  }
  const bool graceful = resource.id == api::ResourceId::pods;
  const Grace grace = graceful ? mark_pod(state, object, options) : Grace::none;
  if (grace == Grace::pending) return Deletion{false, old_object};
  set_propagation(object, options.propagation);
  const bool has_finalizers = metadata_of(object)["finalizers"_key].size() != 0;
  if (grace == Grace::none && has_finalizers) mark_as_deleting(state, object);
  const bool waits =
      has_finalizers || (grace == Grace::marked &&
                         metadata_of(object)["deletionGracePeriodSeconds"_key].as_int() > 0);
  // A Pod that goes at once is still seen to be marked first.
  const bool writes = waits || grace == Grace::marked;
  if (writes) {
    auto marked = write_marked(state, resource, old_object, std::move(object), options.dry_run);
    if (!marked || waits) return marked;
    object = std::move(marked->object);
  }
  if (options.dry_run) return Deletion{true, std::move(object)};
  auto removed = remove_object(state, resource, object);
  if (!removed) return std::unexpected{std::move(removed.error())};
  return Deletion{true, std::move(*removed)};
}

api::Result<Deletion> ApiServer::remove(api::ResourceId id, std::string_view ns,
                                        std::string_view name, const DeleteOptions& options) {
  const api::Resource& resource = state_->resource(id);
  if (auto admitted = admit_delete(resource, name); !admitted) {
    return std::unexpected{std::move(admitted.error())};
  }
  auto object = find_object(*state_, resource, ns, name);
  if (!object) return std::unexpected{std::move(object.error())};
  return delete_object(*state_, resource, *object, options);
}

api::Result<ListResult> ApiServer::remove_collection(api::ResourceId id, std::string_view ns,
                                                     const DeleteOptions& options,
                                                     const ListOptions& selection) {
  const api::Resource& resource = state_->resource(id);
  auto selected = list(id, ns, selection);
  if (!selected) return selected;
  ListResult result;
  for (const doc::Value& object : selected->items) {
    if (auto admitted = admit_delete(resource, name_of(object)); !admitted) {
      return std::unexpected{std::move(admitted.error())};
    }
    auto deletion = delete_object(*state_, resource, object, options);
    if (!deletion) return std::unexpected{std::move(deletion.error())};
    result.items.push_back(std::move(deletion->object));
  }
  result.resource_version = state_->store.revision();
  return result;
}

}  // namespace rockpool::apiserver
