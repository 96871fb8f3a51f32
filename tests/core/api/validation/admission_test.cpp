// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::problems;
using enum ResourceId;

std::string cluster_object(std::string_view members) {
  return "{metadata: {name: a}, " + std::string{members} + "}";
}

TEST_CASE("webhooks") {
  const auto check = [](std::string_view webhook) {
    return problems(validatingwebhookconfigurations,
                    cluster_object("webhooks: [{name: a.b.c, admissionReviewVersions: [v1], "
                                   "sideEffects: None, " +
                                   std::string{webhook} + "}]"));
  };
  CHECK(check("clientConfig: {url: 'https://a/b'}") == "");
  CHECK(check("clientConfig: {}") ==
        "webhooks[0].clientConfig: Required value: exactly one of url or service is required");
  CHECK(check("clientConfig: {service: {path: x}}") ==
        "webhooks[0].clientConfig.service.name: Required value: service name is required\n"
        "webhooks[0].clientConfig.service.namespace: Required value: service namespace is "
        "required\n"
        "webhooks[0].clientConfig.service.path: Invalid value: \"x\": must start with a '/'");
  CHECK(check("timeoutSeconds: 31, clientConfig: {url: 'https://a/b'}") ==
        "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 "
        "seconds");
  CHECK(check("clientConfig: {url: 'https://a/b'}, rules: [{operations: ['*', CREATE], apiGroups: "
              "[''], apiVersions: [''], resources: [pods]}]") ==
        "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"CREATE\"]: if '*' is present, "
        "must not specify other operations\n"
        "webhooks[0].rules[0].apiVersions[0]: Required value");
}

TEST_CASE("admission policies and their bindings") {
  CHECK(problems(validatingadmissionpolicies, cluster_object("spec: {}")) ==
        "spec.matchConstraints: Required value\n"
        "spec.validations: Required value: validations or auditAnnotations must contain at least "
        "one item\n"
        "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at "
        "least one item");
  CHECK(problems(validatingadmissionpolicybindings, cluster_object("spec: {}")) ==
        "spec.policyName: Required value\nspec.validationActions: Required value");
  CHECK(problems(validatingadmissionpolicybindings,
                 cluster_object("spec: {policyName: p, validationActions: [Deny, Deny]}")) ==
        "spec.validationActions[1]: Duplicate value: \"Deny\"");
}

}  // namespace
}  // namespace rockpool::api
