// SPDX-License-Identifier: Apache-2.0
#include "core/api/decode.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"
#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

Status refused(ResourceId id, std::string_view text) {
  const auto decoded = decode(resource(id), yaml(text));
  REQUIRE_MESSAGE(!decoded.has_value(), text);
  CHECK(decoded.error().code == 400);
  CHECK(decoded.error().reason == reason::kBadRequest);
  return decoded.error();
}

doc::Value decoded(ResourceId id, std::string_view text) {
  const auto result = decode(resource(id), yaml(text));
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().message));
  CHECK(result->warnings.empty());
  return result->object;
}

TEST_CASE("unknown fields are refused by their path") {
  const Status status = refused(ResourceId::deployments, R"(
spec:
  replica: 3
  template:
    spec:
      containers:
      - {name: a, imagePullPolcy: Always}
)");
  CHECK(status.message ==
        "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
        "unknown field \"spec.replica\", unknown field "
        "\"spec.template.spec.containers[0].imagePullPolcy\"");
  REQUIRE(status.details.causes.size() == 2);
  CHECK(status.details.causes[1].field == "spec.template.spec.containers[0].imagePullPolcy");
}

TEST_CASE("fields given twice are refused") {
  const std::string duplicates[] = {"spec.replicas"};
  const auto result = decode(resource(ResourceId::deployments), yaml("spec: {replicas: 1, x: 1}"),
                             {FieldValidation::strict, duplicates});
  REQUIRE(!result.has_value());
  CHECK(result.error().message ==
        "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
        "duplicate field \"spec.replicas\", unknown field \"spec.x\"");
}

TEST_CASE("a client may ask for warnings or silence instead") {
  const doc::Value document = yaml("{metadata: {name: a, nmae: b}, spec: {x: 1}}");
  const auto warned = decode(resource(ResourceId::pods), document, {FieldValidation::warn, {}});
  REQUIRE(warned.has_value());
  CHECK(warned->warnings ==
        std::vector<std::string>{"unknown field \"metadata.nmae\"", "unknown field \"spec.x\""});
  CHECK(!warned->object["metadata"].contains("nmae"));
  const auto silent = decode(resource(ResourceId::pods), document, {FieldValidation::ignore, {}});
  REQUIRE(silent.has_value());
  CHECK(silent->warnings.empty());
  CHECK(silent->object == warned->object);
}

TEST_CASE("values of the wrong type are refused in encoding/json's words") {
  const auto error = [](ResourceId id, std::string_view text) {
    const std::string message = refused(id, text).message;
    const std::string kind{resource(id).kind};
    const std::string prefix = kind + " in version \"v1\" cannot be handled as a " + kind + ": ";
    REQUIRE_MESSAGE(message.starts_with(prefix), message);
    return message.substr(prefix.size());
  };
  CHECK(error(ResourceId::deployments, "spec: {replicas: three}") ==
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type "
        "int32");
  CHECK(error(ResourceId::deployments, "spec: {replicas: 1.5}") ==
        "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of "
        "type int32");
  CHECK(error(ResourceId::deployments, "spec: {replicas: 3000000000}") ==
        "json: cannot unmarshal number 3000000000 into Go struct field "
        "DeploymentSpec.spec.replicas of type int32");
  CHECK(error(ResourceId::pods, "spec: {containers: {name: a}}") ==
        "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type "
        "[]v1.Container");
  CHECK(error(ResourceId::pods, "spec: {containers: [{env: [{name: a, value: 1}]}]}") ==
        "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of "
        "type string");
  CHECK(error(ResourceId::pods, "spec: {containers: [{env: [{name: a, value: true}]}]}") ==
        "json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type "
        "string");
  CHECK(error(ResourceId::pods, "spec: {containers: [a]}") ==
        "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type "
        "v1.Container");
  CHECK(error(ResourceId::pods, "metadata: {labels: {a: 1}}") ==
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type "
        "string");
  CHECK(error(ResourceId::pods, "metadata: {labels: [a]}") ==
        "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type "
        "map[string]string");
  CHECK(error(ResourceId::pods, "spec: {dnsPolicy: 1}") ==
        "json: cannot unmarshal number into Go struct field PodSpec.spec.dnsPolicy of type "
        "v1.DNSPolicy");
  CHECK(error(ResourceId::pods, "spec: {hostNetwork: 'yes'}") ==
        "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool");
  CHECK(error(ResourceId::services, "spec: {ports: [{port: 80, targetPort: true}]}") ==
        "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of "
        "type int32");
  CHECK(error(ResourceId::pods,
              "spec: {containers: [{name: a, resources: {limits: {cpu: lots}}}]}") ==
        "quantities must match the regular expression "
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  CHECK(error(ResourceId::secrets, "data: {a: '***'}") == "illegal base64 data at input byte 0");
  CHECK(error(ResourceId::pods, "metadata: {creationTimestamp: today}")
            .starts_with("parsing time \"today\" as \"2006-01-02T15:04:05Z07:00\""));
}

TEST_CASE("the fault's path keeps the index that the message leaves out") {
  const Status status =
      refused(ResourceId::pods, "spec: {containers: [{name: a}, {env: [{value: 1}]}]}");
  REQUIRE(status.details.causes.size() == 1);
  CHECK(status.details.causes[0].field == "spec.containers[1].env[0].value");
}

TEST_CASE("a document that is no object is refused") {
  const auto result = decode(resource(ResourceId::pods), yaml("[1]"));
  REQUIRE(!result.has_value());
  CHECK(result.error().message ==
        "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal array into Go "
        "value of type v1.Pod");
}

TEST_CASE("the result is canonical") {
  const doc::Value pod = decoded(ResourceId::pods, R"(
metadata:
  name: a
  namespace: ''
  labels: {}
  creationTimestamp: null
  deletionTimestamp: 2025-01-01T02:00:00.75+02:00
spec:
  hostNetwork: false
  nodeSelector: null
  volumes: []
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  containers:
  - name: a
    command: [a, null]
    resources: {limits: {cpu: 0.5, memory: 1024Mi}, requests: {cpu: 1}}
    securityContext: {}
    env: [{name: x, value: ''}]
)");
  CHECK(pod["apiVersion"].as_string() == "v1");
  CHECK(pod["kind"].as_string() == "Pod");
  CHECK(pod["metadata"] == yaml("{name: a, deletionTimestamp: '2025-01-01T00:00:00Z'}"));
  const doc::Value& spec = pod["spec"];
  CHECK(!spec.contains("hostNetwork"));
  CHECK(!spec.contains("nodeSelector"));
  CHECK(!spec.contains("volumes"));
  // Held by pointer: zero is something else than absent.
  CHECK(spec["terminationGracePeriodSeconds"] == doc::Value{0});
  CHECK(spec["automountServiceAccountToken"] == doc::Value{false});
  const doc::Value& container = spec["containers"].at(0);
  CHECK(container["resources"]["limits"] == yaml("{cpu: 500m, memory: 1Gi}"));
  CHECK(container["resources"]["requests"] == yaml("{cpu: '1'}"));
  CHECK(container["command"].at(1) == doc::Value{""});
  CHECK(container["securityContext"] == doc::Value::object());
  CHECK(container["env"].at(0) == yaml("{name: x}"));
  // What Go holds by value is there even if it is empty.
  CHECK(pod["status"] == doc::Value::object());
}

TEST_CASE("decoding a decoded object changes nothing and shares it") {
  for (const std::string_view text :
       {"{metadata: {name: a}, spec: {containers: [{name: a, image: b, ports: [{containerPort: "
        "80}], resources: {limits: {cpu: '2'}}}]}}"}) {
    const doc::Value once = decoded(ResourceId::pods, text);
    const auto twice = decode(resource(ResourceId::pods), once);
    REQUIRE(twice.has_value());
    CHECK(twice->object == once);
    CHECK(twice->object["spec"].identical(once["spec"]));
    CHECK(canonicalize(*resource(ResourceId::pods).type, once) == once);
  }
}

TEST_CASE("integers may be written as whole floats, names of ports as numbers") {
  const doc::Value service =
      decoded(ResourceId::services, "spec: {ports: [{port: 8e1, targetPort: http}]}");
  CHECK(service["spec"]["ports"].at(0)["port"] == doc::Value{80});
  CHECK(service["spec"]["ports"].at(0)["port"].is_integer());
  CHECK(service["spec"]["ports"].at(0)["targetPort"] == doc::Value{"http"});
}

TEST_CASE("request bodies of other types are decoded alike") {
  const TypeTable* options = find_type("meta/v1", "DeleteOptions");
  REQUIRE(options != nullptr);
  CHECK(decode_as(*options, "v1", "DeleteOptions", yaml("gracePeriodSeconds: 0")).has_value());
  const auto bad = decode_as(*options, "v1", "DeleteOptions", yaml("gracePeriod: 0"));
  REQUIRE(!bad.has_value());
  CHECK(bad.error().message ==
        "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: strict decoding "
        "error: unknown field \"gracePeriod\"");
}

}  // namespace
}  // namespace rockpool::api
