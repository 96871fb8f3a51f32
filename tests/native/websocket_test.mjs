// SPDX-License-Identifier: Apache-2.0
// exec and portforward over WebSockets, as client libraries and as nobody should speak them.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ask, eventually, rawConnection, startServer, temporaryFolder } from './server.mjs';

const pods = '/api/v1/namespaces/default/pods';

async function startPod(t, container) {
  const server = await startServer(t, '--speed', '10');
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec: { containers: [{ name: 'main', ...container }] } };
  const made = await ask(server, pods, { method: 'POST', body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  await eventually(async () => (await ask(server, `${pods}/box`)).body.status.phase === 'Running', 'a running Pod');
  return server;
}

const box = { image: 'busybox:1.36', command: ['sleep', '100000'] };
const exec = (...command) => `${pods}/box/exec?stdin=true&stdout=true&stderr=true&` + command.map(word => `command=${encodeURIComponent(word)}`).join('&');

// One frame from the client, masked by zeros.
function frame(payload, { opcode = 2, masked = true, flags = 0x80 } = {}) {
  const bytes = Buffer.from(payload, 'latin1');
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 0xff];
  length[0] |= masked ? 0x80 : 0;
  return Buffer.concat([Buffer.from([flags | opcode, ...length, ...(masked ? [0, 0, 0, 0] : [])]), bytes]);
}

// The whole frames that a text received from the server holds: [{opcode, payload}].
function parseFrames(text) {
  const bytes = Buffer.from(text, 'latin1');
  const frames = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = bytes[at] & 15;
    let length = bytes[at + 1] & 127;
    let start = at + 2;
    if (length === 126) { length = bytes.readUInt16BE(start); start += 2; }
    if (length === 127) { length = Number(bytes.readBigUInt64BE(start)); start += 8; }
    if (start + length > bytes.length) break;
    const payload = bytes.subarray(start, start + length).toString('latin1');
    // A long message comes in several frames.
    if (opcode === 0) frames.at(-1).payload += payload;
    else frames.push({ opcode, payload });
    at = start + length;
  }
  return frames;
}

async function open(t, server, target, subprotocol, ...headers) {
  const raw = await rawConnection(t, server.port);
  raw.send([`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Sec-WebSocket-Protocol: ${subprotocol}`, ...headers, '', ''].join('\r\n'));
  await raw.receive(/\r\n\r\n/);
  const end = () => raw.text.indexOf('\r\n\r\n') + 4;
  raw.head = raw.text.slice(0, end());
  raw.frames = () => parseFrames(raw.text.slice(end()));
  raw.channel = number => raw.frames().filter(({ opcode, payload }) => opcode === 2 && payload.charCodeAt(0) === number)
      .map(({ payload }) => payload.slice(1)).join('');
  return raw;
}

test('a command runs over v4 and v5, and its end comes as a Status', async t => {
  const server = await startPod(t, box);
  for (const subprotocol of ['v4.channel.k8s.io', 'v5.channel.k8s.io', 'other, v5.channel.k8s.io']) {
    const raw = await open(t, server, exec('sh', '-c', 'echo out; exit 3'), subprotocol);
    assert.match(raw.head, /^HTTP\/1\.1 101 [^]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
    assert.match(raw.head, new RegExp(`Sec-WebSocket-Protocol: ${subprotocol.slice(-17)}`, 'i'));
    const status = JSON.parse(await eventually(() => raw.channel(3), 'a Status'));
    assert.equal(status.reason, 'NonZeroExitCode');
    assert.deepEqual(status.details.causes, [{ reason: 'ExitCode', message: '3' }]);
    assert.equal(raw.channel(1), 'out\n');
    await eventually(() => raw.frames().some(({ opcode }) => opcode === 8), 'a close frame');
  }
});

test('standard input arrives, and v5 can end it', async t => {
  const server = await startPod(t, box);
  const raw = await open(t, server, exec('cat'), 'v5.channel.k8s.io');
  raw.send(frame('\0hello '));
  raw.send(frame('\0world'));
  await eventually(() => raw.channel(1) === 'hello world', 'an echo');
  raw.send(frame('\xff\0'));
  assert.equal(JSON.parse(await eventually(() => raw.channel(3), 'a Status')).status, 'Success');
});

test('a large input and its echo arrive whole', async t => {
  const server = await startPod(t, box);
  const raw = await open(t, server, exec('cat'), 'v5.channel.k8s.io');
  const piece = 'abcdefghij'.repeat(1000);
  for (let count = 0; count < 100; ++count) raw.send(frame(`\0${piece}`));
  raw.send(frame('\xff\0'));
  await eventually(() => raw.channel(3), 'a Status');
  // Not `equal`, which would print it all.
  assert.ok(raw.channel(1) === piece.repeat(100), `${raw.channel(1).length} bytes came back`);
});

test('what is no WebSocket request, or offers nothing known, is refused', async t => {
  const server = await startPod(t, box);
  const plain = await ask(server, exec('true'));
  assert.equal(plain.status, 400);
  assert.match(plain.body.message, /Upgrade request required/);
  for (const [target, subprotocol] of [[exec('true'), 'v9.unheard'], [`${pods}/box/portforward`, 'v5.channel.k8s.io']]) {
    const raw = await open(t, server, target, subprotocol);
    assert.match(raw.head, /^HTTP\/1\.1 400 /);
    await raw.receive(/none of the subprotocols offered is served/);
  }
  const spdy = await rawConnection(t, server.port);
  spdy.send(`POST ${exec('true')} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`);
  await spdy.receive(/^HTTP\/1\.1 400 [^]*only the WebSocket protocol is served/);
  const foreign = await open(t, server, exec('true'), 'v5.channel.k8s.io', 'Origin: http://evil.example');
  assert.match(foreign.head, /^HTTP\/1\.1 403 /);
});

test('bad frames end their connection and harm no other', async t => {
  const server = await startPod(t, box);
  const spdy = bytes => [`${pods}/box/portforward`, 'SPDY/3.1+portforward.k8s.io', frame(bytes)];
  for (const [target, subprotocol, bytes] of [
    [exec('cat'), 'v5.channel.k8s.io', frame('\0x', { masked: false })],
    [exec('cat'), 'v5.channel.k8s.io', frame('\0x', { opcode: 5 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('\0x', { flags: 0xf0 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('')], [exec('cat'), 'v5.channel.k8s.io', frame('\xff')],
    [exec('cat'), 'v5.channel.k8s.io', frame('', { opcode: 8, flags: 0x90 })],
    // Control frames may be neither long nor in parts; a continuation continues something.
    [exec('cat'), 'v5.channel.k8s.io', frame('x'.repeat(126), { opcode: 9 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('x', { opcode: 9, flags: 0 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('x', { opcode: 0 })],
    [exec('cat'), 'v5.channel.k8s.io', Buffer.concat([frame('\0x', { flags: 0 }), frame('\0x')])],
    [exec('cat'), 'v5.channel.k8s.io', frame('\xff\xfe\xfd', { opcode: 1 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('\x03', { opcode: 8 })],
    [exec('cat'), 'v5.channel.k8s.io', frame('\x03\xee', { opcode: 8 })],
    [exec('cat'), 'v5.channel.k8s.io', Buffer.concat([frame('\0', { flags: 0 }), ...Array(100).fill(frame('x'.repeat(60_000), { opcode: 0, flags: 0 }))])],
    [exec('cat'), 'v5.channel.k8s.io', Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    spdy('\x80\x09\0\x01\0\0\0\0'), spdy('\x80\x03\0\x01\0\0\0\x02xx'), spdy('\x80\x03\0\x01\0\xff\xff\xff'),
    spdy('\x80\x03\0\x01\0\0\0\x0e\0\0\0\x01\0\0\0\0\0\0zzzz'),
  ]) {
    const raw = await open(t, server, target, subprotocol);
    assert.match(raw.head, /^HTTP\/1\.1 101 /, `${target}: ${raw.head}`);
    raw.send(bytes);
    await eventually(() => raw.hasEnded || raw.frames().some(({ opcode }) => opcode === 8), 'an end');
  }
  const raw = await open(t, server, exec('echo', 'still here'), 'v4.channel.k8s.io');
  await eventually(() => raw.channel(1) === 'still here\n', 'an answer');
});

test('messages for channels that are not there, or make no sense, are passed over', async t => {
  const server = await startPod(t, box);
  const raw = await open(t, server, `${exec('cat')}&tty=false`, 'v5.channel.k8s.io');
  for (const message of ['\x01out', '\x02error', '\x03status', '\x04', '\x04{', '\x04[1,2]', '\x04{"Width":-1,"Height":"x"}',
                         '\x04{"Width":99999999999999999999}', '\x07seven', '\xfe', '\xff\x03', '\xff\x09', '\xff\0\0']) {
    raw.send(frame(message));
  }
  raw.send(frame('x', { opcode: 9 }));
  await eventually(() => raw.frames().some(({ opcode, payload }) => opcode === 10 && payload === 'x'), 'a pong');
  const other = await open(t, server, exec('echo', 'still here'), 'v4.channel.k8s.io');
  await eventually(() => other.channel(1) === 'still here\n', 'an answer');
});

test('a WebSocket by another host name is refused, as a rebound name would make it', async t => {
  const server = await startPod(t, box);
  const raw = await rawConnection(t, server.port);
  raw.send([`GET ${exec('true')} HTTP/1.1`, 'Host: evil.example', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: v5.channel.k8s.io', '', ''].join('\r\n'));
  await raw.receive(/^HTTP\/1\.1 421 /);
  for (const origin of ['null', 'https://localhost', `http://localhost:${server.port + 1}`, `http://localhost:${server.port}.evil.example`]) {
    const foreign = await open(t, server, exec('true'), 'v5.channel.k8s.io', `Origin: ${origin}`);
    assert.match(foreign.head, /^HTTP\/1\.1 403 /, origin);
  }
});

test('a client that vanishes takes its session along', async t => {
  const server = await startPod(t, box);
  for (let count = 0; count < 20; ++count) {
    const raw = await open(t, server, exec('cat'), 'v5.channel.k8s.io');
    raw.socket.destroy();
  }
  await eventually(async () => (await readdir(`/proc/${server.child.pid}/fd`)).length < 20, 'fewer open files');
});

test('a port is forwarded over plain channels, as client libraries do it', async t => {
  const server = await startPod(t, { image: 'nginx:1.27' });
  const raw = await open(t, server, `${pods}/box/portforward?ports=80`, 'v4.channel.k8s.io');
  await eventually(() => raw.frames().length >= 2, 'the port\'s number');
  assert.equal(raw.channel(0).slice(0, 2), 'P\0');
  assert.equal(raw.channel(1), 'P\0');
  raw.send(frame('\0GET / HTTP/1.1\r\nHost: box\r\n\r\n'));
  await eventually(() => /HTTP\/1\.1 200 OK[^]*Welcome to nginx/.test(raw.channel(0)), 'a page');
});

test('a running session ends when the server does', async t => {
  const server = await startPod(t, box);
  const raw = await open(t, server, exec('cat'), 'v5.channel.k8s.io');
  const { code } = await server.stop();
  assert.equal(code, 0);
  await raw.closed();
});

test('sessions are part of the saved history', async t => {
  const options = ['--speed', '10', '--state', path.join(await temporaryFolder(t), 'state')];
  const first = await startServer(t, ...options);
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec: { containers: [{ name: 'main', ...box }] } };
  await ask(first, pods, { method: 'POST', body });
  await eventually(async () => (await ask(first, `${pods}/box`)).body.status.phase === 'Running', 'a running Pod');
  const writing = await open(t, first, exec('sh', '-c', 'cat > /kept'), 'v5.channel.k8s.io');
  writing.send(frame('\0text'));
  writing.send(frame('\xff\0'));
  await eventually(() => writing.channel(3), 'a Status');
  await first.stop();
  const second = await startServer(t, ...options);
  const reading = await open(t, second, exec('cat', '/kept'), 'v5.channel.k8s.io');
  await eventually(() => reading.channel(1) === 'text', 'the text');
});
