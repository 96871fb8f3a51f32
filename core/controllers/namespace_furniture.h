// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/client/work_queue.h"
#include "core/controllers/controller.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {

/// A controller that sees to it that every namespace has one certain object, whoever removes or
/// changes it: the base of those for the default ServiceAccount and for the root certificate.
class NamespaceFurniture : public Controller {
 public:
  void start() override;
  void stop() override;

 protected:
  NamespaceFurniture(const Context& context, api::ResourceId resource, std::string object_name);

  /// The object as it should be, without namespace. `present` is what is there, or null.
  virtual doc::Value wanted(const doc::Value& present) const = 0;

 private:
  client::Outcome reconcile(const std::string& namespace_);

  Context context_;
  api::ResourceId resource_;
  std::string object_name_;
  client::Informer& namespaces_;
  client::Informer& objects_;
  client::WorkQueue<std::string> queue_;
  std::vector<client::Subscription> subscriptions_;
};

}  // namespace rockpool::controllers
