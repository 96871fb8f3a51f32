// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults/parts.h"

// What limits others: networking.k8s.io, quotas and ranges, priorities, rbac.authorization.k8s.io.
namespace rockpool::api::defaults {

namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

void default_rule_ports(Value& rule) {
  update_each(rule, "ports"_key, [](Value& port) { set_default(port, "protocol"_key, "TCP"); });
}

// Adds the entries of `from` that `resources` lacks.
void add_missing(Value& item, KnownKeyIndex resources, KnownKeyIndex from) {
  const Value source = item[from];
  for (const doc::Member& entry : source.members()) {
    if (item[resources].find(entry.key) == nullptr) {
      item.edit(resources).set(entry.key, entry.value);
    }
  }
}

void default_limit(Value& item) {
  for (const KnownKeyIndex key :
       {"max"_key, "min"_key, "default"_key, "defaultRequest"_key, "maxLimitRequestRatio"_key}) {
    update(item, key, round_resources);
  }
  if (item["type"_key].as_string() != "Container") return;
  add_missing(item, "default"_key, "max"_key);
  add_missing(item, "defaultRequest"_key, "default"_key);
  add_missing(item, "defaultRequest"_key, "min"_key);
}

void default_subject(Value& subject) {
  const std::string_view kind = subject["kind"_key].as_string();
  if (kind == "User" || kind == "Group") set_default(subject, "apiGroup"_key, kRbacGroup);
}

}  // namespace

void apply_to_network_policy(Value& policy) {
  update(policy, "spec"_key, [](Value& spec) {
    update_each(spec, "ingress"_key, default_rule_ports);
    update_each(spec, "egress"_key, default_rule_ports);
    if (spec["policyTypes"_key].size() != 0) return;
    Value types = Value::strings({"Ingress"});
    if (spec["egress"_key].size() != 0) types.push_back("Egress");
    spec.set("policyTypes"_key, std::move(types));
  });
}

void apply_to_ingress_class(Value& ingress_class) {
  update(ingress_class, "spec"_key, [](Value& spec) {
    update(spec, "parameters"_key,
           [](Value& parameters) { set_default(parameters, "scope"_key, "Cluster"); });
  });
}

void apply_to_resource_quota(Value& quota) {
  for (const KnownKeyIndex part : {"spec"_key, "status"_key}) {
    update(quota, part, [](Value& lists) {
      update(lists, "hard"_key, round_resources);
      update(lists, "used"_key, round_resources);
    });
  }
}

void apply_to_limit_range(Value& limit_range) {
  update(limit_range, "spec"_key,
         [](Value& spec) { update_each(spec, "limits"_key, default_limit); });
}

void apply_to_priority_class(Value& priority_class) {
  set_default(priority_class, "preemptionPolicy"_key, "PreemptLowerPriority");
}

void apply_to_role_binding(Value& binding) {
  update(binding, "roleRef"_key, [](Value& ref) { set_default(ref, "apiGroup"_key, kRbacGroup); });
  update_each(binding, "subjects"_key, default_subject);
}

}  // namespace rockpool::api::defaults
