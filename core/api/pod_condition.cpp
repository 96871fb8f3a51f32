// SPDX-License-Identifier: Apache-2.0
#include "core/api/pod_condition.h"

namespace rockpool::api {

using namespace doc::literals;

bool set_pod_condition(doc::Value& pod, Condition condition, sim::Time now) {
  if (condition.extra.is_null()) condition.extra = doc::Value::object();
  condition.extra.set("lastProbeTime"_key, nullptr);
  return set_condition(pod, condition, now);
}

}  // namespace rockpool::api
