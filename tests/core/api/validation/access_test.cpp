// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::object;
using test::problems;
using test::update_problems;
using enum ResourceId;

std::string cluster_object(std::string_view members) {
  return "{metadata: {name: a}, " + std::string{members} + "}";
}

TEST_CASE("Roles and ClusterRoles") {
  CHECK(problems(roles, object("rules: [{apiGroups: [''], resources: [pods], verbs: ['*']}]")) ==
        "");
  CHECK(problems(roles, object("rules: [{nonResourceURLs: [/], verbs: [get]}]")) ==
        "rules[0].nonResourceURLs: Invalid value: [\"/\"]: namespaced rules cannot apply to "
        "non-resource URLs");
  CHECK(problems(clusterroles, cluster_object("rules: [{verbs: []}]")) ==
        "rules[0].verbs: Required value: verbs must contain at least one value\n"
        "rules[0].apiGroups: Required value: resource rules must supply at least one api group\n"
        "rules[0].resources: Required value: resource rules must supply at least one resource");
  CHECK(problems(clusterroles, cluster_object("aggregationRule: {}")) ==
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector "
        "required if aggregationRule is non-nil");
  CHECK(problems(clusterroles, "{metadata: {name: 'system:node'}}") == "");
}

TEST_CASE("RoleBindings and ClusterRoleBindings") {
  CHECK(problems(rolebindings, object("roleRef: {kind: Role, name: r}")) == "");
  CHECK(problems(clusterrolebindings, cluster_object("roleRef: {kind: Role, name: r}")) ==
        "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"");
  CHECK(problems(clusterrolebindings,
                 cluster_object("roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: "
                                "ServiceAccount, name: s}, {kind: Robot, name: b}]")) ==
        "subjects[0].namespace: Required value\n"
        "subjects[1].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", "
        "\"User\", \"Group\"");
  const auto before = made(rolebindings, object("roleRef: {kind: Role, name: r}"));
  CHECK(update_problems(rolebindings, before,
                        made(rolebindings, object("roleRef: {kind: Role, name: s}")))
            .ends_with("cannot change roleRef"));
}

TEST_CASE("CertificateSigningRequests") {
  const auto check = [](std::string_view more) {
    return problems(
        certificatesigningrequests,
        cluster_object("spec: {request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K, " +
                       std::string{more} + "}"));
  };
  CHECK(check("signerName: a.b/c, usages: [client auth]") == "");
  CHECK(check("signerName: a, usages: []") ==
        "spec.usages: Required value: usages must be provided\n"
        "spec.signerName: Invalid value: \"a\": must be a fully qualified domain and path of the "
        "form 'example.com/signer-name'");
  CHECK(check("signerName: a.b/c, usages: [client auth, client auth], expirationSeconds: 60") ==
        "spec.usages[1]: Duplicate value: \"client auth\"\n"
        "spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 600 "
        "seconds (10 minutes)");
  CHECK(problems(certificatesigningrequests,
                 cluster_object("spec: {request: YQ==, signerName: a.b/c, usages: [any]}")) ==
        "spec.request: Invalid value: \"YQ==\": PEM block type must be CERTIFICATE REQUEST");
}

}  // namespace
}  // namespace rockpool::api
