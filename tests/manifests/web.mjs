// SPDX-License-Identifier: Apache-2.0
// What many tests start from: three Pods that tell their names, behind the Service `web`, and a client.

// With `nodePort`, the Service is open to the outside there.
export const webManifest = ({ nodePort } = {}) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        args: [netexec, --http-port=8080]
        ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: ${nodePort ? 'NodePort' : 'ClusterIP'}
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080${nodePort ? `, nodePort: ${nodePort}` : ''}}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  containers:
  - {name: client, image: registry.k8s.io/pause:3.10}
`;
