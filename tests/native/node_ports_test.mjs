// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --node-ports`: real clients reach simulated Pods.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { ask, eventually, rawConnection, startServer, temporaryFolder } from './server.mjs';
import { webManifest } from '../manifests/web.mjs';

// A port of Kubernetes' range that nobody has just now, on the addresses of three nodes.
async function freeNodePort() {
  for (let tries = 0; tries < 50; ++tries) {
    const port = 30000 + Math.floor(Math.random() * 2768);
    const servers = await Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(host => new Promise(resolve => {
      const server = createServer().once('error', () => resolve(undefined));
      server.listen(port, host, () => resolve(server));
    })));
    await Promise.all(servers.map(server => server && new Promise(resolve => server.close(resolve))));
    if (servers.every(Boolean)) return port;
  }
  throw new Error('no free NodePort');
}

async function startWeb(t) {
  const port = await freeNodePort();
  const file = path.join(await temporaryFolder(t), 'web.yaml');
  await writeFile(file, webManifest({ nodePort: port }));
  const server = await startServer(t, '--node-ports', '--speed', '10', '--manifest', file);
  const deployment = '/apis/apps/v1/namespaces/default/deployments/web';
  await eventually(async () => (await ask(server, deployment)).body.status.readyReplicas === 3, 'three Pods');
  await eventually(async () => (await curl(`http://127.0.0.1:${port}/hostname`)).code === 0, 'an answer');
  return { server, port };
}

function curl(...options) {
  return new Promise(resolve => {
    execFile('curl', ['-sS', '--max-time', '20', ...options], (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
}

test('a plain curl reaches the Pods of a Service, one after the other', async t => {
  const { port } = await startWeb(t);
  const seen = new Set();
  for (let count = 0; count < 6; ++count) {
    const { code, stdout } = await curl(`http://127.0.0.1:${port}/hostname`);
    assert.equal(code, 0);
    assert.match(stdout, /^web-[0-9a-z]+-[0-9a-z]{5}$/);
    seen.add(stdout);
  }
  assert.equal(seen.size, 3);
});

test('requests on one connection stay with one Pod, and each node has its own address', async t => {
  const { port } = await startWeb(t);
  const url = `http://127.0.0.1:${port}/hostname`;
  const { stdout } = await curl('-w', '\\n', url, url, url, url);
  assert.equal(new Set(stdout.trim().split('\n')).size, 1, stdout);
  for (const [address, node] of [['127.0.0.1', '172.18.0.2'], ['127.0.0.2', '172.18.0.3'], ['127.0.0.3', '172.18.0.4']]) {
    const from = await curl(`http://${address}:${port}/clientip`);
    assert.ok(from.stdout.startsWith(`${node}:`), `${address}: ${from.stdout}`);
  }
});

test('method, body, headers and Host arrive as they were sent', async t => {
  const { port } = await startWeb(t);
  const { stdout } = await curl('-H', 'Host: shop.example', '-H', 'X-Colour: blue', `http://127.0.0.1:${port}/header?key=X-Colour`);
  assert.equal(stdout, 'blue');
  const posted = await curl('-i', '-X', 'POST', '-d', 'msg=' + 'x'.repeat(5000), `http://127.0.0.1:${port}/echo?msg=hello`);
  assert.match(posted.stdout, /^HTTP\/1\.1 200 OK\r\n[^]*hello/);
  assert.match((await curl('-I', `http://127.0.0.1:${port}/hostname`)).stdout, /^HTTP\/1\.1 200 OK\r\n/);
});

test('a Service without Pods resets, one that is gone refuses', async t => {
  const { server, port } = await startWeb(t);
  const patch = { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } };
  await ask(server, '/apis/apps/v1/namespaces/default/deployments/web', { ...patch, body: { spec: { replicas: 0 } } });
  const reset = await eventually(async () => {
    const result = await curl(`http://127.0.0.1:${port}/`);
    return result.code !== 0 && result;
  }, 'a failure');
  assert.equal(reset.code, 56, reset.stderr);
  await ask(server, '/api/v1/namespaces/default/services/web', { method: 'DELETE' });
  await eventually(async () => (await curl(`http://127.0.0.1:${port}/`)).code === 7, 'a refusal');
});

test('a client that sends no HTTP, or goes away, harms nobody', async t => {
  const { server, port } = await startWeb(t);
  const raw = await rawConnection(t, port);
  raw.send('\x16\x03\x01 nonsense\r\n\r\n');
  await raw.closed();
  for (let count = 0; count < 20; ++count) {
    const leaving = await rawConnection(t, port);
    leaving.send('GET /shell?cmd=sleep HTTP/1.1\r\nHost: x\r\n\r\n');
    leaving.socket.destroy();
  }
  assert.equal((await curl(`http://127.0.0.1:${port}/hostname`)).code, 0);
  assert.equal((await ask(server, '/livez')).status, 200);
});

test('what came over NodePorts is part of the saved history', async t => {
  const port = await freeNodePort();
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'web.yaml');
  await writeFile(file, webManifest({ nodePort: port }));
  const options = ['--node-ports', '--speed', '10', '--state', path.join(folder, 'state.json')];
  const first = await startServer(t, ...options, '--manifest', file);
  await eventually(async () => (await curl(`http://127.0.0.1:${port}/hostname`)).code === 0, 'an answer');
  const url = `http://127.0.0.1:${port}/hostname`;
  assert.equal((await curl(url, url)).code, 0);
  assert.equal((await first.stop()).code, 0);
  await startServer(t, ...options);
  assert.equal((await curl(url)).code, 0);
});
