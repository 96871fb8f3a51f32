// SPDX-License-Identifier: Apache-2.0
// Why upstream's [sig-network] tests that have no test case here have none; part of tests/CONFORMANCE.md.

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
    ...rows('Proxy version v1', ['should proxy logs on node using proxy subresource'],
            'upstream lists the log files of a node (/var/log) through its kubelet; nodes here are not machines with ' +
                'files, and only containers have logs'),
  ]),
};
