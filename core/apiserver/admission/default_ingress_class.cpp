// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "core/api/object.h"
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

// plugin/pkg/admission/network/defaultingressclass.
namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kIsDefault = "ingressclass.kubernetes.io/is-default-class";
constexpr std::string_view kOldWay = "kubernetes.io/ingress.class";

// The class that is marked as default; of several the newest, then the first by name.
std::string default_class(const ServerState& state) {
  std::string name;
  std::string made;
  state.store.visit(api::ResourceId::ingressclasses, {}, [&](const Value& candidate) {
    if (api::annotations(candidate)[kIsDefault].as_string() != "true") return true;
    const std::string time = api::metadata(candidate)["creationTimestamp"_key].to_string();
    const std::string own{api::name(candidate)};
    if (name.empty() || time > made || (time == made && own < name)) {
      name = own;
      made = time;
    }
    return true;
  });
  return name;
}

}  // namespace

void admit_ingress(const ServerState& state, Value& ingress) {
  if (!ingress["spec"_key]["ingressClassName"_key].is_null()) return;
  if (!api::annotations(ingress)[kOldWay].is_null()) return;
  const std::string name = default_class(state);
  if (!name.empty()) ingress.edit("spec"_key).set("ingressClassName"_key, name);
}

}  // namespace rockpool::apiserver
