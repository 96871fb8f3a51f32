// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../tools/lib/serve.mjs';

let folder;
let server;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'serve-test-'));
  await mkdir(path.join(folder, 'site/sub'), { recursive: true });
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(folder, 'site/index.html'), '<p>home');
  await writeFile(path.join(folder, 'site/.hidden'), 'hidden');
  await writeFile(path.join(folder, 'site/sub/core.wasm'), 'wasm');
  await symlink(path.join(folder, 'secret.txt'), path.join(folder, 'site/link.txt'));
  server = await serve(path.join(folder, 'site'));
});

after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

// Sends the path exactly as given: fetch() would tidy it first.
function ask(rawPath, { method = 'GET', host } = {}) {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const options = { host: '127.0.0.1', port: server.port, path: rawPath, method, headers };
    request(options, response => {
      let body = '';
      response.on('data', chunk => { body += chunk; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', reject).end();
  });
}

test('a folder is answered with its index.html', async () => {
  const answer = await ask('/');
  assert.equal(answer.status, 200);
  assert.equal(answer.body, '<p>home');
  assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
});

test('Wasm has the type that streaming compilation needs, whatever the query', async () => {
  const answer = await ask('/sub/core.wasm?v=1');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/wasm');
});

test('HEAD answers without a body', async () => {
  const answer = await ask('/index.html', { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-length'], '7');
  assert.equal(answer.body, '');
});

test('the page may run no code made from strings', async () => {
  const policy = (await ask('/')).headers['content-security-policy'];
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
});

for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
  test(`${method} is refused`, async () => {
    const answer = await ask('/', { method });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'GET, HEAD');
  });
}

test('another host name is refused', async () => {
  assert.equal((await ask('/', { host: 'evil.example' })).status, 421);
  assert.equal((await ask('/', { host: `evil.example:${server.port}` })).status, 421);
  assert.equal((await ask('/', { host: `localhost:${server.port}` })).status, 200);
});

const outside = ['/../secret.txt', '/sub/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt',
                 '/..%5csecret.txt', '/link.txt', '/.hidden', '/%00', '/%zz', '/sub', '/missing.html',
                 '//secret.txt', 'http://127.0.0.1/secret.txt'];
for (const rawPath of outside) {
  test(`${rawPath} is not found`, async () => {
    const answer = await ask(rawPath);
    assert.equal(answer.status, 404);
    assert.doesNotMatch(answer.body, /secret|hidden/);
  });
}
