// SPDX-License-Identifier: Apache-2.0
// Broken manifests: each gives one clear error with its place, and changes nothing.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "core/cluster/cluster.h"

namespace rockpool {
namespace {

using namespace std::literals;

constexpr std::string_view kConfigMap = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  color: blue
)";
constexpr std::string_view kPod = R"(apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx
      ports:
        - containerPort: 80
      env:
        - name: COLOR
          value: blue
)";
constexpr std::string_view kService = R"(apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
)";
constexpr std::string_view kDeployment = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
)";
constexpr std::string_view kEndpointSlice = R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web
addressType: IPv4
ports:
  - port: 80
endpoints:
  - addresses: [10.1.2.3]
)";

// One mistake: the first `find` in a manifest that is well is replaced. Without a `find`, the
// replacement is the whole text.
struct Row {
  std::string_view find;
  std::string_view replacement;
  // The place that is to blame: of the field, or of the nearest thing around one that is missing.
  int line;
  int column;
  // Part of the error's message.
  std::string_view message;
};

constexpr Row kTexts[] = {
    {{}, "a:\n\tb: 1\n", 2, 1, "found character that cannot start any token"},
    {{}, "apiVersion: v1\nkind: [Pod\nmetadata: {}\n", 3, 9, "did not find expected ',' or ']'"},
    {{}, "apiVersion: v1\nkind: {a: Pod\nmetadata: {}\n", 3, 9, "did not find expected ',' or '}'"},
    {{}, "apiVersion: v1\nkind: \"Pod\nmetadata: {}\n", 2, 7, "found unexpected end of stream"},
    {{}, "apiVersion: v1\n kind: Pod\n", 2, 6, "mapping values are not allowed in this context"},
    {{}, "a:\n    b: 1\n  c: 2\n", 3, 3, "did not find expected key"},
    {{},
     "apiVersion: v1\nkind: Pod\napiVersion: v1\n",
     3,
     1,
     "key \"apiVersion\" already set in map"},
    {{}, "a: *nobody\n", 1, 4, "unknown anchor 'nobody' referenced"},
    {{}, "a: b: c\n", 1, 5, "mapping values are not allowed in this context"},
    {{}, "a: @b\n", 1, 4, "found character that cannot start any token"},
    {{}, "a: `b`\n", 1, 4, "found character that cannot start any token"},
    {{}, "%YAML 1.1\na: 1\n", 2, 1, "did not find expected <document start>"},
    {{}, "a: !!python/object:os.system x\n", 1, 1, "error validating data: apiVersion not set"},
    {{}, "a: \"\\q\"\n", 1, 7, "found unknown escape character"},
    {{}, "a: \001\n", 1, 4, "control characters are not allowed"},
    {{}, "a: \377\376\n", 1, 1, "error validating data: apiVersion not set"},
    {{}, "a: 1\n... x\n", 1, 1, "error validating data: apiVersion not set"},
    {{}, "a: 1\n- b\n", 2, 1, "did not find expected key"},
    {{}, "- a\nb: 1\n", 2, 1, "did not find expected <document start>"},
    {{}, "a: {\"b\": 1,", 1, 12, "did not find expected ',' or '}'"},
    {{}, "{\"a\": 1, \"a\": 2}", 1, 10, "duplicate field \"a\""},
    {{}, "a: [1, 2}\n", 1, 9, "did not find expected node content"},
    {{}, "a: ]\n", 1, 4, "did not find expected node content"},
    {{}, "a: |0\n  b\n", 1, 6, "found an indentation indicator equal to 0"},
    {{}, "a: &x &y 1\n", 1, 7, "did not find expected key"},
    {{}, "<<: 3\n", 1, 1, "map merge requires map or sequence of maps as the value"},
    {{}, "a: &a [*a]\n", 1, 8, "anchor 'a' value contains itself"},
    {{}, "a: b\000c\n"sv, 1, 5, "control characters are not allowed"},
    {{}, "? [a, b]\n: c\n", 1, 3, "invalid map key"},
    {{}, "a: 'b\n", 1, 4, "found unexpected end of stream"},
    {{}, "a: - b\n", 1, 4, "block sequence entries are not allowed in this context"},
    {{}, "key without colon\nb: 1\n", 2, 2, "mapping values are not allowed in this context"},
    {{}, "", 0, 0, "no objects passed to apply"},
    {{}, "# nothing\n", 0, 0, "no objects passed to apply"},
    {{}, "---\n---\n", 0, 0, "no objects passed to apply"},
    {{}, "just text\n", 1, 1, "a Kubernetes object is expected here, not string"},
    {{}, "3\n", 1, 1, "a Kubernetes object is expected here, not integer"},
    {{}, "[1, 2]\n", 1, 1, "a Kubernetes object is expected here, not array"},
    {{},
     "- apiVersion: v1\n  kind: Pod\n",
     1,
     1,
     "a Kubernetes object is expected here, not array"},
    {{}, "kind: Pod\nmetadata: {name: web}\n", 1, 1, "error validating data: apiVersion not set"},
    {{}, "apiVersion: v1\nmetadata: {name: web}\n", 1, 1, "error validating data: kind not set"},
    {{},
     "apiVersion: 1\nkind: Pod\n",
     1,
     1,
     "error validating data: apiVersion must be a string, not integer"},
    {{},
     "apiVersion: v1\nkind: [Pod]\n",
     2,
     1,
     "error validating data: kind must be a string, not array"},
    {{},
     "apiVersion: v1\nkind: pod\nmetadata: {name: web}\n",
     2,
     1,
     "no matches for kind \"pod\" in version \"v1\""},
    {{},
     "apiVersion: v1\nkind: Deployment\nmetadata: {name: web}\n",
     2,
     1,
     "no matches for kind \"Deployment\" in version \"v1\""},
    {{},
     "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: web}\n",
     2,
     1,
     "no matches for kind \"Deployment\" in version \"apps/v1beta1\""},
    {{},
     "apiVersion: apps/v1\nkind: Pod\nmetadata: {name: web}\n",
     2,
     1,
     "no matches for kind \"Pod\" in version \"apps/v1\""},
    {{},
     "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: web}\n",
     2,
     1,
     "no matches for kind \"Widget\" in version \"example.com/v1\""},
    {{}, "apiVersion: /v1\nkind: Pod\n", 2, 1, "no matches for kind \"Pod\" in version \"/v1\""},
    {{}, "apiVersion: \"\"\nkind: \"\"\n", 2, 1, "no matches for kind \"\" in version \"\""},
    {{}, "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", 3, 1, "resource name may not be empty"},
    {{}, "apiVersion: v1\nkind: ConfigMap\n", 1, 1, "resource name may not be empty"},
    {{},
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: "
     "Nothing\nmetadata: {name: b}\n",
     6,
     1,
     "no matches for kind \"Nothing\" in version \"v1\""},
    {{},
     "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: "
     "a}}\n  - {apiVersion: v1, kind: Nothing, metadata: {name: b}}\n",
     5,
     22,
     "no matches for kind \"Nothing\" in version \"v1\""},
    {{}, "apiVersion: v1\nkind: List\nitems: 3\n", 3, 1, "items: a list is expected here"},
    {{},
     "apiVersion: v1\nkind: List\nitems:\n  - 3\n",
     4,
     5,
     "a Kubernetes object is expected here, not integer"},
    {{},
     "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: \"not base64!\"}\n",
     4,
     8,
     "illegal base64 data at input byte 3"},
    {{},
     "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/tls\ndata: {}\n",
     5,
     1,
     "data[tls.crt]: Required value"},
    {{},
     "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: 1}\n",
     4,
     14,
     "json: cannot unmarshal number into Go struct field Secret.stringData of type string"},
    {{},
     "apiVersion: v1\nkind: Namespace\nmetadata: {name: my.space}\n",
     3,
     12,
     "metadata.name: Invalid value: \"my.space\": must not contain dots"},
    {{},
     "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {taints: [{key: a, effect: "
     "Never}]}\n",
     3,
     1,
     "metadata.taints[0].effect: Unsupported value: \"Never\": supported values: \"NoSchedule\", "
     "\"PreferNoSchedule\", \"NoExecute\""},
    {{},
     "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {podCIDR: 10.0.0.0}\n",
     4,
     8,
     "spec.podCIDRs[0]: Invalid value: \"10.0.0.0\": must be a valid CIDR value,"},
    {{},
     "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: l}\nspec: "
     "{leaseDurationSeconds: 0}\n",
     4,
     8,
     "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"},
    {{},
     "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: l}\nspec: {renewTime: "
     "yesterday}\n",
     4,
     8,
     "parsing time \"yesterday\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse "
     "\"yesterday\" as \"2006\""},
    {{},
     "apiVersion: v1\nkind: Endpoints\nmetadata: {name: e}\nsubsets: [{addresses: [{ip: "
     "127.0.0.1}], ports: [{port: 80}]}]\n",
     4,
     25,
     "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range "
     "(127.0.0.0/8, ::1/128)"},
    {{},
     "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: r}\nspec: {replicas: -1, selector: "
     "{matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, "
     "image: i}]}}}\n",
     4,
     8,
     "spec.replicas: Invalid value: -1: must be greater than or equal to 0"},
    {{},
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\n",
     3,
     12,
     "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string"},
    {{},
     "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nsecrets: token\n",
     4,
     1,
     "json: cannot unmarshal string into Go struct field ServiceAccount.secrets of type "
     "[]v1.ObjectReference"},
    {{},
     "apiVersion: v1\nkind: Event\nmetadata: {name: e}\ninvolvedObject: Pod\n",
     4,
     1,
     "json: cannot unmarshal string into Go struct field Event.involvedObject of type "
     "v1.ObjectReference"},
};

constexpr Row kConfigMaps[] = {
    {"name: settings", "name: 123", 4, 3,
     "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"},
    {"name: settings", "name: \"\"", 4, 3, "resource name may not be empty"},
    {"name: settings", "name: Settings", 4, 3,
     "metadata.name: Invalid value: \"Settings\": a lowercase RFC 1123 subdomain must consist of "
     "lower case alphanumeric characters, '-' or '.', and must star"},
    {"name: settings", "name: my_settings", 4, 3,
     "metadata.name: Invalid value: \"my_settings\": a lowercase RFC 1123 subdomain must consist "
     "of lower case alphanumeric characters, '-' or '.', and must s"},
    {"name: settings", "name: -settings", 4, 3,
     "metadata.name: Invalid value: \"-settings\": a lowercase RFC 1123 subdomain must consist of "
     "lower case alphanumeric characters, '-' or '.', and must sta"},
    {"name: settings", "name: a..b", 4, 3,
     "metadata.name: Invalid value: \"a..b\": a lowercase RFC 1123 subdomain must consist of lower "
     "case alphanumeric characters, '-' or '.', and must start an"},
    {"name: settings",
     "name: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     4, 3,
     "metadata.name: Invalid value: "
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"name: settings", "name: a/b", 4, 3,
     "metadata.name: Invalid value: \"a/b\": a lowercase RFC 1123 subdomain must consist of lower "
     "case alphanumeric characters, '-' or '.', and must start and"},
    {"name: settings", "generateName: settings-", 4, 3,
     "from settings-: cannot use generate name with apply"},
    {"name: settings", "name: settings\n  namespace: nowhere", 5, 3,
     "namespaces \"nowhere\" not found"},
    {"name: settings", "name: settings\n  namespace: No_Where", 5, 3,
     "namespaces \"No_Where\" not found"},
    {"name: settings", "name: settings\n  labels: [a]", 5, 3,
     "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type "
     "map[string]string"},
    {"name: settings", "name: settings\n  labels:\n    a: 1", 6, 5,
     "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type "
     "string"},
    {"name: settings", "name: settings\n  labels:\n    a: true", 6, 5,
     "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"},
    {"name: settings", "name: settings\n  labels:\n    a b: c", 5, 3,
     "metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, "
     "'-', '_' or '.', and must start and end with an alphanumeric"},
    {"name: settings", "name: settings\n  labels:\n    a/b/c: d", 5, 3,
     "metadata.labels: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an al"},
    {"name: settings", "name: settings\n  labels:\n    a: b c", 5, 3,
     "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of "
     "alphanumeric characters, '-', '_' or '.', and must start an"},
    {"name: settings",
     "name: settings\n  labels:\n    a: "
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     5, 3,
     "metadata.labels: Invalid value: "
     "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\": must be no more than "
     "63 characters"},
    {"name: settings", "name: settings\n  annotations:\n    a: 1", 6, 5,
     "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.annotations of type "
     "string"},
    {"name: settings", "name: settings\n  annotations:\n    a b: c", 5, 3,
     "metadata.annotations: Invalid value: \"a b\": name part must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an alphanu"},
    {"name: settings", "name: settings\n  finalizers: [nothing]", 5, 16,
     "metadata.finalizers[0]: Invalid value: \"nothing\": name is neither a standard finalizer "
     "name nor is it fully qualified"},
    {"name: settings", "name: settings\n  ownerReferences:\n    - apiVersion: v1", 5, 3,
     "metadata.ownerReferences.kind: Invalid value: \"\": must not be empty"},
    {"name: settings", "name: settings\n  label: {a: b}", 5, 3,
     "strict decoding error: unknown field \"metadata.label\""},
    {"name: settings", "name: settings\n  name: settings", 5, 3, "key \"name\" already set in map"},
    {"  color: blue", "  color: 3", 6, 3,
     "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"},
    {"  color: blue", "  color: [blue]", 6, 3,
     "json: cannot unmarshal array into Go struct field ConfigMap.data of type string"},
    {"  color: blue", "  color/hue: blue", 6, 3,
     "data[color/hue]: Invalid value: \"color/hue\": a valid config key must consist of "
     "alphanumeric characters, '-', '_' or '.'"},
    {"data:\n  color: blue", "data: blue", 5, 1,
     "json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string"},
    {"data:\n  color: blue", "binaryData:\n  color: \"%%%\"", 6, 3,
     "illegal base64 data at input byte 0"},
    {"data:\n  color: blue", "data: {color: blue}\nbinaryData:\n  color: Ymx1ZQ==", 5, 8,
     "data[color]: Invalid value: \"color\": duplicate of key present in binaryData"},
    {"data:\n  color: blue", "immutable: \"yes\"", 5, 1,
     "json: cannot unmarshal string into Go struct field ConfigMap.immutable of type bool"},
    {"data:\n  color: blue", "dta: {color: blue}", 5, 1,
     "strict decoding error: unknown field \"dta\""},
    {"data:\n  color: blue", "spec: {color: blue}", 5, 1,
     "strict decoding error: unknown field \"spec\""},
    {"data:\n  color: blue", "1: a", 5, 1, "strict decoding error: unknown field \"1\""},
};

constexpr Row kPods[] = {
    {"  containers:\n    - name: web\n      image: nginx\n      ports:\n        - containerPort: "
     "80\n      env:\n        - name: COLOR\n          value: blue",
     "  containers: []", 6, 3, "spec.containers: Required value"},
    {"  containers:\n    - name: web\n      image: nginx\n      ports:\n        - containerPort: "
     "80\n      env:\n        - name: COLOR\n          value: blue",
     "  restartPolicy: Always", 5, 1, "spec.containers: Required value"},
    {"spec:\n  containers:", "spec:\n  container:", 6, 3,
     "strict decoding error: unknown field \"spec.container\""},
    {"  containers:", "  containers: web #", 7, 5, "did not find expected key"},
    {"    - name: web\n      image", "    - image", 7, 7,
     "spec.containers[0].name: Required value"},
    {"    - name: web", "    - name: Web", 7, 7,
     "spec.containers[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of "
     "lower case alphanumeric characters or '-', and must start an"},
    {"    - name: web", "    - name: web_1", 7, 7,
     "spec.containers[0].name: Invalid value: \"web_1\": a lowercase RFC 1123 label must consist "
     "of lower case alphanumeric characters or '-', and must start "},
    {"    - name: web",
     "    - name: wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", 7, 7,
     "spec.containers[0].name: Invalid value: "
     "\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\": must be no more than "
     "63 characters"},
    {"    - name: web\n      image: nginx",
     "    - name: web\n      image: nginx\n    - name: web\n      image: nginx\n    - name: x\n    "
     "  image: nginx",
     9, 7, "spec.containers[1].name: Duplicate value: \"web\""},
    {"      image: nginx", "      image: \"\"", 8, 7, "spec.containers[0].image: Required value"},
    {"      image: nginx", "      image: \" nginx\"", 8, 7,
     "spec.containers[0].image: Invalid value: \" nginx\": must not have leading or trailing "
     "whitespace"},
    {"      image: nginx", "      image: [nginx]", 8, 7,
     "json: cannot unmarshal array into Go struct field Container.spec.containers.image of type "
     "string"},
    {"      image: nginx", "      imag: nginx", 8, 7,
     "strict decoding error: unknown field \"spec.containers[0].imag\""},
    {"      image: nginx", "      image: nginx\n      imagePullPolicy: always", 9, 7,
     "spec.containers[0].imagePullPolicy: Unsupported value: \"always\": supported values: "
     "\"Always\", \"IfNotPresent\", \"Never\""},
    {"      image: nginx", "      image: nginx\n      command: run", 9, 7,
     "json: cannot unmarshal string into Go struct field Container.spec.containers.command of type "
     "[]string"},
    {"      image: nginx", "      image: nginx\n      args: [1]", 9, 14,
     "json: cannot unmarshal number into Go struct field Container.spec.containers.args of type "
     "string"},
    {"containerPort: 80", "containerPort: 0", 10, 11,
     "spec.containers[0].ports[0].containerPort: Required value"},
    {"containerPort: 80", "containerPort: 65536", 10, 11,
     "spec.containers[0].ports[0].containerPort: Invalid value: 65536: must be between 1 and "
     "65535, inclusive"},
    {"containerPort: 80", "containerPort: -1", 10, 11,
     "spec.containers[0].ports[0].containerPort: Invalid value: -1: must be between 1 and 65535, "
     "inclusive"},
    {"containerPort: 80", "containerPort: http", 10, 11,
     "json: cannot unmarshal string into Go struct field "
     "ContainerPort.spec.containers.ports.containerPort of type int32"},
    {"containerPort: 80", "containerPort: \"80\"", 10, 11,
     "json: cannot unmarshal string into Go struct field "
     "ContainerPort.spec.containers.ports.containerPort of type int32"},
    {"containerPort: 80", "containerPort: 80.5", 10, 11,
     "json: cannot unmarshal number 80.5 into Go struct field "
     "ContainerPort.spec.containers.ports.containerPort of type int32"},
    {"containerPort: 80", "port: 80", 10, 11,
     "strict decoding error: unknown field \"spec.containers[0].ports[0].port\""},
    {"containerPort: 80", "containerPort: 80\n          protocol: tcp", 11, 11,
     "spec.containers[0].ports[0].protocol: Unsupported value: \"tcp\": supported values: "
     "\"SCTP\", \"TCP\", \"UDP\""},
    {"containerPort: 80", "containerPort: 80\n          protocol: ICMP", 11, 11,
     "spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: "
     "\"SCTP\", \"TCP\", \"UDP\""},
    {"containerPort: 80", "containerPort: 80\n          name: HTTP", 11, 11,
     "spec.containers[0].ports[0].name: Invalid value: \"HTTP\": must contain only alpha-numeric "
     "characters (a-z, 0-9), and hyphens (-)"},
    {"containerPort: 80", "containerPort: 80\n          name: a-very-long-port-name", 11, 11,
     "spec.containers[0].ports[0].name: Invalid value: \"a-very-long-port-name\": must be no more "
     "than 15 characters"},
    {"containerPort: 80", "containerPort: 80\n          name: \"80\"", 11, 11,
     "spec.containers[0].ports[0].name: Invalid value: \"80\": must contain at least one letter "
     "(a-z)"},
    {"containerPort: 80",
     "containerPort: 80\n          name: a\n        - containerPort: 81\n          name: a", 13, 11,
     "spec.containers[0].ports[1].name: Duplicate value: \"a\""},
    {"containerPort: 80", "containerPort: 80\n          hostPort: 70000", 11, 11,
     "spec.containers[0].ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, "
     "inclusive"},
    {"containerPort: 80",
     "containerPort: 80\n          hostPort: 8080\n        - containerPort: 81\n          "
     "hostPort: 8080",
     13, 11, "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//8080\""},
    {"- name: COLOR", "- name: \"\"", 12, 11, "spec.containers[0].env[0].name: Required value"},
    {"- name: COLOR", "- name: COLOR=1", 12, 11,
     "spec.containers[0].env[0].name: Invalid value: \"COLOR=1\": a valid environment variable "
     "name must consist only of printable ASCII characters other than"},
    {"- name: COLOR", "- name: [COLOR]", 12, 11,
     "json: cannot unmarshal array into Go struct field EnvVar.spec.containers.env.name of type "
     "string"},
    {"value: blue", "value: 3", 13, 11,
     "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type "
     "string"},
    {"value: blue", "value: yes", 13, 11,
     "json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type "
     "string"},
    {"value: blue", "value: blue\n          valueFrom: {fieldRef: {fieldPath: metadata.name}}", 14,
     11,
     "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` "
     "is not empty"},
    {"value: blue", "valueFrom: {}", 13, 11,
     "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, "
     "`resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"},
    {"value: blue", "valueFrom: {fieldRef: {fieldPath: metadata.color}}", 13, 34,
     "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.color\": "
     "error converting fieldPath: field label not supported: metada"},
    {"value: blue", "valueFrom: {configMapKeyRef: {name: a, key: a/b}}", 13, 50,
     "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Invalid value: \"a/b\": a valid "
     "config key must consist of alphanumeric characters, '-', '_' or"},
    {"value: blue", "valueFrom: {configMapKeyRef: {name: a}}", 13, 23,
     "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Required value"},
    {"value: blue", "valueFrom: {resourceFieldRef: {resource: limits.luck}}", 13, 42,
     "spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "
     "\"limits.luck\": supported values: \"limits.cpu\", \"limits.ephemeral-sto"},
    {"      env:\n        - name: COLOR\n          value: blue", "      env:\n        COLOR: blue",
     11, 7,
     "json: cannot unmarshal object into Go struct field Container.spec.containers.env of type "
     "[]v1.EnvVar"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {limits: {cpu: lots}}", 11, 28,
     "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {limits: {memory: 1 GB}}", 11, 28,
     "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {limits: {cpu: -1}}", 11, 28,
     "spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": must be greater than or "
     "equal to 0"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {requests: {cpu: 2}, limits: {cpu: 1}}", 11, 19,
     "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to "
     "cpu limit of 1"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {limits: {gpu: 1}}", 11, 28,
     "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard "
     "resource type or fully qualified"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      resources: {limit: {cpu: 1}}", 11, 19,
     "strict decoding error: unknown field \"spec.containers[0].resources.limit\""},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      volumeMounts: [{name: data, mountPath: /data}]", 11, 23,
     "spec.containers[0].volumeMounts[0].name: Not found: \"data\""},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {periodSeconds: 1}", 11, 7,
     "spec.containers[0].livenessProbe: Required value: must specify a handler type"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {httpGet: {path: /}}", 11, 23,
     "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and "
     "65535, inclusive"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {httpGet: {port: 0}}", 11, 33,
     "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and "
     "65535, inclusive"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {httpGet: {port: 80, scheme: FTP}}", 11, 43,
     "spec.containers[0].livenessProbe.httpGet.scheme: Unsupported value: \"FTP\": supported "
     "values: \"HTTP\", \"HTTPS\""},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {httpGet: {port: 80}, tcpSocket: {port: 80}}", 11, 44,
     "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler "
     "type"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      livenessProbe: {exec: {command: [ls]}, successThreshold: 2}", 11, 46,
     "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      readinessProbe: {exec: {command: [ls]}, periodSeconds: -1}", 11, 47,
     "spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or "
     "equal to 0"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      readinessProbe: {exec: {command: [ls]}, periodSeconds: 1s}", 11, 47,
     "json: cannot unmarshal string into Go struct field "
     "Probe.spec.containers.readinessProbe.periodSeconds of type int32"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      readinessProbe: {exec: {command: []}}", 11, 31,
     "spec.containers[0].readinessProbe.exec.command: Required value"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      readinesProbe: {exec: {command: [ls]}}", 11, 7,
     "strict decoding error: unknown field \"spec.containers[0].readinesProbe\""},
    {"      env:\n        - name: COLOR\n          value: blue", "      lifecycle: {preStop: {}}",
     11, 19, "spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"},
    {"      env:\n        - name: COLOR\n          value: blue",
     "      lifecycle: {preStop: {sleep: {seconds: -1}}}", 11, 29,
     "spec.containers[0].lifecycle.preStop.sleep: Invalid value: -1: must be non-negative and less "
     "than terminationGracePeriodSeconds (30)"},
    {"spec:\n", "spec:\n  restartPolicy: Sometimes\n", 6, 3,
     "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
     "\"OnFailure\", \"Never\""},
    {"spec:\n", "spec:\n  dnsPolicy: Never\n", 6, 3,
     "spec.dnsPolicy: Unsupported value: \"Never\": supported values: \"ClusterFirstWithHostNet\", "
     "\"ClusterFirst\", \"Default\", \"None\""},
    {"spec:\n", "spec:\n  dnsPolicy: None\n", 5, 1,
     "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"},
    {"spec:\n", "spec:\n  terminationGracePeriodSeconds: 30s\n", 6, 3,
     "json: cannot unmarshal string into Go struct field "
     "PodSpec.spec.terminationGracePeriodSeconds of type int64"},
    {"spec:\n", "spec:\n  activeDeadlineSeconds: 0\n", 6, 3,
     "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"},
    {"spec:\n", "spec:\n  hostNetwork: \"true\"\n", 6, 3,
     "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool"},
    {"spec:\n", "spec:\n  hostname: my.host\n", 6, 3,
     "spec.hostname: Invalid value: \"my.host\": must not contain dots"},
    {"spec:\n", "spec:\n  subdomain: A\n", 6, 3,
     "spec.subdomain: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case "
     "alphanumeric characters or '-', and must start and end with "},
    {"spec:\n", "spec:\n  nodeName: Node_1\n", 6, 3,
     "spec.nodeName: Invalid value: \"Node_1\": a lowercase RFC 1123 subdomain must consist of "
     "lower case alphanumeric characters, '-' or '.', and must start "},
    {"spec:\n", "spec:\n  nodeSelector: {a b: c}\n", 6, 3,
     "spec.nodeSelector: Invalid value: \"a b\": name part must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an alphanumer"},
    {"spec:\n", "spec:\n  nodeSelector: {disk: 1}\n", 6, 18,
     "json: cannot unmarshal number into Go struct field PodSpec.spec.nodeSelector of type string"},
    {"spec:\n", "spec:\n  tolerations: [{key: a, operator: Equals}]\n", 6, 26,
     "spec.tolerations[0].operator: Unsupported value: \"Equals\": supported values: \"Equal\", "
     "\"Exists\""},
    {"spec:\n", "spec:\n  tolerations: [{key: a, operator: Exists, value: b}]\n", 6, 26,
     "spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is "
     "'Exists'"},
    {"spec:\n", "spec:\n  tolerations: [{key: a, effect: NoRun}]\n", 6, 26,
     "spec.tolerations[0].effect: Unsupported value: \"NoRun\": supported values: \"NoSchedule\", "
     "\"PreferNoSchedule\", \"NoExecute\""},
    {"spec:\n", "spec:\n  tolerations: [{key: a, tolerationSeconds: 3, effect: NoSchedule}]\n", 6,
     48,
     "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
     "`tolerationSeconds` is set"},
    {"spec:\n", "spec:\n  volumes: [{name: data, emptyDir: {}, hostPath: {path: /}}]\n", 6, 40,
     "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"},
    {"spec:\n", "spec:\n  volumes: [{name: data, emptyDir: {}, hostPath: {path: /}}]\n", 6, 40,
     "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"},
    {"spec:\n", "spec:\n  volumes: [{name: data, emptyDir: {}}, {name: data, emptyDir: {}}]\n", 6,
     42, "spec.volumes[1].name: Duplicate value: \"data\""},
    {"spec:\n", "spec:\n  volumes: [{name: Data, emptyDir: {}}]\n", 6, 14,
     "spec.volumes[0].name: Invalid value: \"Data\": a lowercase RFC 1123 label must consist of "
     "lower case alphanumeric characters or '-', and must start and "},
    {"spec:\n", "spec:\n  volumes: [{name: data, configMap: {}}]\n", 6, 26,
     "spec.volumes[0].configMap.name: Required value"},
    {"spec:\n", "spec:\n  volumes: [{name: data, emptydir: {}}]\n", 6, 26,
     "strict decoding error: unknown field \"spec.volumes[0].emptydir\""},
    {"spec:\n", "spec:\n  hostAliases: [{ip: nowhere, hostnames: [a]}]\n", 6, 18,
     "spec.hostAliases[0].ip: Invalid value: \"nowhere\": must be a valid IP address,"},
    {"spec:\n", "spec:\n  readinessGates: [{conditionType: a b}]\n", 6, 21,
     "spec.readinessGates[0].conditionType: Invalid value: \"a b\": name part must consist of "
     "alphanumeric characters, '-', '_' or '.', and must start and end"},
    {"spec:\n",
     "spec:\n  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
     "{nodeSelectorTerms: []}}}\n",
     6, 78,
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: "
     "Required value: must have at least one node selector term"},
    {"spec:\n",
     "spec:\n  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
     "{nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Like}]}]}}}\n",
     6, 127,
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms["
     "0].matchExpressions[0].operator: Invalid value: \"Like\": no"},
    {"spec:\n", "spec:\n  serviceAccountName: No_One\n", 1, 1,
     "pods \"web\" is forbidden: error looking up service account default/No_One: serviceaccount "
     "\"No_One\" not found"},
    {"spec:\n",
     "spec:\n  initContainers:\n    - name: init\n      image: busybox\n      readinessProbe: "
     "{exec: {command: [ls]}}\n",
     9, 7,
     "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without "
     "restartPolicy=Always"},
    {"spec:\n", "spec:\n  initContainers:\n    - name: web\n      image: busybox\n", 7, 7,
     "spec.initContainers[0].name: Duplicate value: \"web\""},
    {"spec:\n", "spec:\n  ephemeralContainers: [{name: debug, image: busybox}]\n", 6, 3,
     "spec.ephemeralContainers: Forbidden: cannot be set on create"},
    {"spec:\n",
     "spec:\n  topologySpreadConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: "
     "DoNotSchedule}]\n",
     6, 32,
     "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"},
    {"spec:\n", "status: {phase: [Running]}\nspec:\n", 5, 10,
     "json: cannot unmarshal array into Go struct field PodStatus.status.phase of type "
     "v1.PodPhase"},
    {"spec:\n", "Spec: {}\nspec:\n", 5, 1, "strict decoding error: unknown field \"Spec\""},
};

constexpr Row kServices[] = {
    {"  ports:\n    - port: 80", "  type: ClusterIP", 5, 1, "spec.ports: Required value"},
    {"  ports:\n    - port: 80", "  ports: []", 8, 3, "spec.ports: Required value"},
    {"  ports:\n    - port: 80", "  ports: {port: 80}", 8, 3,
     "json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type "
     "[]v1.ServicePort"},
    {"- port: 80", "- port: 0", 9, 7,
     "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"},
    {"- port: 80", "- port: 65536", 9, 7,
     "spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive"},
    {"- port: 80", "- port: http", 9, 7,
     "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type "
     "int32"},
    {"- port: 80", "- port: 99999999999999999999", 9, 7,
     "json: cannot unmarshal number 100000000000000000000 into Go struct field "
     "ServicePort.spec.ports.port of type int32"},
    {"- port: 80", "- targetPort: 80", 9, 7,
     "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"},
    {"- port: 80", "- port: 80\n      targetPort: 70000", 10, 7,
     "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive"},
    {"- port: 80", "- port: 80\n      targetPort: HTTP", 10, 7,
     "spec.ports[0].targetPort: Invalid value: \"HTTP\": must contain only alpha-numeric "
     "characters (a-z, 0-9), and hyphens (-)"},
    {"- port: 80", "- port: 80\n      targetPort: a-very-long-port-name", 10, 7,
     "spec.ports[0].targetPort: Invalid value: \"a-very-long-port-name\": must be no more than 15 "
     "characters"},
    {"- port: 80", "- port: 80\n      targetPort: [80]", 10, 7,
     "json: cannot unmarshal array into Go struct field ServicePort.spec.ports.targetPort of type "
     "int32"},
    {"- port: 80", "- port: 80\n      targetport: 80", 10, 7,
     "strict decoding error: unknown field \"spec.ports[0].targetport\""},
    {"- port: 80", "- port: 80\n      nodePort: 30000", 10, 7,
     "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"},
    {"- port: 80", "- port: 80\n      protocol: http", 10, 7,
     "spec.ports[0].protocol: Unsupported value: \"http\": supported values: \"SCTP\", \"TCP\", "
     "\"UDP\""},
    {"- port: 80", "- port: 80\n      name: Web", 10, 7,
     "spec.ports[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of lower "
     "case alphanumeric characters or '-', and must start and end"},
    {"- port: 80", "- port: 80\n    - port: 81", 9, 7, "spec.ports[0].name: Required value"},
    {"- port: 80", "- port: 80\n      name: a\n    - port: 81\n      name: a", 12, 7,
     "spec.ports[1].name: Duplicate value: \"a\""},
    {"- port: 80", "- {port: 80, name: a}\n    - {port: 80, name: b}", 10, 7,
     "spec.ports[1]: Duplicate value: "
     "{\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,"
     "\"NodePort\":0}"},
    {"- port: 80", "- port: 80\n      appProtocol: my protocol", 10, 7,
     "spec.ports[0].appProtocol: Invalid value: \"my protocol\": name part must consist of "
     "alphanumeric characters, '-', '_' or '.', and must start and end wi"},
    {"spec:\n", "spec:\n  type: Clusterip\n", 6, 3,
     "spec.type: Unsupported value: \"Clusterip\": supported values: \"ClusterIP\", "
     "\"ExternalName\", \"LoadBalancer\", \"NodePort\""},
    {"spec:\n", "spec:\n  type: [NodePort]\n", 6, 3,
     "json: cannot unmarshal array into Go struct field ServiceSpec.spec.type of type "
     "v1.ServiceType"},
    {"spec:\n  selector:\n    app: web\n  ports:\n    - port: 80",
     "spec:\n  type: NodePort\n  ports:\n    - port: 80\n      nodePort: 80", 9, 7,
     "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The "
     "range of valid ports is 30000-32767"},
    {"spec:\n  selector:\n    app: web\n  ports:\n    - port: 80",
     "spec:\n  type: NodePort\n  ports:\n    - port: 80\n      nodePort: 32768", 9, 7,
     "spec.ports[0].nodePort: Invalid value: 32768: provided port is not in the valid range. The "
     "range of valid ports is 30000-32767"},
    {"spec:\n  selector:\n    app: web\n  ports:\n    - port: 80",
     "spec:\n  type: NodePort\n  ports:\n    - {port: 80, name: a, nodePort: 30080}\n    - {port: "
     "81, name: b, nodePort: 30080}",
     9, 27, "spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated"},
    {"spec:\n", "spec:\n  clusterIP: 10.0.0\n", 6, 3,
     "spec.clusterIPs[0]: Invalid value: \"10.0.0\": must be a valid IP address,"},
    {"spec:\n", "spec:\n  clusterIP: 192.0.2.1\n", 6, 3,
     "spec.clusterIPs: Invalid value: [\"192.0.2.1\"]: failed to allocate IP 192.0.2.1: the "
     "provided IP (192.0.2.1) is not in the valid range. The range of va"},
    {"spec:\n", "spec:\n  clusterIP: 10.96.0.1\n", 6, 3,
     "spec.clusterIPs: Invalid value: [\"10.96.0.1\"]: failed to allocate IP 10.96.0.1: provided "
     "IP is already allocated"},
    {"spec:\n", "spec:\n  type: NodePort\n  clusterIP: None\n", 7, 3,
     "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"},
    {"spec:\n", "spec:\n  clusterIPs: [10.96.3.4, 10.96.3.5]\n", 6, 3,
     "spec.clusterIPs: Invalid value: [\"10.96.3.4\",\"10.96.3.5\"]: must be empty when "
     "`clusterIP` is not specified"},
    {"  selector:\n    app: web", "  selector: [app]", 6, 3,
     "json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type "
     "map[string]string"},
    {"  selector:\n    app: web", "  selector:\n    app: 1", 7, 5,
     "json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string"},
    {"  selector:\n    app: web", "  selector:\n    a b: c", 6, 3,
     "spec.selector: Invalid value: \"a b\": name part must consist of alphanumeric characters, "
     "'-', '_' or '.', and must start and end with an alphanumeric c"},
    {"  selector:\n    app: web", "  selectors:\n    app: web", 6, 3,
     "strict decoding error: unknown field \"spec.selectors\""},
    {"  selector:\n    app: web", "  selector:\n    matchLabels: {app: web}", 7, 5,
     "json: cannot unmarshal object into Go struct field ServiceSpec.spec.selector of type string"},
    {"spec:\n", "spec:\n  sessionAffinity: Cookie\n", 6, 3,
     "spec.sessionAffinity: Unsupported value: \"Cookie\": supported values: \"ClientIP\", "
     "\"None\""},
    {"spec:\n",
     "spec:\n  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: "
     "86401}}\n",
     7, 38,
     "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater "
     "than 0 and less than 86400"},
    {"spec:\n", "spec:\n  type: ExternalName\n", 5, 1, "spec.externalName: Required value"},
    {"spec:\n", "spec:\n  type: ExternalName\n  externalName: not a name\n", 7, 3,
     "spec.externalName: Invalid value: \"not a name\": a lowercase RFC 1123 subdomain must "
     "consist of lower case alphanumeric characters, '-' or '.', and mus"},
    {"spec:\n", "spec:\n  externalTrafficPolicy: Local\n", 6, 3,
     "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for "
     "externally-accessible services"},
    {"spec:\n", "spec:\n  type: NodePort\n  externalTrafficPolicy: local\n", 7, 3,
     "spec.externalTrafficPolicy: Unsupported value: \"local\": supported values: \"Cluster\", "
     "\"Local\""},
    {"spec:\n", "spec:\n  internalTrafficPolicy: Nearby\n", 6, 3,
     "spec.internalTrafficPolicy: Unsupported value: \"Nearby\": supported values: \"Cluster\", "
     "\"Local\""},
    {"spec:\n", "spec:\n  externalIPs: [somewhere]\n", 6, 17,
     "spec.externalIPs[0]: Invalid value: \"somewhere\": must be a valid IP address,"},
    {"spec:\n", "spec:\n  externalIPs: [127.0.0.1]\n", 6, 17,
     "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range "
     "(127.0.0.0/8, ::1/128)"},
    {"spec:\n", "spec:\n  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.1]\n", 7, 30,
     "spec.LoadBalancerSourceRanges[0]: Invalid value: \"10.0.0.1\": must be a valid CIDR value,"},
    {"spec:\n", "spec:\n  loadBalancerClass: example.com/lb\n", 6, 3,
     "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"},
    {"spec:\n", "spec:\n  ipFamilyPolicy: Both\n", 6, 3,
     "spec.ipFamilyPolicy: Unsupported value: \"Both\": supported values: \"PreferDualStack\", "
     "\"RequireDualStack\", \"SingleStack\""},
    {"spec:\n", "spec:\n  ipFamilies: [IPv5]\n", 6, 16,
     "spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\""},
    {"spec:\n", "spec:\n  healthCheckNodePort: 30000\n", 6, 3,
     "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is "
     "'LoadBalancer' and `externalTrafficPolicy` is 'Local'"},
    {"spec:\n", "spec:\n  publishNotReadyAddresses: 1\n", 6, 3,
     "json: cannot unmarshal number into Go struct field ServiceSpec.spec.publishNotReadyAddresses "
     "of type bool"},
    {"spec:\n", "spec:\n  trafficDistribution: Far\n", 6, 3,
     "spec.trafficDistribution: Unsupported value: \"Far\": supported values: \"PreferClose\", "
     "\"PreferSameZone\", \"PreferSameNode\""},
    {"  name: web\n", "  name: 1web\n", 4, 3,
     "metadata.name: Invalid value: \"1web\": a DNS-1035 label must consist of lower case "
     "alphanumeric characters or '-', start with an alphabetic character, "},
    {"  name: web\n", "  name: web.shop\n", 4, 3,
     "metadata.name: Invalid value: \"web.shop\": a DNS-1035 label must consist of lower case "
     "alphanumeric characters or '-', start with an alphabetic charact"},
    {"  name: web\n", "  name: wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\n",
     4, 3,
     "metadata.name: Invalid value: "
     "\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\": must be no more than "
     "63 characters"},
};

constexpr Row kDeployments[] = {
    {"  selector:\n    matchLabels:\n      app: web\n", "", 5, 1, "spec.selector: Required value"},
    {"  selector:\n    matchLabels:\n      app: web", "  selector:\n    app: web", 8, 5,
     "strict decoding error: unknown field \"spec.selector.app\""},
    {"  selector:\n    matchLabels:\n      app: web", "  selector: {}", 7, 3,
     "spec.selector: Invalid value: {}: empty selector is invalid for deployment"},
    {"  selector:\n    matchLabels:\n      app: web",
     "  selector: {matchExpressions: [{key: app, operator: Is, values: [web]}]}", 7, 44,
     "spec.selector.matchExpressions[0].operator: Invalid value: \"Is\": not a valid selector "
     "operator"},
    {"  selector:\n    matchLabels:\n      app: web",
     "  selector: {matchExpressions: [{key: app, operator: In}]}", 7, 33,
     "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` "
     "is 'In' or 'NotIn'"},
    {"      labels:\n        app: web", "      labels:\n        app: wbe", 12, 7,
     "spec.template.metadata.labels: Invalid value: {\"app\":\"wbe\"}: `selector` does not match "
     "template `labels`"},
    {"    metadata:\n      labels:\n        app: web\n", "", 10, 3,
     "spec.template.metadata.labels: Invalid value: null: `selector` does not match template "
     "`labels`"},
    {"      labels:\n        app: web", "      label: {app: web}", 12, 7,
     "strict decoding error: unknown field \"spec.template.metadata.label\""},
    {"  replicas: 3", "  replicas: -1", 6, 3,
     "spec.replicas: Invalid value: -1: must be greater than or equal to 0"},
    {"  replicas: 3", "  replicas: three", 6, 3,
     "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type "
     "int32"},
    {"  replicas: 3", "  replicas: 1.5", 6, 3,
     "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type "
     "int32"},
    {"  replicas: 3", "  replicas: 3000000000", 6, 3,
     "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas "
     "of type int32"},
    {"  replicas: 3", "  replica: 3", 6, 3,
     "strict decoding error: unknown field \"spec.replica\""},
    {"  replicas: 3", "  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}", 6, 30,
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` "
     "is 0"},
    {"  replicas: 3", "  strategy: {rollingUpdate: {maxSurge: 25}}\n  x: 1", 7, 3,
     "strict decoding error: unknown field \"spec.x\""},
    {"  replicas: 3", "  strategy: {rollingUpdate: {maxSurge: 25 percent}}", 6, 30,
     "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"25 percent\": a valid percent string "
     "must be a numeric string followed by an ending '%'"},
    {"  replicas: 3", "  strategy: {rollingUpdate: {maxUnavailable: 101%}}", 6, 30,
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater "
     "than 100%"},
    {"  replicas: 3", "  strategy: {rollingUpdate: {maxUnavailable: -1}}", 6, 30,
     "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: -1: must be greater than or equal "
     "to 0"},
    {"  replicas: 3", "  strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}", 6, 30,
     "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
     "'Recreate'"},
    {"  replicas: 3", "  strategy: {type: BlueGreen}", 6, 3,
     "spec.strategy: Unsupported value: {\"type\":\"BlueGreen\"}: supported values: \"Recreate\", "
     "\"RollingUpdate\""},
    {"  replicas: 3", "  minReadySeconds: -1", 6, 3,
     "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"},
    {"  replicas: 3", "  minReadySeconds: 700\n  progressDeadlineSeconds: 600", 7, 3,
     "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"},
    {"  replicas: 3", "  revisionHistoryLimit: -1", 6, 3,
     "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"},
    {"  replicas: 3", "  paused: maybe", 6, 3,
     "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool"},
    {"    spec:\n", "    spec:\n      restartPolicy: Never\n", 15, 7,
     "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: "
     "\"Always\""},
    {"    spec:\n", "    spec:\n      activeDeadlineSeconds: 5\n", 15, 7,
     "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is "
     "not Supported"},
    {"        - name: web\n          image: nginx", "        name: web\n        image: nginx", 15,
     7,
     "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of "
     "type []v1.Container"},
    {"          image: nginx", "          image: nginx\n          images: nginx", 18, 11,
     "strict decoding error: unknown field \"spec.template.spec.containers[0].images\""},
    {"  template:", "  templates:", 10, 3,
     "strict decoding error: unknown field \"spec.templates\""},
    {"    spec:\n      containers:\n        - name: web\n          image: nginx\n", "", 10, 3,
     "spec.template.spec.containers: Required value"},
};

constexpr Row kEndpointSlices[] = {
    {"addressType: IPv4\n", "", 1, 1, "addressType: Required value"},
    {"addressType: IPv4", "addressType: IPv5", 5, 1,
     "addressType: Unsupported value: \"IPv5\": supported values: \"FQDN\", \"IPv4\", \"IPv6\""},
    {"[10.1.2.3]", "[nowhere]", 9, 17,
     "endpoints[0].addresses[0]: Invalid value: \"nowhere\": must be a valid IPv4 address"},
    {"[10.1.2.3]", "[127.0.0.1]", 9, 17,
     "endpoints[0].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range "
     "(127.0.0.0/8, ::1/128)"},
    {"- addresses: [10.1.2.3]", "- addresses: []", 9, 5,
     "endpoints[0].addresses: Required value: must contain at least 1 address"},
    {"  - port: 80", "  - name: Web", 7, 5,
     "ports[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of lower case "
     "alphanumeric characters or '-', and must start and end with"},
    {"  - port: 80", "  - protocol: tcp", 7, 5,
     "ports[0].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\""},
};

// A cluster that has come to rest, and texts that must not disturb it.
class Bystander {
 public:
  Bystander() {
    cluster_.run_for(std::chrono::seconds{30});
    digest_ = cluster_.digest();
  }

  // What is wrong with a text that must be refused.
  ApplyError refuse(std::string_view text) {
    const auto applied = cluster_.apply(text);
    CHECK(cluster_.digest() == digest_);
    if (applied) return {};
    const ApplyError& error = applied.error();
    CHECK(error.applied.empty());
    CHECK(error.status.code >= 400);
    CHECK(error.status.message.find('\n') == std::string::npos);
    return error;
  }

  void check(std::string_view manifest, std::span<const Row> rows) {
    for (const Row& row : rows) {
      std::string text{row.find.empty() ? row.replacement : manifest};
      if (!row.find.empty()) {
        REQUIRE(text.find(row.find) != std::string::npos);
        text.replace(text.find(row.find), row.find.size(), row.replacement);
      }
      CAPTURE(text);
      const ApplyError error = refuse(text);
      const std::string message = error.status.message;
      CAPTURE(message);
      CHECK(message.find(row.message) != std::string::npos);
      CHECK(error.line == row.line);
      CHECK(error.column == row.column);
    }
  }

 private:
  static ClusterOptions small() {
    ClusterOptions options;
    options.nodes = 1;
    return options;
  }

  Cluster cluster_{small()};
  std::uint64_t digest_ = 0;
};

TEST_CASE("hostile texts are refused with their place") {
  Bystander{}.check({}, kTexts);
}
TEST_CASE("hostile ConfigMaps are refused with their place") {
  Bystander{}.check(kConfigMap, kConfigMaps);
}
TEST_CASE("hostile Pods are refused with their place") {
  Bystander{}.check(kPod, kPods);
}
TEST_CASE("hostile Services are refused with their place") {
  Bystander{}.check(kService, kServices);
}
TEST_CASE("hostile Deployments are refused with their place") {
  Bystander{}.check(kDeployment, kDeployments);
}
TEST_CASE("hostile EndpointSlices are refused with their place") {
  Bystander{}.check(kEndpointSlice, kEndpointSlices);
}

TEST_CASE("the manifests are well before they are broken") {
  Cluster cluster;
  for (const std::string_view manifest :
       {kConfigMap, kPod, kService, kDeployment, kEndpointSlice}) {
    const auto applied = cluster.apply(manifest);
    REQUIRE(applied.has_value());
    CHECK(applied->front().result == "created");
  }
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t index = 0; index < count; ++index) result += text;
  return result;
}

// Each line's list stands for ten times the one before.
std::string alias_bomb() {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int index = 1; index < 12; ++index) {
    text +=
        fmt::format("a{}: &a{} [{}]\n", index, index, repeat(fmt::format("*a{}, ", index - 1), 10));
  }
  return text;
}

TEST_CASE("texts that are too much are refused before they cost much") {
  Bystander cluster;
  const auto message = [&](std::string_view text) { return cluster.refuse(text).status.message; };
  const std::string config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\n";
  const std::size_t ten_megabytes = 10'000'000;
  CHECK(message(alias_bomb()).find("excessive aliasing") != std::string::npos);
  CHECK(message(repeat("[", 100'000) + repeat("]", 100'000)).find("max depth") !=
        std::string::npos);
  CHECK(message("a: " + repeat("{a: ", 100'000)).find("max depth") != std::string::npos);
  CHECK(message(repeat("- ", 100'000)).find("max depth") != std::string::npos);
  CHECK(message(config + "data: {a: " + repeat("x", ten_megabytes) + "}\n").find("too large") !=
        std::string::npos);
  CHECK(message(config + "data:\n" + repeat("  a: b\n", ten_megabytes / 7)).find("too large") !=
        std::string::npos);
  CHECK(message(config + repeat("# nothing\n", ten_megabytes / 10)).find("too large") !=
        std::string::npos);
  CHECK(message(repeat("\n", ten_megabytes)).find("too large") != std::string::npos);
  CHECK(message(repeat("--- {}\n", 100'000)).find("documents") != std::string::npos);
  CHECK(message("[" + repeat("1,", 1'500'000 - 2) + "1]").find("Kubernetes object is expected") !=
        std::string::npos);
  // Within the limit of a request, but not of a ConfigMap's data or of annotations.
  CHECK(message(config + "data: {a: " + repeat("x", 1'100'000) + "}\n")
            .find("metadata.annotations: Too long") != std::string::npos);
  CHECK(message("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\n  annotations: {a: " +
                repeat("x", 300'000) + "}\n")
            .find("metadata.annotations: Too long") != std::string::npos);
}

}  // namespace
}  // namespace rockpool
