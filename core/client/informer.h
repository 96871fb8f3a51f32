// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/api/object.h"
#include "core/api/resource.h"
#include "core/client/text_map.h"
#include "core/doc/value.h"
#include "core/store/store.h"

namespace rockpool::client {

/// One cached object: its key and the newest version that the cache has seen.
using Entry = std::pair<const api::ObjectKey, doc::Value>;

/// Orders entries by key.
struct EntryOrder {
  bool operator()(const Entry* left, const Entry* right) const {
    return left->first < right->first;
  }
};

/// Entries in the order of their keys. An entry stays where it is until its object is deleted.
using EntrySet = std::set<const Entry*, EntryOrder>;

/// Called for every change, after the cache and its indexes hold it. `before` is null for a new
/// object, `after` for one that is gone.
using ChangeHandler = std::function<void(const doc::Value* before, const doc::Value* after)>;

/// Keeps a handler registered; letting go of it takes the handler away. May outlive the informer.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> registration)
      : registration_{std::move(registration)} {}

 private:
  std::shared_ptr<void> registration_;
};

/// Handlers that come and go, even while they are being called.
class HandlerList {
 public:
  /// Adds a handler for as long as the Subscription lives.
  Subscription add(ChangeHandler handler);
  /// Calls all handlers in the order in which they were added.
  void call(const doc::Value* before, const doc::Value* after);
  /// True if no handler is left.
  bool is_empty() const;

 private:
  std::vector<std::weak_ptr<ChangeHandler>> handlers_;
};

/// A second way to find the objects of an informer: by values computed from each object, such as
/// the node of a Pod. Keeping it up to date costs O(log n) for each changed object, n being the
/// objects with the same value.
class Index {
 public:
  /// Appends the values under which `object` is to be found.
  using Function = std::function<void(const doc::Value& object, std::vector<std::string>& values)>;
  /// True if a change leaves the values as they are, found out in O(1); it may be false even then.
  /// Compares, with `identical`, the parts of the object from which the values are computed.
  using Keeps = bool (*)(const doc::Value& before, const doc::Value& after);

  Index(Function function, Keeps keeps) : function_{std::move(function)}, keeps_{keeps} {}

  /// The objects with that value.
  const EntrySet& find(std::string_view value) const;
  /// True if no object has any value.
  bool is_empty() const { return entries_.empty(); }
  /// Calls `handler` for changes of objects that have that value before or after the change. The
  /// cost of a change does not grow with the number of other values that are watched.
  Subscription subscribe(std::string_view value, ChangeHandler handler);

 private:
  friend class Informer;
  // Files a changed entry under its new values; remembers who is to be told. `before` is null for a
  // new entry, `after` for one about to go.
  void update(const Entry& entry, const doc::Value* before, const doc::Value* after);
  void insert(const Entry& entry, const std::string& value);
  void remove(const Entry& entry, const std::string& value);
  void notify(const doc::Value* before, const doc::Value* after);
  std::vector<std::string> values_of(const doc::Value* object) const;

  Function function_;
  Keeps keeps_;
  TextMap<EntrySet> entries_;
  TextMap<HandlerList> handlers_;
  // The watched values that the change being delivered touches.
  std::vector<std::string> touched_;
};

/// A local cache of all objects of one resource, fed by a watch, shared by all components that read
/// them (client-go's shared informer). What it holds lags behind the API by the events still on
/// their way; changes arrive in order and none is skipped.
class Informer {
 public:
  /// When to list the resource.
  enum class Filling { at_once, when_asked };

  /// Begins to watch the resource, and lists it now or when `fill` is called, until when the cache
  /// must not be used. The store must outlive the informer.
  Informer(store::Store& store, api::ResourceId resource, Filling filling = Filling::at_once);
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  /// Lists the resource if that is still to be done.
  void fill();

  api::ResourceId resource() const { return resource_; }
  /// The object of that key, or nullptr. Valid until the next change arrives.
  const doc::Value* find(const api::ObjectKey& key) const;
  /// The same without making a key.
  const doc::Value* find(std::string_view namespace_, std::string_view name) const;
  /// All objects in the order of their keys.
  const std::map<api::ObjectKey, doc::Value>& objects() const { return objects_; }

  /// The index of that name, made on first use; the functions must be the same each time.
  Index& index(std::string_view name, const Index::Function& function, Index::Keeps keeps);
  /// Objects by namespace.
  Index& by_namespace();
  /// Objects by the uid of their controller.
  Index& by_controller();
  /// Objects by namespace and label pair: look up `label_index_value(namespace, key, value)`.
  Index& by_label();

  /// Calls `handler` for every change from now on.
  Subscription subscribe(ChangeHandler handler);

 private:
  // An object's place in `objects_`, found by its key's hash: what a change costs must not grow
  // with the number of objects, and a tree's path to one of many is long and seldom in the
  // processor's cache.
  using Place = std::map<api::ObjectKey, doc::Value>::iterator;
  struct KeyView {
    std::string_view namespace_;
    std::string_view name;
    bool operator==(const KeyView&) const = default;
  };
  static KeyView key_of(const KeyView& key) { return key; }
  static KeyView key_of(const Place& place) { return {place->first.namespace_, place->first.name}; }
  struct PlaceHash {
    using is_transparent = void;
    std::size_t operator()(const auto& key) const {
      const KeyView view = key_of(key);
      const TextHash hash;
      return hash(view.name) * 31 + hash(view.namespace_);
    }
  };
  struct PlaceEqual {
    using is_transparent = void;
    bool operator()(const auto& left, const auto& right) const {
      return key_of(left) == key_of(right);
    }
  };

  void receive(const store::Change& change);

  store::Store& store_;
  api::ResourceId resource_;
  bool is_filled_ = false;
  // Changes up to here were in the list.
  std::int64_t listed_at_ = 0;
  std::map<api::ObjectKey, doc::Value> objects_;
  std::unordered_set<Place, PlaceHash, PlaceEqual> places_;
  std::map<std::string, std::unique_ptr<Index>, std::less<>> indexes_;
  HandlerList handlers_;
  store::Subscription subscription_;
};

/// Where `by_label` keeps the objects of a namespace that carry a label.
std::string label_index_value(std::string_view namespace_, std::string_view key,
                              std::string_view value);

/// One informer per resource, made on first use.
class Informers {
 public:
  explicit Informers(store::Store& store) : store_{store} {}
  /// The informer of a resource; stays as long as this.
  Informer& of(api::ResourceId resource);
  /// Makes the informer of a resource that perhaps nobody will ask for. Its changes are delivered
  /// from now on, so that it makes no difference to anybody else when it is asked for, but it holds
  /// nothing until then.
  void prepare(api::ResourceId resource);

 private:
  store::Store& store_;
  std::map<api::ResourceId, std::unique_ptr<Informer>> informers_;
};

}  // namespace rockpool::client
