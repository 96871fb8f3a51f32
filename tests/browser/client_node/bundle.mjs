// SPDX-License-Identifier: Apache-2.0
// @kubernetes/client-node, as tools/setup installs it, in one file for a page.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = process.env.ROCKPOOL_CACHE ?? path.resolve(here, '../../../.cache');
const packages = path.join(cache, 'node');
const { build } = createRequire(path.join(packages, 'package.json'))('esbuild');

// They speak with the operating system: sockets, files, processes.
const needNode = /^(node:.*|hpagent|isomorphic-ws|openid-client|socks-proxy-agent|stream-buffers|tar-fs|url)$/;

const standIns = {
  name: 'stand-ins',
  setup(bundle) {
    bundle.onResolve({ filter: /^node-fetch$/ }, () => ({ path: path.join(here, 'node_fetch.mjs') }));
    bundle.onResolve({ filter: needNode }, () => ({ path: path.join(here, 'stand_ins.mjs') }));
  },
};

// The text of a module that exports the library as `k8s`, and `useFetch` of node_fetch.mjs.
export async function bundleClient() {
  const entry = `
    export * as k8s from '@kubernetes/client-node';
    export { useFetch } from ${JSON.stringify(path.join(here, 'node_fetch.mjs'))};`;
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: packages },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'error',
    plugins: [standIns],
  });
  return outputFiles[0].text;
}
