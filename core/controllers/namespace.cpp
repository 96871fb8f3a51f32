// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/namespace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/api/views/cluster_objects.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr auto kNamespaces = api::ResourceId::namespaces;
constexpr auto kPods = api::ResourceId::pods;
// The finalizer in spec.finalizers that this controller answers for.
constexpr std::string_view kFinalizer = "kubernetes";
// How long an object with finalizers is guessed to take.
constexpr std::chrono::seconds kFinalizerEstimate{15};

// What is left in a namespace after everything in it was told to go.
struct Remains {
  // Texts of deletions that failed.
  std::vector<std::string> failures;
  // How many objects are left, by `pods.` or `deployments.apps`.
  std::map<std::string, std::int64_t> counts;
  // How many objects each finalizer holds.
  std::map<std::string, std::int64_t> finalizers;
  // The longest grace period among what is left.
  std::chrono::seconds estimate{0};

  bool is_empty() const { return failures.empty() && counts.empty(); }
};

std::string counted(const std::map<std::string, std::int64_t>& counts, std::string_view verb) {
  std::string text;
  for (const auto& [name, count] : counts) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} {} resource instances", name, verb, count);
  }
  return text;
}

std::string joined(const std::vector<std::string>& failures) {
  if (failures.size() == 1) return failures.front();
  std::string text = "[";
  for (const std::string& failure : failures) text += (text.size() > 1 ? ", " : "") + failure;
  return text + "]";
}

// One of the conditions that tell how a deletion gets on: True with what is wrong, False when
// nothing is.
void set_deletion_condition(doc::Value& object, std::string_view type,
                            std::string_view wrong_reason, const std::string& wrong,
                            std::string_view fine_reason, std::string_view fine, sim::Time now) {
  if (wrong.empty()) {
    api::set_condition(
        object, {.type = type, .status = "False", .reason = fine_reason, .message = fine}, now);
  } else {
    api::set_condition(
        object, {.type = type, .status = "True", .reason = wrong_reason, .message = wrong}, now);
  }
}

// namespace_conditions.go. Discovery cannot fail here, but clients look for its conditions.
void set_conditions(doc::Value& object, const Remains& remains, sim::Time now) {
  set_deletion_condition(object, "NamespaceDeletionDiscoveryFailure", "DiscoveryFailed", {},
                         "ResourcesDiscovered", "All resources successfully discovered", now);
  set_deletion_condition(object, "NamespaceDeletionGroupVersionParsingFailure",
                         "GroupVersionParsingFailed", {}, "ParsedGroupVersions",
                         "All legacy kube types successfully parsed", now);
  set_deletion_condition(object, "NamespaceDeletionContentFailure", "ContentDeletionFailed",
                         remains.failures.empty() ? std::string{}
                                                  : "Failed to delete all resource types, " +
                                                        std::to_string(remains.failures.size()) +
                                                        " remaining: " + joined(remains.failures),
                         "ContentDeleted",
                         "All content successfully deleted, may be waiting on finalization", now);
  set_deletion_condition(object, "NamespaceContentRemaining", "SomeResourcesRemain",
                         remains.counts.empty()
                             ? std::string{}
                             : "Some resources are remaining: " + counted(remains.counts, "has"),
                         "ContentRemoved", "All content successfully removed", now);
  set_deletion_condition(
      object, "NamespaceFinalizersRemaining", "SomeFinalizersRemain",
      remains.finalizers.empty() ? std::string{}
                                 : "Some content in the namespace has finalizers remaining: " +
                                       counted(remains.finalizers, "in"),
      "ContentHasNoFinalizers", "All content-preserving finalizers finished", now);
}

class NamespaceController final : public Controller {
 public:
  explicit NamespaceController(const Context& context)
      : context_{context},
        namespaces_{context.informers.of(kNamespaces)},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "namespace-controller"; }

  void start() override {
    queue_.start();
    subscription_ = namespaces_.subscribe([this](const doc::Value*, const doc::Value* after) {
      if (after != nullptr) enqueue(*after);
    });
    for (const auto& [key, object] : namespaces_.objects()) enqueue(object);
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
  }

 private:
  // After the deletion began, what others were just making has had time to arrive
  // (namespaceDeletionGracePeriod).
  static constexpr sim::Duration kGracePeriod = std::chrono::seconds{5};

  void enqueue(const doc::Value& object) {
    if (!api::is_being_deleted(object) || api::Namespace{object}.finalizers().size() == 0) return;
    queue_.add_after(api::key_of(object), kGracePeriod);
  }

  Outcome reconcile(const api::ObjectKey& key) {
    const doc::Value* found = namespaces_.find(key);
    if (found == nullptr || !api::is_being_deleted(*found)) return Outcome::done();
    const Remains remains = empty(key.name);
    doc::Value changed = *found;
    changed.edit("status"_key).set("phase"_key, "Terminating");
    set_conditions(changed, remains, context_.loop.now());
    auto written = write_status(context_.api, kNamespaces, *found, changed["status"_key]);
    if (!written) return is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
    if (!remains.failures.empty()) return Outcome::retry();
    if (!remains.is_empty()) {
      return Outcome::again(remains.estimate / 2 + std::chrono::seconds{1});
    }
    return finalize(std::move(*written)) ? Outcome::done() : Outcome::retry();
  }

  Remains empty(std::string_view name);
  void remove_all(const api::Resource& resource, std::string_view name, Remains& remains);
  void count_remaining(const api::Resource& resource, std::string_view name, Remains& remains);
  bool finalize(doc::Value object);

  Context context_;
  client::Informer& namespaces_;
  client::WorkQueue<api::ObjectKey> queue_;
  client::Subscription subscription_;
};

// Deletes everything in the namespace and tells what is left. Pods go first, so that nothing they
// rely on goes before them (OrderedNamespaceDeletion).
Remains NamespaceController::empty(std::string_view name) {
  Remains remains;
  remove_all(api::resource(kPods), name, remains);
  if (!remains.is_empty()) return remains;
  for (const api::Resource* resource : context_.api.resources()) {
    if (resource->namespaced && resource->id != kPods) remove_all(*resource, name, remains);
  }
  return remains;
}

void NamespaceController::remove_all(const api::Resource& resource, std::string_view name,
                                     Remains& remains) {
  apiserver::DeleteOptions options;
  options.propagation = apiserver::Propagation::background;
  const auto removed = context_.api.remove_collection(resource.id, name, options);
  if (!removed) remains.failures.push_back(removed.error().message);
  count_remaining(resource, name, remains);
}

void NamespaceController::count_remaining(const api::Resource& resource, std::string_view name,
                                          Remains& remains) {
  const auto list = context_.api.list(resource.id, name);
  if (!list || list->items.empty()) return;
  // The core group is empty, but its dot stays, as upstream.
  remains.counts[fmt::format("{}.{}", resource.plural, resource.group)] =
      static_cast<std::int64_t>(list->items.size());
  for (const doc::Value& object : list->items) {
    const doc::Value& metadata = api::metadata(object);
    for (const doc::Value& finalizer : metadata["finalizers"_key].items()) {
      ++remains.finalizers[finalizer.to_string()];
    }
    if (resource.id != kPods) continue;
    const std::chrono::seconds grace{metadata["deletionGracePeriodSeconds"_key].as_int()};
    remains.estimate = std::max(remains.estimate, grace);
  }
  // Finalizers have no known end (finalizerEstimateSeconds).
  if (!remains.finalizers.empty())
    remains.estimate = std::max(remains.estimate, kFinalizerEstimate);
}

bool NamespaceController::finalize(doc::Value object) {
  std::vector<doc::Value> kept;
  for (const doc::Value& finalizer : api::Namespace{object}.finalizers().items()) {
    if (finalizer.as_string() != kFinalizer) kept.push_back(finalizer);
  }
  doc::Value& spec = object.edit("spec"_key);
  spec.set("finalizers"_key, doc::Value::array(std::move(kept)));
  apiserver::UpdateOptions options;
  options.part = apiserver::Part::finalize;
  const auto written = context_.api.update(kNamespaces, std::move(object), options);
  return written || is_not_found(written.error());
}

}  // namespace

std::unique_ptr<Controller> make_namespace_controller(const Context& context) {
  return std::make_unique<NamespaceController>(context);
}

}  // namespace rockpool::controllers
