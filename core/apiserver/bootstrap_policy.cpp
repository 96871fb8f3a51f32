// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/bootstrap_policy.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

using doc::Value;
using Names = std::initializer_list<std::string_view>;

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

Value rule(Names groups, Names resources, Names verbs) {
  return Value::map({{"apiGroups", Value::strings(groups)},
                     {"resources", Value::strings(resources)},
                     {"verbs", Value::strings(verbs)}});
}

Value path_rule(Names paths, Names verbs) {
  return Value::map({{"nonResourceURLs", Value::strings(paths)}, {"verbs", Value::strings(verbs)}});
}

Value metadata(std::string_view name) {
  return Value::map(
      {{"name", name},
       {"labels", Value::map({{"kubernetes.io/bootstrapping", "rbac-defaults"}})},
       {"annotations", Value::map({{"rbac.authorization.kubernetes.io/autoupdate", "true"}})}});
}

// What a user of a namespace reads or writes: the same objects, with other verbs.
std::vector<Value> namespace_rules(Names verbs) {
  return {
      rule({""},
           {"configmaps", "endpoints", "persistentvolumeclaims", "pods", "replicationcontrollers",
            "replicationcontrollers/scale", "serviceaccounts", "services"},
           verbs),
      rule({"apps"},
           {"daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale",
            "statefulsets", "statefulsets/scale"},
           verbs),
      rule({"autoscaling"}, {"horizontalpodautoscalers"}, verbs),
      rule({"batch"}, {"cronjobs", "jobs"}, verbs),
      rule({"policy"}, {"poddisruptionbudgets"}, verbs),
      rule({"networking.k8s.io"}, {"ingresses", "networkpolicies"}, verbs),
  };
}

Value status_rule() {
  return rule(
      {""},
      {"bindings", "events", "limitranges", "namespaces", "namespaces/status", "pods/log",
       "pods/status", "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"},
      {"get", "list", "watch"});
}

std::vector<Value> view_rules() {
  std::vector<Value> rules = namespace_rules({"get", "list", "watch"});
  rules.push_back(status_rule());
  rules.push_back(rule({"discovery.k8s.io"}, {"endpointslices"}, {"get", "list", "watch"}));
  return rules;
}

// Of the rules of `edit` and `admin` only those that their parts add.
std::vector<Value> edit_only_rules() {
  std::vector<Value> rules =
      namespace_rules({"create", "delete", "deletecollection", "patch", "update"});
  rules.push_back(
      rule({""}, {"secrets"},
           {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}));
  rules.push_back(
      rule({""}, {"pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"},
           {"create", "delete", "get", "list", "patch", "update", "watch"}));
  rules.push_back(rule({""}, {"pods/eviction"}, {"create"}));
  rules.push_back(rule({""}, {"serviceaccounts"}, {"impersonate"}));
  rules.push_back(rule({""}, {"serviceaccounts/token"}, {"create"}));
  return rules;
}

std::vector<Value> admin_only_rules() {
  return {rule({kRbacGroup}, {"rolebindings", "roles"},
               {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}),
          rule({"authorization.k8s.io"}, {"localsubjectaccessreviews"}, {"create"})};
}

std::string aggregation_label(std::string_view into) {
  return fmt::format("rbac.authorization.k8s.io/aggregate-to-{}", into);
}

// A role that is part of another one if `into` names that.
void create_role(ApiServer& server, std::string_view name, std::vector<Value> rules,
                 std::string_view into = {}, Value aggregation = {}) {
  Value role = Value::object(
      {{"metadata"_key, metadata(name)}, {"rules"_key, Value::array(std::move(rules))}});
  if (!into.empty()) {
    role.edit("metadata"_key).edit("labels"_key).set(aggregation_label(into), "true");
  }
  if (!aggregation.is_null()) role.set("aggregationRule"_key, std::move(aggregation));
  (void)server.create(api::ResourceId::clusterroles, {}, std::move(role));
}

// One of the roles that are made of others, whose rules are there from the start, in the order in
// which the controller that aggregates them finds the parts.
void create_aggregated(ApiServer& server, std::string_view name, std::vector<Value> rules,
                       std::string_view into) {
  const Value selector =
      Value::map({{"matchLabels", Value::map({{aggregation_label(name), "true"}})}});
  create_role(server, name, std::move(rules), into,
              Value::map({{"clusterRoleSelectors", Value::array({selector})}}));
}

void create_user_roles(ApiServer& server) {
  const std::vector<Value> view = view_rules();
  const std::vector<Value> edit_only = edit_only_rules();
  const std::vector<Value> admin_only = admin_only_rules();
  std::vector<Value> edit = edit_only;
  edit.insert(edit.end(), view.begin(), view.end());
  std::vector<Value> admin = edit;
  admin.insert(admin.end(), admin_only.begin(), admin_only.end());
  create_aggregated(server, "admin", std::move(admin), {});
  create_aggregated(server, "edit", std::move(edit), "admin");
  create_aggregated(server, "view", view, "edit");
  create_role(server, "system:aggregate-to-admin", admin_only, "admin");
  create_role(server, "system:aggregate-to-edit", edit_only, "edit");
  create_role(server, "system:aggregate-to-view", view, "view");
}

void bind_groups(ApiServer& server, std::string_view name, std::string_view role, Names groups) {
  std::vector<Value> subjects;
  for (const std::string_view group : groups) {
    subjects.push_back(Value::map({{"kind", "Group"}, {"apiGroup", kRbacGroup}, {"name", group}}));
  }
  (void)server.create(
      api::ResourceId::clusterrolebindings, {},
      Value::object(
          {{"metadata"_key, metadata(name)},
           {"roleRef"_key,
            Value::map({{"apiGroup", kRbacGroup}, {"kind", "ClusterRole"}, {"name", role}})},
           {"subjects"_key, Value::array(std::move(subjects))}}));
}

}  // namespace

void bootstrap_policy(ApiServer& server) {
  create_role(server, "cluster-admin", {rule({"*"}, {"*"}, {"*"}), path_rule({"*"}, {"*"})});
  create_user_roles(server);
  create_role(server, "system:discovery",
              {path_rule({"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi",
                          "/openapi/*", "/readyz", "/version", "/version/"},
                         {"get"})});
  create_role(server, "system:public-info-viewer",
              {path_rule({"/healthz", "/livez", "/readyz", "/version", "/version/"}, {"get"})});
  create_role(server, "system:basic-user",
              {rule({"authorization.k8s.io"},
                    {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}, {"create"}),
               rule({"authentication.k8s.io"}, {"selfsubjectreviews"}, {"create"})});
  bind_groups(server, "cluster-admin", "cluster-admin", {"system:masters"});
  bind_groups(server, "kubeadm:cluster-admins", "cluster-admin", {"kubeadm:cluster-admins"});
  bind_groups(server, "system:discovery", "system:discovery", {"system:authenticated"});
  bind_groups(server, "system:basic-user", "system:basic-user", {"system:authenticated"});
  bind_groups(server, "system:public-info-viewer", "system:public-info-viewer",
              {"system:authenticated", "system:unauthenticated"});
}

}  // namespace rockpool::apiserver
