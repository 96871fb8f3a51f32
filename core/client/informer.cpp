// SPDX-License-Identifier: Apache-2.0
#include "core/client/informer.h"

#include <algorithm>

#include "core/doc/key.h"

namespace rockpool::client {
namespace {

using namespace doc::literals;

const EntrySet kNoEntries;

}  // namespace

Subscription HandlerList::add(ChangeHandler handler) {
  auto registration = std::make_shared<ChangeHandler>(std::move(handler));
  handlers_.push_back(registration);
  return Subscription{std::move(registration)};
}

void HandlerList::call(const doc::Value* before, const doc::Value* after) {
  bool gone = false;
  // By index: a handler may add handlers.
  for (std::size_t index = 0; index < handlers_.size(); ++index) {
    if (const auto handler = handlers_[index].lock()) {
      (*handler)(before, after);
    } else {
      gone = true;
    }
  }
  if (gone) std::erase_if(handlers_, [](const auto& handler) { return handler.expired(); });
}

bool HandlerList::is_empty() const {
  return std::ranges::all_of(handlers_, [](const auto& handler) { return handler.expired(); });
}

const EntrySet& Index::find(std::string_view value) const {
  const auto found = entries_.find(value);
  return found != entries_.end() ? found->second : kNoEntries;
}

Subscription Index::subscribe(std::string_view value, ChangeHandler handler) {
  return handlers_[std::string{value}].add(std::move(handler));
}

void Index::update(const Entry& entry, const doc::Value* before, const doc::Value* after) {
  touched_.clear();
  // Most changes are of a status, and concern neither the index nor anybody who watches a value.
  const bool same = before != nullptr && after != nullptr && keeps_(*before, *after);
  if (same && handlers_.empty()) return;
  std::vector<std::string> new_values = values_of(after);
  if (same) {
    touched_ = std::move(new_values);
  } else {
    const std::vector<std::string> old_values = values_of(before);
    if (old_values != new_values) {
      for (const std::string& value : old_values) remove(entry, value);
      for (const std::string& value : new_values) insert(entry, value);
    }
    if (handlers_.empty()) return;
    std::ranges::set_union(old_values, new_values, std::back_inserter(touched_));
  }
  std::erase_if(touched_, [this](const std::string& value) { return !handlers_.contains(value); });
}

void Index::insert(const Entry& entry, const std::string& value) {
  entries_[value].insert(&entry);
}

void Index::remove(const Entry& entry, const std::string& value) {
  const auto found = entries_.find(value);
  if (found == entries_.end()) return;
  found->second.erase(&entry);
  if (found->second.empty()) entries_.erase(found);
}

void Index::notify(const doc::Value* before, const doc::Value* after) {
  for (const std::string& value : std::exchange(touched_, {})) {
    const auto found = handlers_.find(value);
    if (found == handlers_.end()) continue;
    found->second.call(before, after);
    if (found->second.is_empty()) handlers_.erase(found);
  }
}

std::vector<std::string> Index::values_of(const doc::Value* object) const {
  std::vector<std::string> values;
  if (object == nullptr) return values;
  function_(*object, values);
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  return values;
}

Informer::Informer(store::Store& store, api::ResourceId resource, Filling filling)
    : store_{store}, resource_{resource} {
  if (filling == Filling::at_once) fill();
  subscription_ =
      store.subscribe(resource, [this](const store::Change& change) { receive(change); });
}

void Informer::fill() {
  if (std::exchange(is_filled_, true)) return;
  listed_at_ = store_.revision();
  store_.visit(resource_, {}, [this](const doc::Value& object) {
    places_.insert(objects_.emplace_hint(objects_.end(), api::key_of(object), object));
    return true;
  });
}

const doc::Value* Informer::find(const api::ObjectKey& key) const {
  return find(key.namespace_, key.name);
}

const doc::Value* Informer::find(std::string_view namespace_, std::string_view name) const {
  const auto found = places_.find(KeyView{namespace_, name});
  return found != places_.end() ? &(*found)->second : nullptr;
}

Index& Informer::index(std::string_view name, const Index::Function& function, Index::Keeps keeps) {
  const auto found = indexes_.find(name);
  if (found != indexes_.end()) return *found->second;
  auto made = std::make_unique<Index>(function, keeps);
  for (const Entry& entry : objects_) made->update(entry, nullptr, &entry.second);
  return *indexes_.emplace(name, std::move(made)).first->second;
}

Index& Informer::by_namespace() {
  const auto values_of = [](const doc::Value& object, std::vector<std::string>& values) {
    values.emplace_back(object["metadata"_key]["namespace"_key].as_string());
  };
  return index("namespace", values_of, [](const doc::Value& before, const doc::Value& after) {
    return before["metadata"_key]["namespace"_key].identical(
        after["metadata"_key]["namespace"_key]);
  });
}

Index& Informer::by_controller() {
  const auto values_of = [](const doc::Value& object, std::vector<std::string>& values) {
    for (const doc::Value& owner : object["metadata"_key]["ownerReferences"_key].items()) {
      if (owner["controller"_key].as_bool()) values.emplace_back(owner["uid"_key].as_string());
    }
  };
  return index("controller", values_of, [](const doc::Value& before, const doc::Value& after) {
    return before["metadata"_key]["ownerReferences"_key].identical(
        after["metadata"_key]["ownerReferences"_key]);
  });
}

Index& Informer::by_label() {
  const auto values_of = [](const doc::Value& object, std::vector<std::string>& values) {
    const doc::Value& metadata = object["metadata"_key];
    for (const doc::Member& label : metadata["labels"_key].members()) {
      values.push_back(label_index_value(metadata["namespace"_key].as_string(), label.key.text(),
                                         label.value.as_string()));
    }
  };
  return index("label", values_of, [](const doc::Value& before, const doc::Value& after) {
    return before["metadata"_key]["labels"_key].identical(after["metadata"_key]["labels"_key]);
  });
}

Subscription Informer::subscribe(ChangeHandler handler) {
  return handlers_.add(std::move(handler));
}

void Informer::receive(const store::Change& change) {
  if (!is_filled_ || change.revision <= listed_at_) return;
  const bool is_gone = change.kind == store::Change::deleted;
  const auto known =
      places_.find(KeyView{api::namespace_of(change.object), api::name(change.object)});
  const bool is_new = known == places_.end();
  const Place slot = is_new ? objects_.try_emplace(api::key_of(change.object)).first : *known;
  if (is_new) places_.insert(slot);
  const doc::Value old_object = std::exchange(slot->second, change.object);
  const doc::Value* before = is_new ? nullptr : &old_object;
  const doc::Value* after = is_gone ? nullptr : &change.object;
  for (auto& [name, index] : indexes_) index->update(*slot, before, after);
  if (is_gone) {
    places_.erase(slot);
    objects_.erase(slot);
  }
  for (auto& [name, index] : indexes_) index->notify(before, after);
  handlers_.call(before, after);
}

std::string label_index_value(std::string_view namespace_, std::string_view key,
                              std::string_view value) {
  std::string result;
  result.reserve(namespace_.size() + key.size() + value.size() + 2);
  // Neither a namespace nor a label key can hold these separators in a place that would confuse
  // them.
  return result.append(namespace_).append("|").append(key).append("=").append(value);
}

Informer& Informers::of(api::ResourceId resource) {
  std::unique_ptr<Informer>& informer = informers_[resource];
  if (!informer) informer = std::make_unique<Informer>(store_, resource);
  informer->fill();
  return *informer;
}

void Informers::prepare(api::ResourceId resource) {
  std::unique_ptr<Informer>& informer = informers_[resource];
  if (informer) return;
  informer = std::make_unique<Informer>(store_, resource, Informer::Filling::when_asked);
}

}  // namespace rockpool::client
