// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/field_error.h"
#include "core/apiserver/auth/authorize.h"
#include "core/apiserver/reviews/reviews.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kApiVersion = "authorization.k8s.io/v1";

Attributes read_attributes(const Value& spec) {
  Attributes attributes;
  const Value& resource = spec["resourceAttributes"_key];
  attributes.is_resource = !resource.is_null();
  const Value& asked = attributes.is_resource ? resource : spec["nonResourceAttributes"_key];
  attributes.verb = asked["verb"_key].to_string();
  attributes.path = asked["path"_key].to_string();
  attributes.group = asked["group"_key].to_string();
  attributes.version = asked["version"_key].to_string();
  attributes.resource = asked["resource"_key].to_string();
  attributes.subresource = asked["subresource"_key].to_string();
  attributes.ns = asked["namespace"_key].to_string();
  attributes.name = asked["name"_key].to_string();
  return attributes;
}

// As validation.ValidateSubjectAccessReviewSpec.
void validate_spec(const Value& spec, api::FieldErrors& errors) {
  const doc::Path path{"spec"};
  const bool resource = !spec["resourceAttributes"_key].is_null();
  const bool other = !spec["nonResourceAttributes"_key].is_null();
  if (resource && other) {
    errors.invalid(path.child("nonResourceAttributes"), spec["nonResourceAttributes"_key],
                   "cannot be specified in combination with resourceAttributes");
  } else if (!resource && !other) {
    errors.invalid(path.child("resourceAttributes"), spec["resourceAttributes"_key],
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
}

Response answer(const Route& route, std::string_view kind, Value review, const User& user) {
  api::FieldErrors errors;
  validate_spec(review["spec"_key], errors);
  if (!errors.empty()) {
    return respond_status(api::invalid({"authorization.k8s.io", kind}, "", errors), route.format);
  }
  const Decision decision = authorize(route.server, user, read_attributes(review["spec"_key]));
  Value status = Value::map({{"allowed", decision.allowed}});
  if (!decision.reason.empty()) status.set("reason"_key, decision.reason);
  review.set("status"_key, std::move(status));
  return respond_object(201, review, route.format);
}

User read_user(const Value& spec) {
  User user{spec["user"_key].to_string(), spec["uid"_key].to_string()};
  for (const Value& group : spec["groups"_key].items()) user.groups.push_back(group.to_string());
  return user;
}

Response answer_for_subject(const Route& route, std::string_view kind) {
  auto review = read_review(route, kApiVersion, kind);
  if (!review) return respond_status(review.error(), route.format);
  const User user = read_user((*review)["spec"_key]);
  if (user.name.empty() && user.groups.empty()) {
    api::FieldErrors errors;
    errors.invalid(doc::Path{"spec"}.child("user"), "",
                   "at least one of user or group must be specified");
    return respond_status(api::invalid({"authorization.k8s.io", kind}, "", errors), route.format);
  }
  return answer(route, kind, std::move(*review), user);
}

// A rule as SubjectRulesReviewStatus has it: one for resources, one for other paths.
void append_rule(const Value& rule, std::vector<Value>& resource_rules,
                 std::vector<Value>& other_rules) {
  const auto pick = [&](std::initializer_list<std::string_view> names) {
    Value picked = Value::object();
    for (const std::string_view name : names) {
      if (!rule[name].is_null()) picked.set(name, rule[name]);
    }
    return picked;
  };
  if (rule["nonResourceURLs"_key].size() != 0) {
    other_rules.push_back(pick({"verbs", "nonResourceURLs"}));
  }
  if (rule["resources"_key].size() != 0) {
    resource_rules.push_back(pick({"verbs", "apiGroups", "resources", "resourceNames"}));
  }
}

Value everything() {
  return Value::map({{"verbs", Value::strings({"*"})},
                     {"apiGroups", Value::strings({"*"})},
                     {"resources", Value::strings({"*"})},
                     {"nonResourceURLs", Value::strings({"*"})}});
}

}  // namespace

Response review_self_subject_access(const Route& route) {
  const auto identity = identify(route.server, route.request);
  if (!identity) return respond_status(identity.error(), route.format);
  auto review = read_review(route, kApiVersion, "SelfSubjectAccessReview");
  if (!review) return respond_status(review.error(), route.format);
  return answer(route, "SelfSubjectAccessReview", std::move(*review), identity->user);
}

Response review_subject_access(const Route& route) {
  return answer_for_subject(route, "SubjectAccessReview");
}

Response review_local_subject_access(const Route& route) {
  return answer_for_subject(route, "LocalSubjectAccessReview");
}

Response review_self_subject_rules(const Route& route) {
  const auto identity = identify(route.server, route.request);
  if (!identity) return respond_status(identity.error(), route.format);
  auto review = read_review(route, kApiVersion, "SelfSubjectRulesReview");
  if (!review) return respond_status(review.error(), route.format);
  const Value ns = (*review)["spec"_key]["namespace"_key];
  if (ns.is_empty()) {
    return respond_status(api::bad_request("no namespace on request"), route.format);
  }
  std::vector<Value> resource_rules;
  std::vector<Value> other_rules;
  if (!route.server.options().rbac) append_rule(everything(), resource_rules, other_rules);
  if (route.server.options().rbac) {
    visit_rules(route.server, identity->user, ns.as_string(),
                [&](const Value& rule, const std::string&) {
                  append_rule(rule, resource_rules, other_rules);
                  return true;
                });
  }
  review->set("status"_key, Value::map({{"resourceRules", Value::array(std::move(resource_rules))},
                                        {"nonResourceRules", Value::array(std::move(other_rules))},
                                        {"incomplete", false}}));
  return respond_object(201, *review, route.format);
}

}  // namespace rockpool::apiserver
