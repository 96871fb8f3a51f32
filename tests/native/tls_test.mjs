// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --tls`: encrypted, and closed to whoever has no token.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { findKubectls } from '../kubectl/kubectl.mjs';
import { askSecurely, startSecure } from './secure_server.mjs';
import { ask, runServe, startServer, temporaryFolder } from './server.mjs';

test('kubectl and others come in with the certificate and the token, and nobody without', async t => {
  const { server, kubeconfig, ca, token } = await startSecure(t);
  assert.match(server.url, /^https:/);
  assert.match(token, /^[0-9a-f]{64}$/);
  for (const { file } of findKubectls()) {
    const nodes = execFileSync(file, ['--kubeconfig', kubeconfig, 'get', 'nodes', '-o', 'name'], { encoding: 'utf8' });
    assert.equal(nodes, 'node/node-1\nnode/node-2\nnode/node-3\n');
  }
  const good = `Bearer ${token}`;
  assert.equal((await askSecurely(server, '/api/v1/nodes', { ca, token: good })).status, 200);
  assert.equal((await askSecurely(server, '/api/v1/nodes', { ca, token: good, host: 'any.example' })).status, 200);
  for (const wrong of [undefined, 'Bearer x', `Bearer ${token}x`, `Basic ${token}`, 'Bearer ']) {
    const refused = await askSecurely(server, '/api/v1/nodes', { ca, token: wrong });
    assert.equal(refused.status, 401, wrong);
    assert.equal(JSON.parse(refused.body).reason, 'Unauthorized');
  }
  assert.equal((await askSecurely(server, '/livez', { ca })).body, 'ok');
  await assert.rejects(askSecurely(server, '/livez', {}), /self.signed/);
});

test('a server on every address asks for TLS', async t => {
  const { server, ca, token } = await startSecure(t, '--address', '0.0.0.0');
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:/);
  assert.equal((await askSecurely(server, '/version', { ca, token: `Bearer ${token}` })).status, 200);
});

test('a token of one\'s own works without TLS on the loopback address', async t => {
  const file = path.join(await temporaryFolder(t), 'token');
  await writeFile(file, 'open sesame\n');
  const server = await startServer(t, '--token-file', file);
  assert.equal((await ask(server, '/api/v1/nodes')).status, 401);
  const { status } = await ask(server, '/api/v1/nodes', { headers: { authorization: 'Bearer open sesame' } });
  assert.equal(status, 200);
});

test('a certificate of one\'s own is used, and a wrong one refused', async t => {
  const folder = await temporaryFolder(t);
  const [certificate, key, empty] = ['tls.crt', 'tls.key', 'empty'].map(name => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=mine',
                           '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  await writeFile(empty, '');
  const own = ['--tls-cert-file', certificate, '--tls-private-key-file', key];
  const server = await startServer(t, ...own);
  assert.equal((await askSecurely(server, '/livez', { ca: await readFile(certificate) })).status, 200);
  for (const [options, message] of [
    [['--tls-cert-file', certificate], /^error: --tls-cert-file: needs --tls-private-key-file/],
    [['--tls-cert-file', key, '--tls-private-key-file', key], /^error: --tls-cert-file: .*tls\.key: /],
    [['--tls-cert-file', certificate, '--tls-private-key-file', empty], /^error: --tls-cert-file: .*empty: /],
    [['--tls', '--token-file', empty], /^error: --token-file: .*empty is empty/],
    [['--address', '0.0.0.0'], /^error: --address: 0\.0\.0\.0 is not a loopback address: it needs --tls/],
  ]) {
    const { code, stderr } = await runServe('--port', '0', ...options).ended;
    assert.equal(code, 2, options.join(' '));
    assert.match(stderr, message);
  }
});
