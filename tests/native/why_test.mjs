// SPDX-License-Identifier: Apache-2.0
// `rockpool why`: what is wrong with the way of a request, as things are and while they change.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { program, temporaryFolder } from './server.mjs';

function why(file, from, to, ...options) {
  const child = spawn(program, ['why', file, '--from', from, '--to', to, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', text => { output[name] += text; });
  return new Promise(resolve => {
    child.on('close', code => resolve({ code, ...output }));
  });
}

const web = ({ version = 1, more = {} } = {}) => JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' }, annotations: { version: `${version}` } },
          spec: {
            containers: [{
              name: 'web',
              image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
              args: ['netexec', '--http-port=8080'],
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/hostname', port: 8080 }, periodSeconds: 1 },
              ...more,
            }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client' },
      spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }] },
    },
  ],
});

async function manifest(t, text) {
  const file = path.join(await temporaryFolder(t), 'web.json');
  await writeFile(file, text);
  return file;
}

// A request that a Pod's end meets on its way.
const slow = 'http://web/shell?cmd=sleep%204';
const preStop = { lifecycle: { preStop: { sleep: { seconds: 10 } } } };

test('the first thing that is wrong with the way of a request', async t => {
  const file = await manifest(t, web());
  const well = await why(file, 'pod/client', 'http://web/');
  assert.match(well.stdout, /\n\nNothing is wrong on the way/);
  assert.equal(well.code, 0);
  const wrong = await why(file, 'pod/client', 'http://wbe/');
  assert.match(wrong.stdout, /\n✗ wbe is the name of nothing.*\n\nDid you mean web\?\n$/);
  assert.equal(wrong.code, 1);
  const nobody = await why(file, 'pod/nobody', 'http://web/');
  assert.match(nobody.stderr, /"nobody" not found/);
  assert.equal(nobody.code, 2);
});

test('a watch explains the first request that fails while Pods are replaced', async t => {
  const file = await manifest(t, web());
  const change = await manifest(t, web({ version: 2 }));
  const { code, stdout } = await why(file, 'pod/client', slow, '--watch', '60s', '--change', change);
  assert.match(stdout, /^Request \d+, made after .*, failed: curl: \(/);
  assert.match(stdout, /✗ The Pod web-.* (is being|was) deleted and its process stopped at once/);
  assert.match(stdout, /preStop: \{sleep: \{seconds: 10\}\}/);
  assert.equal(code, 1);
});

test('a watch during which nothing fails says so', async t => {
  const file = await manifest(t, web({ more: preStop }));
  const change = await manifest(t, web({ version: 2, more: preStop }));
  const { code, stdout } = await why(file, 'pod/client', slow, '--watch', '60s', '--change', change);
  assert.equal(stdout, 'None of 1200 requests in 60s has failed.\n');
  assert.equal(code, 0);
});

test('a watch counts an answer that is an error, and sees what is wrong all the time', async t => {
  const file = await manifest(t, web());
  const refused = await why(file, 'pod/client', 'http://web/echo?msg=no&code=503', '--watch', '10s');
  assert.match(refused.stdout, /^Request 1, made after 0s, was answered 503\n\n(✓.*\n)+\nNothing is wrong/);
  assert.equal(refused.code, 1);
  const wrong = await why(file, 'pod/client', 'http://wbe/', '--watch', '10s');
  assert.match(wrong.stdout, /^Request 1, .*Could not resolve host: wbe/);
  assert.match(wrong.stdout, /Did you mean web\?\n$/);
  assert.equal(wrong.code, 1);
});

test('what a watch cannot be is refused', async t => {
  const file = await manifest(t, web());
  for (const span of ['soon', '0s', '-1s']) {
    const { code, stderr } = await why(file, 'pod/client', 'http://web/', `--watch=${span}`);
    assert.match(stderr, /--watch: expected a duration/);
    assert.equal(code, 2);
  }
  const unread = await why(file, 'pod/client', 'http://web/', '--watch', '1s', '--change', `${file}.none`);
  assert.match(unread.stderr, /web\.json\.none/);
  assert.equal(unread.code, 2);
  const alone = await why(file, 'pod/client', 'http://web/', '--change', file);
  assert.notEqual(alone.code, 0);
});
