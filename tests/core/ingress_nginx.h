// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rockpool::test {

/// The Ingress controller ingress-nginx, as tests/scenarios/manifests/ingress-nginx.yaml has it but
/// shorter.
inline constexpr std::string_view kIngressNginx = R"(
apiVersion: v1
kind: Namespace
metadata: {name: ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: v1
kind: Service
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app.kubernetes.io/name: ingress-nginx}
  ports:
  - {name: http, port: 80, targetPort: http}
  - {name: https, port: 443, targetPort: https}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  selector:
    matchLabels: {app.kubernetes.io/name: ingress-nginx}
  template:
    metadata:
      labels: {app.kubernetes.io/name: ingress-nginx}
    spec:
      containers:
      - name: controller
        image: registry.k8s.io/ingress-nginx/controller:v1.12.1
        args: [/nginx-ingress-controller, --publish-service=$(POD_NAMESPACE)/ingress-nginx-controller]
        ports:
        - {name: http, containerPort: 80}
        - {name: https, containerPort: 443}
        readinessProbe: {httpGet: {path: /healthz, port: 10254}, periodSeconds: 1}
)";

}  // namespace rockpool::test
