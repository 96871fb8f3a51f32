// SPDX-License-Identifier: Apache-2.0
// The HTTP server as clients meet it, well-behaved and hostile ones.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ask, eventually, rawConnection, runServe, startServer } from './server.mjs';

const configMap = (name, data = { key: 'value' }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const configMaps = '/api/v1/namespaces/default/configmaps';
const get = (target, ...headers) => [`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');

test('requests follow each other on one connection, also when sent at once', async t => {
  const server = await startServer(t);
  const raw = await rawConnection(t, server.port);
  raw.send(get('/livez'));
  await raw.receive(/HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
  raw.send(get('/readyz') + get('/version'));
  await raw.receive(/"gitVersion": "v1\.33\.0"/);
  assert.equal(raw.text.match(/HTTP\/1\.1 200 OK/g).length, 3);
  assert.equal(raw.hasEnded, false);
  raw.send(get('/livez', 'Connection: close'));
  await raw.closed();
});

test('a request by another host name is refused, as a rebound name would make it', async t => {
  const server = await startServer(t);
  for (const [host, status] of [['evil.example', 421], ['localhost.evil.example:80', 421], ['', 421],
                                ['localhost:1234', 200], ['127.0.0.1', 200], ['[::1]:80', 200]]) {
    const raw = await rawConnection(t, server.port);
    raw.send(`GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const [, got] = await raw.receive(/^HTTP\/1\.1 (\d+) /);
    assert.equal(Number(got), status, host);
    if (status !== 200) assert.match(raw.text, /"kind":"Status"[^]*Host header/);
  }
});

test('a request from a page of another origin is refused', async t => {
  const server = await startServer(t);
  const body = configMap('from-a-page');
  const refused = await ask(server, configMaps, { method: 'POST', body, headers: { origin: 'http://evil.example' } });
  assert.equal(refused.status, 403);
  assert.equal(refused.body.reason, 'Forbidden');
  assert.equal((await ask(server, `${configMaps}/from-a-page`)).status, 404);
  const own = await ask(server, configMaps, { method: 'POST', body, headers: { origin: server.url } });
  assert.equal(own.status, 201);
});

test('what is too large is refused with a Status, and the connection ends', async t => {
  const server = await startServer(t);
  const long = 'x'.repeat(70_000);
  for (const [text, status, message] of [
    [get('/livez', `X-Long: ${long}`), 431, /headers are larger/],
    [get(`/${long}`), 431, /headers are larger/],
    [`POST ${configMaps} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n`, 413, /limit is 3145728/],
  ]) {
    const raw = await rawConnection(t, server.port);
    raw.send(text);
    await raw.receive(new RegExp(`^HTTP/1\\.1 ${status} [^]*"kind":"Status"`));
    assert.match(raw.text, message);
    await raw.closed();
  }
  const chunked = await rawConnection(t, server.port);
  chunked.send(`POST ${configMaps} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (let count = 0; count < 64; ++count) chunked.send(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
  await chunked.receive(/^HTTP\/1\.1 413 /);
});

test('what is no HTTP is answered with 400 and an end', async t => {
  const server = await startServer(t);
  for (const text of ['nonsense\r\n\r\n', 'GET /livez HTTP/9.9\r\n\r\n', 'GET /livez HTTP/1.1\r\nno colon\r\n\r\n',
                      'POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n',
                      'POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
                      'GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n']) {
    const raw = await rawConnection(t, server.port);
    raw.send(text);
    await raw.receive(/^HTTP\/1\.1 400 [^]*"reason":"BadRequest"/);
    await raw.closed();
  }
  assert.equal((await ask(server, '/livez')).status, 200);
});

test('an object may come as Protocol Buffers, and a damaged one is refused', async t => {
  const server = await startServer(t);
  const field = (number, bytes) => Buffer.concat([Buffer.from([number << 3 | 2, bytes.length]), Buffer.from(bytes)]);
  const envelope = (kind, raw) => Buffer.concat([
    Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, 'v1'), field(2, kind)])), field(2, raw)]);
  // metadata {name: "wired", generateName: ""}, data {key: value, empty: ""}, immutable (a pointer) false.
  const raw = Buffer.concat([
    field(1, Buffer.concat([field(1, 'wired'), field(2, '')])),
    field(2, Buffer.concat([field(1, 'key'), field(2, 'value')])), field(2, field(1, 'empty')), Buffer.from([4 << 3, 0])]);
  const post = async body => {
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    const response = await fetch(server.url + configMaps, { method: 'POST', headers, body });
    return { status: response.status, body: await response.json() };
  };
  const made = await post(envelope('ConfigMap', raw));
  assert.equal(made.status, 201);
  assert.equal(made.body.metadata.name, 'wired');
  assert.deepEqual(made.body.data, { empty: '', key: 'value' });
  assert.equal(made.body.immutable, false);
  for (const [body, message] of [
    [Buffer.from('{}'), /expected prefix \[107 56 115 0\]/], [Buffer.alloc(0), /expected prefix/],
    [envelope('ConfigMap', raw.subarray(0, raw.length - 1)), /damaged/],
    [envelope('ConfigMap', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])), /damaged/],
    [envelope('ConfigMap', Buffer.from([0x0b])), /damaged/],
  ]) {
    const refused = await post(body);
    assert.equal(refused.status, 400);
    assert.match(refused.body.message, message);
  }
  assert.equal((await post(envelope('Unheard', raw))).status, 415);
});

test('a client that never finishes its request delays nobody', async t => {
  const server = await startServer(t);
  const slow = [];
  for (let count = 0; count < 50; ++count) {
    const raw = await rawConnection(t, server.port);
    raw.send('GET /livez HTTP/1.1\r\nHost: loc');
    slow.push(raw);
  }
  assert.equal((await ask(server, '/livez')).body, 'ok');
  assert.equal(slow.some(raw => raw.hasEnded), false);
});

test('a body waits for 100 Continue when its sender does', async t => {
  const server = await startServer(t);
  const raw = await rawConnection(t, server.port);
  const body = JSON.stringify(configMap('continued'));
  raw.send(`POST ${configMaps} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
           `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
  await raw.receive(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  raw.send(body);
  await raw.receive(/HTTP\/1\.1 201 Created/);
});

test('HEAD tells the length and sends no body', async t => {
  const server = await startServer(t);
  const raw = await rawConnection(t, server.port);
  raw.send('HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n' + get('/version'));
  await raw.receive(/Content-Length: 2\r\n\r\nHTTP\/1\.1 200 OK[^]*gitVersion/);
});

// Node's fetch unpacks by itself; this shows what was sent.
function askForGzip(server, target, encoding) {
  return new Promise((resolve, reject) => {
    request(server.url + target, { headers: { 'accept-encoding': encoding } }, response => {
      const pieces = [];
      response.on('data', piece => pieces.push(piece));
      response.on('end', () => resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(pieces) }));
    }).on('error', reject).end();
  });
}

test('a large answer is compressed for those who take it, a small one never', async t => {
  const server = await startServer(t);
  const made = await ask(server, configMaps, { method: 'POST', body: configMap('large', { text: 'abc '.repeat(60_000) }) });
  assert.equal(made.status, 201);
  const packed = await askForGzip(server, `${configMaps}/large`, 'deflate, gzip;q=0.8');
  assert.equal(packed.encoding, 'gzip');
  assert.ok(packed.body.length < 20_000);
  assert.equal(JSON.parse(gunzipSync(packed.body)).data.text.length, 240_000);
  assert.equal((await askForGzip(server, `${configMaps}/large`, 'gzip;q=0, deflate')).encoding, undefined);
  assert.equal((await askForGzip(server, '/version', 'gzip')).encoding, undefined);
});

test('a watch is a chunked stream of events, which ends at its time-out', async t => {
  const server = await startServer(t);
  await ask(server, configMaps, { method: 'POST', body: configMap('first') });
  const raw = await rawConnection(t, server.port);
  raw.send(get(`${configMaps}?watch=true&fieldSelector=metadata.name%3Dfirst&timeoutSeconds=2`));
  await raw.receive(/Transfer-Encoding: chunked\r\n[^]*"type":"ADDED"/);
  await ask(server, `${configMaps}/first`, { method: 'PUT', body: configMap('first', { key: 'changed' }) });
  await raw.receive(/"type":"MODIFIED","object":\{[^\n]*"changed"/);
  await ask(server, `${configMaps}/first`, { method: 'DELETE' });
  await raw.receive(/"type":"DELETED"[^\n]*\n\r\n/);
  await raw.receive(/\r\n0\r\n\r\n$/);
  raw.send(get('/livez'));
  await raw.receive(/\r\n\r\nok$/);
});

test('a watcher that takes nothing costs a bounded amount, and the others miss nothing', async t => {
  const server = await startServer(t);
  const lazy = await rawConnection(t, server.port);
  lazy.socket.pause();
  lazy.send(get(`${configMaps}?watch=true`));
  const eager = await rawConnection(t, server.port);
  eager.send(get(`${configMaps}?watch=true`));
  await eager.receive(/kube-root-ca/);
  const body = configMap('busy', { text: 'x'.repeat(100_000) });
  await ask(server, configMaps, { method: 'POST', body });
  for (let count = 0; count < 300; ++count) {
    body.data.count = String(count);
    assert.equal((await ask(server, `${configMaps}/busy`, { method: 'PUT', body })).status, 200);
  }
  await eager.receive(/"count":"299"/);
  assert.equal((eager.text.match(/"type":"MODIFIED"/g) ?? []).length, 300);
  lazy.socket.resume();
  await lazy.receive(/"count":"299"/);
});

test('a watcher that goes away is let go', async t => {
  const server = await startServer(t);
  for (let count = 0; count < 20; ++count) {
    const raw = await rawConnection(t, server.port);
    raw.send(get(`${configMaps}?watch=true`));
    await raw.receive(/"type":"ADDED"/);
    raw.socket.destroy();
  }
  const { readdir } = await import('node:fs/promises');
  await eventually(async () => (await readdir(`/proc/${server.child.pid}/fd`)).length < 20, 'fewer open files');
});

test('SIGTERM and SIGINT end it in good order, streams included', async t => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = await startServer(t);
    const watching = await rawConnection(t, server.port);
    watching.send(get(`${configMaps}?watch=true`));
    await watching.receive(/"type":"ADDED"/);
    const idle = await rawConnection(t, server.port);
    server.child.kill(signal);
    const { code } = await server.ended;
    assert.equal(code, 0);
    await watching.receive(/\r\n0\r\n\r\n$/);
    await idle.closed();
  }
});

test('time passes as fast as it is told to', async t => {
  const server = await startServer(t, '--speed', '1000', '--start', '2030-01-01T00:00:00Z');
  const ready = node => node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  await eventually(async () => (await ask(server, '/api/v1/nodes')).body.items.every(ready), 'ready nodes');
  const renewed = await eventually(async () => {
    const { body } = await ask(server, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1');
    return body.spec.renewTime > '2030-01-01T00:10' && body.spec.renewTime;
  }, 'ten minutes in the cluster');
  assert.match(renewed, /^2030-01-01/);
});

test('a watch lasts as long as its client says, however fast time passes', async t => {
  const server = await startServer(t, '--speed', '100');
  const begin = Date.now();
  const response = await fetch(`${server.url}/api/v1/namespaces?watch=1&timeoutSeconds=1`);
  await response.text();
  const lasted = Date.now() - begin;
  assert.ok(lasted > 800, `it lasted ${lasted} ms`);
});

test('a mistake on the command line is one line that names the flag', async t => {
  const server = await startServer(t);
  for (const [options, message] of [
    [['--port', String(server.port)], /^error: --port: \d+ is in use; choose another, or 0 for any\n$/],
    [['--port', '70000'], /^error: .*--port/],
    [['--address', '0.0.0.0'], /^error: --address: 0\.0\.0\.0 is not a loopback address/],
    [['--address', 'here'], /^error: --address: here is no IP address\n$/],
    [['--nodes', '-1'], /^error: --nodes: /],
    [['--speed', '0'], /^error: --speed: /],
    [['--start', 'soon'], /^error: --start: soon is neither/],
    [['--manifest', '/nowhere.yaml'], /^error: --manifest: \/nowhere\.yaml: No such file or directory\n$/],
    [['--kubeconfig', '/nowhere/at/all'], /^error: --kubeconfig: \/nowhere\/at\/all/],
    [['--state', '/nowhere/state'], /^error: --state: \/nowhere\/state\.lock: No such file or directory\n$/],
  ]) {
    const { code, stderr } = await runServe(...options, ...(options[0] === '--port' ? [] : ['--port', '0'])).ended;
    assert.equal(code, 2, options.join(' '));
    assert.match(stderr, message);
  }
});
