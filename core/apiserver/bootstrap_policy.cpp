// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/bootstrap_policy.h"

#include <initializer_list>
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

std::vector<Value> edit_rules() {
  std::vector<Value> rules = namespace_rules(
      {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"});
  rules.push_back(status_rule());
  rules.push_back(rule({"discovery.k8s.io"}, {"endpointslices"}, {"get", "list", "watch"}));
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

std::vector<Value> admin_rules() {
  std::vector<Value> rules = edit_rules();
  rules.push_back(
      rule({kRbacGroup}, {"rolebindings", "roles"},
           {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}));
  rules.push_back(rule({"authorization.k8s.io"}, {"localsubjectaccessreviews"}, {"create"}));
  return rules;
}

void create_role(ApiServer& server, std::string_view name, std::vector<Value> rules) {
  (void)server.create(api::ResourceId::clusterroles, {},
                      Value::object({{"metadata"_key, metadata(name)},
                                     {"rules"_key, Value::array(std::move(rules))}}));
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
  create_role(server, "admin", admin_rules());
  create_role(server, "edit", edit_rules());
  create_role(server, "view", view_rules());
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
