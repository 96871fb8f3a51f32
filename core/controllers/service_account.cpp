// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_account.h"

#include "core/controllers/namespace_furniture.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

class ServiceAccountController final : public NamespaceFurniture {
 public:
  explicit ServiceAccountController(const Context& context)
      : NamespaceFurniture{context, api::ResourceId::serviceaccounts, "default"} {}

  std::string_view name() const override { return "serviceaccount-controller"; }

 protected:
  doc::Value wanted(const doc::Value& present) const override {
    if (!present.is_null()) return present;
    return doc::Value::object({{"metadata"_key, doc::Value::object({{"name"_key, "default"}})}});
  }
};

}  // namespace

std::unique_ptr<Controller> make_service_account_controller(const Context& context) {
  return std::make_unique<ServiceAccountController>(context);
}

}  // namespace rockpool::controllers
