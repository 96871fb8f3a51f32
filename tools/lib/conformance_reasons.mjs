// SPDX-License-Identifier: Apache-2.0
// Why upstream's [sig-network] tests that have no test case here have none; part of tests/CONFORMANCE.md.

const inRoom = place => `tested in ${place}, not yet with a whole cluster under upstream's name`;
const cloud = inRoom('`tests/core/net/load_balancers_test.cpp` and `tests/core/controllers/`');

const rows = (prefix, names, reason) => names.map(name => [`${prefix} ${name}`, reason]);

export const reasons = {
  // Of the conformance tests themselves.
  absent: {},
  // Of the others. The names are upstream's, in short.
  further: Object.fromEntries([
    ...rows('Services', [
      'should work after restarting kube-proxy [Disruptive]', 'should work after restarting apiserver [Disruptive]',
    ], 'the proxy can be frozen and restarted (`tests/scenarios/frozen-proxy.yaml`); the API server cannot be stopped'),
    ...rows('Services', [
      'should be rejected for evicted pods (no endpoints exist)',
    ], 'nodes do not evict Pods under pressure'),
    ...rows('LoadBalancers', [
      'should be able to change the type and ports of a UDP service',
      'should be able to preserve UDP traffic when server pod cycles for a LoadBalancer service',
    ], cloud),
    ...rows('Netpol', [
      'NetworkPolicy between server and client using SCTP should support a default-deny-ingress policy',
      'NetworkPolicy between server and client using SCTP should enforce policy based on Ports',
      'NetworkPolicy between server and client using SCTP should enforce policy to allow traffic only from a pod in a ' +
          'different namespace based on PodSelector and NamespaceSelector',
    ], 'SCTP is judged as TCP is (`tests/core/net/policy/`), not yet tried over connections under upstream\'s name'),
    ...rows('Proxy version v1', ['should proxy logs on node using proxy subresource'],
            'kubelets serve no logs of their own'),
  ]),
};
