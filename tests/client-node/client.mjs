// SPDX-License-Identifier: Apache-2.0
// @kubernetes/client-node, as tools/setup installs it, and clients of a server made with it.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../native/server.mjs';

const cache = process.env.ROCKPOOL_CACHE ?? path.join(root, '.cache');
export const k8s = await import(pathToFileURL(path.join(cache, 'node/node_modules/@kubernetes/client-node/dist/index.js')));

// A kubeconfig for a server at that URL.
export function configFor(url) {
  const config = new k8s.KubeConfig();
  // The library speaks HTTP without TLS only to those who do not care for certificates.
  config.loadFromClusterAndUser({ name: 'rockpool', server: url, skipTLSVerify: true }, { name: 'tester' });
  return config;
}
