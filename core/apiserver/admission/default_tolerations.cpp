// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/admission/admission.h"

// plugin/pkg/admission/defaulttolerationseconds.
namespace rockpool::apiserver {
namespace {

bool tolerates_execution(const doc::Value& tolerations, std::string_view key) {
  for (const doc::Value& each : tolerations.items()) {
    const std::string_view own_key = each["key"_key].as_string();
    const std::string_view effect = each["effect"_key].as_string();
    if ((own_key == key || own_key.empty()) && (effect == "NoExecute" || effect.empty())) return true;
  }
  return false;
}

}  // namespace

void admit_default_tolerations(doc::Value& pod, std::int64_t seconds) {
  for (const std::string_view key :
       {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (tolerates_execution(pod["spec"_key]["tolerations"_key], key)) continue;
    pod.edit("spec"_key)
        .edit("tolerations"_key)
        .push_back(doc::Value::object({{"key"_key, key},
                                       {"operator"_key, "Exists"},
                                       {"effect"_key, "NoExecute"},
                                       {"tolerationSeconds"_key, seconds}}));
  }
}

}  // namespace rockpool::apiserver
