// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/admission/admission.h"

// plugin/pkg/admission/defaulttolerationseconds.
namespace rockpool::apiserver {
namespace {

bool tolerates_execution(const doc::Value& tolerations, std::string_view key) {
  for (const doc::Value& each : tolerations.items()) {
    const std::string_view own_key = each["key"_key].as_string();
    const std::string_view effect = each["effect"_key].as_string();
    if ((own_key == key || own_key.empty()) && (effect == "NoExecute" || effect.empty()))
      return true;
  }
  return false;
}

doc::Value make_toleration(std::string_view key, std::int64_t seconds) {
  return doc::Value::object({{"key"_key, key},
                             {"operator"_key, "Exists"},
                             {"effect"_key, "NoExecute"},
                             {"tolerationSeconds"_key, seconds}});
}

}  // namespace

doc::Value make_default_tolerations(std::int64_t seconds) {
  return doc::Value::array({make_toleration("node.kubernetes.io/not-ready", seconds),
                            make_toleration("node.kubernetes.io/unreachable", seconds)});
}

void admit_default_tolerations(const ServerState& state, doc::Value& pod) {
  const doc::Value& defaults = state.default_tolerations;
  if (pod["spec"_key]["tolerations"_key].size() == 0) {
    // The common case: all such Pods share one array.
    pod.edit("spec"_key).set("tolerations"_key, defaults);
    return;
  }
  for (const doc::Value& each : defaults.items()) {
    if (tolerates_execution(pod["spec"_key]["tolerations"_key], each["key"_key].as_string()))
      continue;
    pod.edit("spec"_key).edit("tolerations"_key).push_back(each);
  }
}

}  // namespace rockpool::apiserver
