// SPDX-License-Identifier: Apache-2.0
// Starts `rockpool serve --tls` for tests, and speaks with it as who has its kubeconfig.
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { startServer, temporaryFolder } from './server.mjs';

// One request on a connection of its own: {status, body}.
export function askSecurely(server, target, { ca, token, host } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { ...(token && { authorization: token }), ...(host && { host }) };
    request(server.url + target, { ca, headers, agent: false, servername: 'localhost' }, response => {
      let body = '';
      response.on('data', data => { body += data; });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', reject).end();
  });
}

export async function startSecure(t, ...options) {
  const kubeconfig = path.join(await temporaryFolder(t), 'kubeconfig');
  const server = await startServer(t, '--tls', '--kubeconfig', kubeconfig, ...options);
  const text = await readFile(kubeconfig, 'utf8');
  const ca = Buffer.from(/certificate-authority-data: (\S+)/.exec(text)[1], 'base64').toString();
  const token = /token: (\S+)/.exec(text)[1].replace(/"/g, '');
  return { server, kubeconfig, ca, token };
}
