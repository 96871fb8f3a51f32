// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults/parts.h"

// admissionregistration.k8s.io/v1.
namespace rockpool::api::defaults {

namespace {

constexpr int kWebhookTimeoutSeconds = 10;
constexpr int kServicePort = 443;

void default_rule(Value& rule) {
  set_default(rule, "scope"_key, "*");
}

void default_selectors(Value& object) {
  set_default(object, "matchPolicy"_key, "Equivalent");
  set_default(object, "namespaceSelector"_key, Value::object());
  set_default(object, "objectSelector"_key, Value::object());
}

void default_webhook(Value& webhook) {
  set_default(webhook, "failurePolicy"_key, "Fail");
  default_selectors(webhook);
  set_default(webhook, "timeoutSeconds"_key, kWebhookTimeoutSeconds);
  update_each(webhook, "rules"_key, default_rule);
  update(webhook, "clientConfig"_key, [](Value& config) {
    update(config, "service"_key,
           [](Value& service) { set_default(service, "port"_key, kServicePort); });
  });
}

void default_match_resources(Value& match) {
  default_selectors(match);
  update_each(match, "resourceRules"_key, default_rule);
  update_each(match, "excludeResourceRules"_key, default_rule);
}

}  // namespace

void apply_to_validating_webhooks(Value& configuration) {
  update_each(configuration, "webhooks"_key, default_webhook);
}

void apply_to_mutating_webhooks(Value& configuration) {
  update_each(configuration, "webhooks"_key, [](Value& webhook) {
    default_webhook(webhook);
    set_default(webhook, "reinvocationPolicy"_key, "Never");
  });
}

void apply_to_admission_policy(Value& policy) {
  update(policy, "spec"_key, [](Value& spec) {
    set_default(spec, "failurePolicy"_key, "Fail");
    update(spec, "matchConstraints"_key, default_match_resources);
  });
}

void apply_to_admission_policy_binding(Value& binding) {
  update(binding, "spec"_key,
         [](Value& spec) { update(spec, "matchResources"_key, default_match_resources); });
}

}  // namespace rockpool::api::defaults
