// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/namespace_furniture.h"

#include "core/api/views/cluster_objects.h"

namespace rockpool::controllers {

NamespaceFurniture::NamespaceFurniture(const Context& context, api::ResourceId resource,
                                       std::string object_name)
    : context_{context},
      resource_{resource},
      object_name_{std::move(object_name)},
      namespaces_{context.informers.of(api::ResourceId::namespaces)},
      objects_{context.informers.of(resource)},
      queue_{context.loop,
             [this](const std::string& namespace_) { return reconcile(namespace_); }} {}

void NamespaceFurniture::start() {
  queue_.start();
  subscriptions_.push_back(
      namespaces_.subscribe([this](const doc::Value*, const doc::Value* after) {
        if (after != nullptr) queue_.add(std::string{api::name(*after)});
      }));
  subscriptions_.push_back(
      objects_.subscribe([this](const doc::Value* before, const doc::Value* after) {
        const doc::Value& object = after != nullptr ? *after : *before;
        if (api::name(object) == object_name_) {
          queue_.add(std::string{api::namespace_of(object)});
        }
      }));
  for (const auto& [key, object] : namespaces_.objects()) queue_.add(key.name);
}

void NamespaceFurniture::stop() {
  subscriptions_.clear();
  queue_.stop();
}

client::Outcome NamespaceFurniture::reconcile(const std::string& namespace_) {
  const doc::Value* found = namespaces_.find({{}, namespace_});
  if (found == nullptr || api::is_being_deleted(*found) ||
      api::Namespace{*found}.phase() != "Active") {
    return client::Outcome::done();
  }
  const doc::Value* present = objects_.find({namespace_, object_name_});
  doc::Value object = wanted(present != nullptr ? *present : doc::Value{});
  if (present != nullptr && object == *present) return client::Outcome::done();
  if (present != nullptr) {
    const auto updated = context_.api.update(resource_, std::move(object));
    return updated ? client::Outcome::done() : client::Outcome::retry();
  }
  const auto created = context_.api.create(resource_, namespace_, std::move(object));
  if (created || already_exists(created.error()) || is_namespace_terminating(created.error()) ||
      is_not_found(created.error())) {
    return client::Outcome::done();
  }
  return client::Outcome::retry();
}

}  // namespace rockpool::controllers
