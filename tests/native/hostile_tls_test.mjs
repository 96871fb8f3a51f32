// SPDX-License-Identifier: Apache-2.0
// Handshakes that no well-behaved client begins: each ends by itself, costs little, and harms nobody else.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { connect as connectPlainly, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectSecurely } from 'node:tls';
import { askSecurely, startSecure } from './secure_server.mjs';
import { eventually, rawConnection } from './server.mjs';

// The first bytes that a client of today sends.
let hello;
let secure;
const undone = [];

function isServed() {
  return askSecurely(secure.server, '/api/v1/nodes', { ca: secure.ca, token: `Bearer ${secure.token}` });
}

async function openFiles() {
  return (await readdir(`/proc/${secure.server.child.pid}/fd`)).length;
}

async function recordHello() {
  const received = [];
  const listener = createServer(socket => socket.on('data', data => received.push(data)).on('error', () => {}));
  await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
  const client = connectSecurely({ port: listener.address().port, host: '127.0.0.1', servername: 'localhost' });
  client.on('error', () => {});
  const bytes = () => Buffer.concat(received);
  await eventually(() => bytes().length > 5 && bytes().length >= 5 + bytes().readUInt16BE(3), 'a ClientHello');
  client.destroy();
  listener.close();
  return bytes();
}

// What a client with these settings is told: `secureConnect`, or the error.
function handshake(options) {
  return new Promise(resolve => {
    const socket = connectSecurely({ port: secure.server.port, host: '127.0.0.1', servername: 'localhost', ca: secure.ca, ...options });
    socket.once('secureConnect', () => resolve(socket.getProtocol())).once('error', error => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed'));
    undone.push(() => socket.destroy());
  });
}

before(async () => {
  secure = await startSecure({ after: undo => undone.push(undo) });
  hello = await recordHello();
});
after(async () => {
  assert.equal((await isServed()).status, 200);
  const { code, stderr } = await secure.server.stop();
  assert.equal(code, 0);
  assert.equal(stderr, '');
  for (const undo of undone) await undo();
});

test('plain HTTP is told what it did wrong', async t => {
  for (const line of ['GET /api HTTP/1.1', 'POST /api HTTP/1.1', 'HEAD / HTTP/1.0', 'PUT /api HTTP/1.1']) {
    const raw = await rawConnection(t, secure.server.port);
    raw.send(`${line}\r\nHost: localhost\r\n\r\n`);
    await raw.receive(/^HTTP\/1\.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n$/);
    await raw.closed();
  }
  assert.equal((await isServed()).status, 200);
});

test('garbage ends the connection', async t => {
  const record = (type, version, length, body) =>
      Buffer.concat([Buffer.from([type, version >> 8, version & 255, length >> 8, length & 255]), body]);
  for (const bytes of [
    Buffer.alloc(5000, 0xff), Buffer.alloc(5000), Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), Buffer.from('DELETE / HTTP/1.1\r\n\r\n'),
    // An SSLv2 hello, a record that is too long, records of the wrong kind, and messages that are not what they say.
    Buffer.from('802e0100020015000000100100800300800700c006004002008004008000000000000000000000000000000000000000', 'hex'),
    record(22, 0x0301, 0xffff, Buffer.alloc(70_000)), record(23, 0x0303, 16, Buffer.alloc(16)), record(20, 0x0303, 1, Buffer.from([1])),
    record(21, 0x0303, 2, Buffer.from([2, 40])), record(22, 0x0301, 4, Buffer.from([1, 0, 0, 0])),
    record(22, 0x0301, 4, Buffer.from([2, 0, 0, 0])), record(22, 0x0301, 4, Buffer.from([1, 0xff, 0xff, 0xff])),
    Buffer.concat([hello.subarray(0, 11), Buffer.alloc(hello.length - 11, 0xaa)]),
  ]) {
    const raw = await rawConnection(t, secure.server.port);
    raw.send(bytes);
    // Whoever promised more must also stop sending.
    raw.socket.end();
    await raw.closed();
    assert.doesNotMatch(raw.text, /HTTP\/1\.1/);
  }
  assert.equal((await isServed()).status, 200);
});

test('a handshake that stops in the middle ends with its client', async t => {
  for (let length = 0; length < hello.length; length += 1 + Math.floor(hello.length / 20)) {
    const raw = await rawConnection(t, secure.server.port);
    raw.send(hello.subarray(0, length));
    raw.socket.end();
    await raw.closed();
  }
  // Also one that has the server's answer already.
  const raw = await rawConnection(t, secure.server.port);
  raw.send(hello);
  await raw.receive(/^\x16\x03/);
  raw.socket.end();
  await raw.closed();
  assert.equal((await isServed()).status, 200);
});

test('versions and ciphers of the past are refused, those of today are not', async () => {
  const old = { ciphers: 'ALL:@SECLEVEL=0' };
  for (const version of ['TLSv1', 'TLSv1.1']) {
    assert.match(await handshake({ ...old, minVersion: version, maxVersion: version }), /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, version);
  }
  assert.match(await handshake({ ciphers: 'NULL:@SECLEVEL=0', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), /HANDSHAKE_FAILURE|NO_CIPHER/);
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    assert.equal(await handshake({ minVersion: version, maxVersion: version }), version);
  }
});

test('clients that reset the connection in the middle are forgotten', async t => {
  const before = await openFiles();
  for (let i = 0; i < 50; ++i) {
    const raw = await rawConnection(t, secure.server.port);
    raw.send(hello.subarray(0, i % 2 === 0 ? hello.length : i));
    if (i % 2 === 0) await raw.receive(/^\x16\x03/);
    raw.socket.resetAndDestroy();
  }
  assert.equal((await isServed()).status, 200);
  await eventually(async () => await openFiles() <= before, 'the connections to be closed');
});

describe('handshakes that stall', () => {
  test('end after a while, and meanwhile others are served', async t => {
    const before = await openFiles();
    const stalled = [];
    for (let i = 0; i < 300; ++i) {
      const socket = connectPlainly(secure.server.port, '127.0.0.1');
      t.after(() => socket.destroy());
      const each = { hasEnded: false };
      socket.on('data', () => {});
      for (const event of ['end', 'close', 'error']) socket.on(event, () => { each.hasEnded = true; });
      // Some say nothing, some a part of it, some all but what follows the server's answer.
      socket.write(hello.subarray(0, [0, 1, 5, 40, hello.length][i % 5]));
      stalled.push(each);
    }
    // And one that sends a byte now and then.
    const slow = await rawConnection(t, secure.server.port);
    let sent = 0;
    const dripping = setInterval(() => { if (sent < hello.length) slow.send(hello.subarray(sent, ++sent)); }, 500);
    t.after(() => clearInterval(dripping));
    await eventually(async () => await openFiles() >= before + 300, 'the connections to be open');
    const answers = await Promise.all(Array.from({ length: 20 }, isServed));
    assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(200));
    await eventually(() => stalled.every(({ hasEnded }) => hasEnded), 'the end of what stalls', 60_000);
    await slow.closed(60_000);
    await eventually(async () => await openFiles() <= before, 'the connections to be closed');
  });
});

test('many at once, good and bad, do not mix up', async t => {
  const before = await openFiles();
  const good = [];
  for (let i = 0; i < 200; ++i) {
    const socket = connectPlainly(secure.server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => {}).on('data', () => {});
    socket.write([Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(100, i), hello.subarray(0, i), hello][i % 4]);
    if (i % 3 === 0) socket.on('connect', () => setImmediate(() => socket.resetAndDestroy()));
    if (i % 3 === 1) socket.end();
    if (i % 4 === 0) good.push(isServed());
  }
  assert.deepEqual((await Promise.all(good)).map(({ status }) => status), Array(50).fill(200));
  await eventually(async () => await openFiles() <= before, 'the connections to be closed', 60_000);
});
