// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/store/change.h"
#include "core/store/history.h"
#include "core/store/ordered_table.h"

namespace rockpool::store {

/// Limits of a Store.
struct Options {
  /// Changes kept per resource.
  std::size_t history_changes = kHistoryChanges;
  /// Age up to which changes are kept.
  sim::Duration history_age = kHistoryAge;
};

/// Receives changes one by one, in the order of their revisions.
using Subscriber = std::function<void(const Change&)>;

namespace internal {
struct Subscription {
  Subscriber subscriber;
  // Changes up to here are none of its business, or wait in its backlog.
  std::int64_t since = 0;
  std::vector<Change> backlog;
  bool active = true;
};
}  // namespace internal

/// Keeps a subscriber subscribed; letting go of it ends the subscription at once, even while a
/// change is being delivered. May outlive the store.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&&) = default;
  Subscription& operator=(Subscription&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Subscription() {
    if (state_) state_->active = false;
  }
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Store;
  explicit Subscription(std::shared_ptr<internal::Subscription> state) : state_{std::move(state)} {}
  std::shared_ptr<internal::Subscription> state_;
};

/// The state of a cluster's objects and its recent past: what etcd is to a real API server.
///
/// Every write makes a new revision (one counter for all resources) and puts it into the object's
/// metadata.resourceVersion. Objects are filed under the namespace and name that their writer
/// gives; those of cluster-scoped resources under the namespace "". An empty namespace in a read of
/// several objects means all of them, which for cluster-scoped resources is the same.
///
/// Objects are ordered as in etcd: by the text `namespace/name`, so `a-b/x` comes before `a/x`.
class Store {
 public:
  /// Writes whatever revision the object has.
  static constexpr std::int64_t kAnyRevision = -1;

  /// The loop delivers changes and tells their time; it must outlive the store.
  explicit Store(sim::Loop& loop, Options options = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// The latest revision. The first write makes revision 2, as a fresh etcd is at 1.
  std::int64_t revision() const { return revision_; }
  /// A fingerprint of the whole history: of each change's revision, kind, resource and object, in
  /// order. The same on every platform.
  std::uint64_t digest() const { return digest_; }
  /// The oldest revision from which changes of that resource can be watched.
  std::int64_t compacted_revision(api::ResourceId resource) const;
  /// Forgets all history up to that revision (no later than the present one).
  void compact(std::int64_t revision);

  /// The object, or nullptr. Valid until the next write.
  const doc::Value* find(api::ResourceId resource, std::string_view ns,
                         std::string_view name) const;
  /// How many objects there are, in one namespace or in all.
  std::size_t count(api::ResourceId resource, std::string_view ns = {}) const;

  /// Files a new object under its metadata.namespace and metadata.name. Returns it as written.
  /// Errors: exists.
  std::expected<doc::Value, Error> create(api::ResourceId resource, doc::Value object);
  /// Replaces the object of that metadata.namespace and metadata.name, if it has the expected
  /// revision. Returns it as written. Errors: not_found, conflict.
  std::expected<doc::Value, Error> update(api::ResourceId resource, doc::Value object,
                                          std::int64_t expected_revision = kAnyRevision);
  /// Removes an object, if it has the expected revision. Returns it as it last was, with the
  /// deletion's resourceVersion. Errors: not_found, conflict.
  std::expected<doc::Value, Error> remove(api::ResourceId resource, std::string_view ns,
                                          std::string_view name,
                                          std::int64_t expected_revision = kAnyRevision);
  /// As `remove`, with `last` as the last state that watchers see, for a deletion that also changed
  /// the object.
  std::expected<doc::Value, Error> remove_as(api::ResourceId resource, doc::Value last,
                                             std::int64_t expected_revision = kAnyRevision);

  /// A place in the order of a resource's objects; the default is before all of them.
  struct Position {
    std::string ns;
    std::string name;
  };
  /// Calls `visitor(const doc::Value& object)` for the objects after that place, in order, until it
  /// returns false. The visitor must not write.
  template <typename Visitor>
  void visit(api::ResourceId resource, std::string_view ns, const Position& after,
             Visitor&& visitor) const;
  /// The same from the first object on.
  template <typename Visitor>
  void visit(api::ResourceId resource, std::string_view ns, Visitor&& visitor) const {
    visit(resource, ns, Position{}, std::forward<Visitor>(visitor));
  }
  /// As `visit`, but of the objects as they were at an earlier revision. Costs O(changes since)
  /// more. Errors: expired, future.
  std::expected<void, Error> visit_at(
      std::int64_t revision, api::ResourceId resource, std::string_view ns, const Position& after,
      const std::function<bool(const doc::Value& object)>& visitor) const;

  /// From now on delivers each change of that resource, as events of the loop of their own: a
  /// subscriber may write, subscribe and unsubscribe. Subscribers are called in the order of their
  /// subscription. A change made while nobody is subscribed costs nothing.
  [[nodiscard]] Subscription subscribe(api::ResourceId resource, Subscriber subscriber);
  /// As `subscribe`, but starting with the changes after an earlier revision. Errors: expired,
  /// future.
  [[nodiscard]] std::expected<Subscription, Error> subscribe_from(std::int64_t revision,
                                                                  api::ResourceId resource,
                                                                  Subscriber subscriber);

  /// All that is needed to go back to a moment. Copies pointers, not objects.
  struct Snapshot {
    std::int64_t revision = 0;
    std::uint64_t digest = 0;
    std::vector<std::pair<api::ResourceId, doc::Value>> objects;
  };
  Snapshot snapshot() const;
  /// Goes back to that moment, with an empty history. Nothing is delivered: whoever watches must
  /// start afresh.
  void restore(const Snapshot& snapshot);

 private:
  // Orders namespaces as if each ended with '/'.
  struct NamespaceOrder {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const;
  };
  // Ended subscriptions are swept out when a multiple of so many has gathered.
  static constexpr std::size_t kSweepThreshold = 64;
  using Namespaces = std::map<std::string, OrderedTable, NamespaceOrder>;
  struct Table {
    Namespaces namespaces;
    History history;
    std::vector<std::shared_ptr<internal::Subscription>> subscriptions;
    // Ended ones are to be swept out after the delivery.
    bool wants_sweep = false;
    std::size_t count = 0;
    // The namespace written to last: most writes go where the one before went.
    OrderedTable* latest = nullptr;
    std::string latest_namespace;
  };

  Table& table(api::ResourceId resource);
  const Table* find_table(api::ResourceId resource) const;
  OrderedTable& namespace_table(Table& table, std::string_view ns);
  OrderedTable::Entry* find_entry(Table& table, std::string_view ns, std::string_view name);
  void commit(Table& table, Change change);
  void deliver();
  void deliver_backlogs();
  static void sweep(Table& table);
  void request_delivery();

  sim::Loop& loop_;
  Options options_;
  std::int64_t revision_ = 1;
  std::uint64_t digest_ = 0;
  // No resource has history up to here.
  std::int64_t forgotten_ = 0;
  // By resource; tables do not move, so that visitors and deliveries may meet new resources.
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<Change> pending_;
  std::vector<std::weak_ptr<internal::Subscription>> backlogged_;
  sim::TimerId delivery_;
  bool delivering_ = false;
};

/// See the declaration.
template <typename Visitor>
void Store::visit(api::ResourceId resource, std::string_view ns, const Position& after,
                  Visitor&& visitor) const {
  const Table* found = find_table(resource);
  if (found == nullptr) return;
  const auto visit_entry = [&](const OrderedTable::Entry& entry) { return visitor(entry.object); };
  auto current = ns.empty() ? found->namespaces.lower_bound(after.ns) : found->namespaces.find(ns);
  for (; current != found->namespaces.end(); ++current) {
    const bool starts_inside = !after.name.empty() && current->first == after.ns;
    const std::string_view from = starts_inside ? std::string_view{after.name} : std::string_view{};
    if (!current->second.visit(from, visit_entry) || !ns.empty()) return;
  }
}

}  // namespace rockpool::store
