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
    ...rows('Services', ['should work after restarting kube-proxy [Disruptive]'],
            'upstream deletes the Pods of kube-proxy, and skips this where there are none, as here: a proxy is part ' +
                'of its node, and starts anew with it or in another mode'),
    ...rows('Services', ['should work after restarting apiserver [Disruptive]'],
            'upstream deletes the Pods of the API server, and skips this where there are none, as here: the API ' +
                'server is the cluster itself, and lasts as long'),
    ...rows('Services', ['should be rejected for evicted pods (no endpoints exist)'],
            'upstream\'s Pod is evicted because it writes more than its limit of ephemeral storage; kubelets ' +
                'here do not measure what containers write, and evict none for it'),
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
            'upstream lists the log files of a node (/var/log) through its kubelet; nodes here are not machines with ' +
                'files, and only containers have logs'),
  ]),
};
