// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/garbage_collector.h"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/object.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

// An object of any resource.
struct Item {
  api::ResourceId resource{};
  api::ObjectKey key;

  auto operator<=>(const Item&) const = default;
};

using Uids = std::set<std::string, std::less<>>;

// What became of an object's owners.
struct Owners {
  // There, or not to be judged: reason enough to keep the object.
  Uids solid;
  // Gone.
  Uids dangling;
  // Being deleted in the foreground: waiting for this very object to go.
  Uids waiting;
};

bool is_deleting(const doc::Value& object, std::string_view finalizer) {
  return api::is_being_deleted(object) && api::has_finalizer(object, finalizer);
}

const doc::Value& owner_references(const doc::Value& object) {
  return object["metadata"_key]["ownerReferences"_key];
}

bool blocks(const doc::Value& dependent, std::string_view owner_uid) {
  for (const doc::Value& reference : owner_references(dependent).items()) {
    if (reference["uid"_key].as_string() == owner_uid) {
      return reference["blockOwnerDeletion"_key].as_bool();
    }
  }
  return false;
}

// A copy of the object without references to those owners.
doc::Value without_owners(const doc::Value& object, const Uids& uids) {
  std::vector<doc::Value> kept;
  for (const doc::Value& reference : owner_references(object).items()) {
    if (!uids.contains(reference["uid"_key].as_string())) kept.push_back(reference);
  }
  doc::Value result = object;
  doc::Value& metadata = result.edit("metadata"_key);
  if (kept.empty()) {
    metadata.erase("ownerReferences"_key);
  } else {
    metadata.set("ownerReferences"_key, doc::Value::array(std::move(kept)));
  }
  return result;
}

class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(const Context& context)
      : context_{context},
        queue_{context.loop, [this](const Item& item) { return reconcile(item); }} {}

  std::string_view name() const override { return "garbage-collector-controller"; }

  void start() override {
    queue_.start();
    watch_new_resources();
    subscriptions_.push_back(
        context_.informers.of(api::ResourceId::customresourcedefinitions)
            .subscribe([this](const doc::Value*, const doc::Value*) { watch_new_resources(); }));
  }

  void stop() override {
    subscriptions_.clear();
    watched_.clear();
    queue_.stop();
  }

 private:
  // Indexes all before it looks at any, because owners and dependents are of different resources.
  void watch_new_resources() {
    const std::size_t first = watched_.size();
    for (const api::Resource* resource : context_.api.resources()) {
      // Events own nothing and are owned by nobody.
      if (resource->id == api::ResourceId::events || watches(resource->id)) continue;
      watched_.emplace_back(resource->id, &owner_index(resource->id));
    }
    for (std::size_t place = first; place < watched_.size(); ++place) {
      const api::ResourceId resource = watched_[place].first;
      client::Informer& informer = context_.informers.of(resource);
      subscriptions_.push_back(
          informer.subscribe([this, resource](const doc::Value* before, const doc::Value* after) {
            on_change(resource, before, after);
          }));
      for (const auto& [key, object] : informer.objects()) on_change(resource, nullptr, &object);
    }
  }

  bool watches(api::ResourceId resource) const {
    return std::ranges::any_of(watched_,
                               [&](const auto& watched) { return watched.first == resource; });
  }

  using Dependents = std::vector<std::pair<api::ResourceId, doc::Value>>;

  client::Index& owner_index(api::ResourceId resource) {
    const auto values_of = [](const doc::Value& object, std::vector<std::string>& values) {
      for (const doc::Value& reference : owner_references(object).items()) {
        values.emplace_back(reference["uid"_key].as_string());
      }
    };
    return context_.informers.of(resource).index(
        "owner", values_of, [](const doc::Value& before, const doc::Value& after) {
          return owner_references(before).identical(owner_references(after));
        });
  }

  void on_change(api::ResourceId resource, const doc::Value* before, const doc::Value* after);
  void enqueue_owners(const doc::Value& object);
  bool knows_owner(const doc::Value& object, const doc::Value& reference);
  Dependents dependents_of(std::string_view uid);

  Outcome reconcile(const Item& item);
  Outcome orphan(const Item& item, const doc::Value& object);
  Outcome delete_dependents(const Item& item, const doc::Value& object);
  Outcome judge(const Item& item, const doc::Value& object);
  std::optional<Owners> classify(const doc::Value& object);
  bool remove_finalizer(const Item& item, std::string_view finalizer);
  Outcome remove(const Item& item, const doc::Value& object, apiserver::Propagation propagation);

  Context context_;
  client::WorkQueue<Item> queue_;
  // Each with the index of its objects by their owners' uids, at hand because a deletion asks all.
  std::vector<std::pair<api::ResourceId, client::Index*>> watched_;
  std::vector<client::Subscription> subscriptions_;
};

void GarbageCollector::on_change(api::ResourceId resource, const doc::Value* before,
                                 const doc::Value* after) {
  if (after == nullptr) {
    for (auto& [dependent_resource, dependent] : dependents_of(api::uid(*before))) {
      queue_.add({dependent_resource, api::key_of(dependent)});
    }
    enqueue_owners(*before);
    return;
  }
  const bool began = before == nullptr || !api::is_being_deleted(*before);
  if (api::is_being_deleted(*after) && began &&
      (api::has_finalizer(*after, kForeground) || api::has_finalizer(*after, kOrphan))) {
    queue_.add({resource, api::key_of(*after)});
  }
  const doc::Value& owners = owner_references(*after);
  if (before != nullptr) {
    if (owner_references(*before) == owners) return;
    // An owner may no longer have to wait for it.
    enqueue_owners(*before);
  }
  for (const doc::Value& reference : owners.items()) {
    if (knows_owner(*after, reference)) continue;
    queue_.add({resource, api::key_of(*after)});
    break;
  }
}

// Owners that wait for their dependents want to hear that one is gone.
void GarbageCollector::enqueue_owners(const doc::Value& object) {
  for (const doc::Value& reference : owner_references(object).items()) {
    const api::Resource* resource = context_.api.find_kind(reference["apiVersion"_key].as_string(),
                                                           reference["kind"_key].as_string());
    if (resource == nullptr) continue;
    const api::ObjectKey key{
        resource->namespaced ? std::string{api::namespace_of(object)} : std::string{},
        reference["name"_key].to_string()};
    const doc::Value* owner = context_.informers.of(resource->id).find(key);
    if (owner != nullptr && is_deleting(*owner, kForeground)) queue_.add({resource->id, key});
  }
}

// True if the cache shows that very owner, and it stays.
bool GarbageCollector::knows_owner(const doc::Value& object, const doc::Value& reference) {
  const api::Resource* resource = context_.api.find_kind(reference["apiVersion"_key].as_string(),
                                                         reference["kind"_key].as_string());
  if (resource == nullptr) return false;
  const doc::Value* owner =
      context_.informers.of(resource->id)
          .find({resource->namespaced ? std::string{api::namespace_of(object)} : std::string{},
                 reference["name"_key].to_string()});
  return owner != nullptr && api::uid(*owner) == reference["uid"_key].as_string() &&
         !is_deleting(*owner, kForeground);
}

GarbageCollector::Dependents GarbageCollector::dependents_of(std::string_view uid) {
  Dependents dependents;
  for (const auto& [resource, index] : watched_) {
    for (const client::Entry* entry : index->find(uid)) {
      dependents.emplace_back(resource, entry->second);
    }
  }
  return dependents;
}

Outcome GarbageCollector::reconcile(const Item& item) {
  const doc::Value* found = context_.informers.of(item.resource).find(item.key);
  if (found == nullptr) return Outcome::done();
  const doc::Value object = *found;
  if (is_deleting(object, kOrphan)) return orphan(item, object);
  if (is_deleting(object, kForeground)) return delete_dependents(item, object);
  if (api::is_being_deleted(object)) return Outcome::done();
  return judge(item, object);
}

// Frees the dependents of their owner, then the owner of its finalizer.
Outcome GarbageCollector::orphan(const Item& item, const doc::Value& object) {
  bool all_well = true;
  for (const auto& [resource, dependent] : dependents_of(api::uid(object))) {
    const auto written =
        context_.api.update(resource, without_owners(dependent, {std::string{api::uid(object)}}));
    all_well = all_well && (written || is_not_found(written.error()));
  }
  return all_well && remove_finalizer(item, kOrphan) ? Outcome::done() : Outcome::retry();
}

// Deletes the dependents; when none is left that the owner has to wait for, the owner goes.
Outcome GarbageCollector::delete_dependents(const Item& item, const doc::Value& object) {
  bool blocked = false;
  for (const auto& [resource, dependent] : dependents_of(api::uid(object))) {
    blocked = blocked || blocks(dependent, api::uid(object));
    if (!is_deleting(dependent, kForeground)) queue_.add({resource, api::key_of(dependent)});
  }
  if (blocked) return Outcome::done();
  return remove_finalizer(item, kForeground) ? Outcome::done() : Outcome::retry();
}

Outcome GarbageCollector::judge(const Item& item, const doc::Value& object) {
  const std::optional<Owners> owners = classify(object);
  if (!owners) return Outcome::retry();
  if (owners->dangling.empty() && owners->waiting.empty()) return Outcome::done();
  if (!owners->solid.empty()) {
    Uids gone = owners->dangling;
    gone.insert(owners->waiting.begin(), owners->waiting.end());
    const auto written = context_.api.update(item.resource, without_owners(object, gone));
    return written || is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
  }
  if (!owners->waiting.empty() && !dependents_of(api::uid(object)).empty()) {
    return remove(item, object, apiserver::Propagation::foreground);
  }
  if (api::has_finalizer(object, kOrphan)) {
    return remove(item, object, apiserver::Propagation::orphan);
  }
  if (api::has_finalizer(object, kForeground)) {
    return remove(item, object, apiserver::Propagation::foreground);
  }
  return remove(item, object, apiserver::Propagation::background);
}

// Asks the API itself, because the cache may not show an owner yet. Empty if it gave no clear
// answer.
std::optional<Owners> GarbageCollector::classify(const doc::Value& object) {
  Owners owners;
  for (const doc::Value& reference : owner_references(object).items()) {
    std::string uid = reference["uid"_key].to_string();
    const api::Resource* resource = context_.api.find_kind(reference["apiVersion"_key].as_string(),
                                                           reference["kind"_key].as_string());
    // Of a kind that nobody serves, or of one that cannot own this object, nothing can be said.
    if (resource == nullptr || (resource->namespaced && api::namespace_of(object).empty())) {
      owners.solid.insert(std::move(uid));
      continue;
    }
    const auto owner = context_.api.get(
        resource->id, resource->namespaced ? api::namespace_of(object) : std::string_view{},
        reference["name"_key].as_string());
    if (!owner && !is_not_found(owner.error())) return std::nullopt;
    if (!owner || api::uid(*owner) != uid) {
      owners.dangling.insert(std::move(uid));
    } else if (is_deleting(*owner, kForeground)) {
      owners.waiting.insert(std::move(uid));
    } else {
      owners.solid.insert(std::move(uid));
    }
  }
  return owners;
}

bool GarbageCollector::remove_finalizer(const Item& item, std::string_view finalizer) {
  auto fresh = context_.api.get(item.resource, item.key.namespace_, item.key.name);
  if (!fresh) return is_not_found(fresh.error());
  if (!api::remove_finalizer(*fresh, finalizer)) return true;
  const auto written = context_.api.update(item.resource, std::move(*fresh));
  return written || is_not_found(written.error());
}

Outcome GarbageCollector::remove(const Item& item, const doc::Value& object,
                                 apiserver::Propagation propagation) {
  apiserver::DeleteOptions options;
  options.propagation = propagation;
  // Another object may have taken its name.
  options.preconditions.uid = std::string{api::uid(object)};
  const auto removed =
      context_.api.remove(item.resource, item.key.namespace_, item.key.name, options);
  if (removed || is_not_found(removed.error())) return Outcome::done();
  return Outcome::retry();
}

}  // namespace

std::unique_ptr<Controller> make_garbage_collector(const Context& context) {
  return std::make_unique<GarbageCollector>(context);
}

}  // namespace rockpool::controllers
