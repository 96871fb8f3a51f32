// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --dns`: a real dig, and packets that no dig would send.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ask, eventually, runServe, sleep, startServer, temporaryFolder } from './server.mjs';

async function startDns(t, ...options) {
  const server = await startServer(t, '--dns', '0', '--speed', '10', ...options);
  const dnsPort = await eventually(() => /dig @127\.0\.0\.1 -p (\d+)/.exec(server.output.stdout)?.[1], 'the port');
  const dig = (...args) =>
      execFileSync('dig', ['@127.0.0.1', '-p', dnsPort, '+time=3', '+tries=3', ...args], { encoding: 'utf8' }).trim();
  const name = 'kubernetes.default.svc.cluster.local';
  await eventually(() => dig('+short', '+time=1', '+tries=1', name) === '10.96.0.1', 'an answer');
  return { server, dig, name, port: Number(dnsPort) };
}

test('dig finds Services over UDP and TCP', async t => {
  const { server, dig, name } = await startDns(t);
  assert.equal(dig('+short', '+tcp', name), '10.96.0.1');
  assert.equal(dig('+short', '+notcp', '+noedns', name), '10.96.0.1');
  assert.equal(dig('+short', '-x', '10.96.0.1'), `${name}.`);
  assert.match(dig('+short', 'SRV', `_https._tcp.${name}`), /^0 100 443 kubernetes\.default\.svc\.cluster\.local\.$/);
  assert.match(dig('nothing.default.svc.cluster.local'), /status: NXDOMAIN/);
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } };
  const made = await ask(server, '/api/v1/namespaces/default/services', { method: 'POST', body });
  await eventually(() => dig('+short', 'web.default.svc.cluster.local') === made.body.spec.clusterIP, 'the new name');
});

test('a cluster without a node or DNS Pods says that it failed, or nothing', async t => {
  const server = await startServer(t, '--dns', '0', '--nodes', '0');
  const port = /-p (\d+)/.exec(server.output.stdout)[1];
  const answer = execFileSync('dig', ['@127.0.0.1', '-p', port, 'kubernetes.default.svc.cluster.local'], { encoding: 'utf8' });
  assert.match(answer, /status: SERVFAIL/);
});

// A query for the A records of `a.`, and headers with other counts and flags before its question.
const question = '\x01a\0\0\x01\0\x01';
const query = (flags, counts, rest = question) => Buffer.from(`\x12\x34${flags}${counts}${rest}`, 'latin1');
const oneQuestion = '\0\x01\0\0\0\0\0\0';
const malformed = [
  query('\x01\0', oneQuestion, ''), query('\x01\0', oneQuestion, '\x01a\0\0\x01'), query('\x01\0', oneQuestion, '\x3fabc\0\0\x01\0\x01'),
  // Names that point at themselves, forward, past the end, or are too long.
  query('\x01\0', oneQuestion, '\xc0\x0c\0\x01\0\x01'), query('\x01\0', oneQuestion, '\xc0\x0e\xc0\x0c\0\x01\0\x01'),
  query('\x01\0', oneQuestion, '\xff\xff\0\x01\0\x01'), query('\x01\0', oneQuestion, `${`\x3f${'a'.repeat(63)}`.repeat(5)}\0\0\x01\0\x01`),
  query('\x01\0', '\xff\xff\xff\xff\xff\xff\xff\xff'), query('\x01\0', '\0\x01\0\0\0\0\0\x01', `${question}\0\0\x29\x10\0\0\0\0\0\xff\xff`),
  query('\x01\0', '\0\0\0\0\0\0\0\0', ''),
];
const unanswered = [Buffer.from('x'), Buffer.alloc(0), Buffer.alloc(11), Buffer.alloc(60_000, 0xc0), query('\x81\x80', oneQuestion)];

test('packets that are no queries are dropped, broken ones answered with FORMERR', async t => {
  const { dig, name, port } = await startDns(t);
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  const answers = [];
  socket.on('message', message => answers.push(message));
  for (const packet of unanswered) socket.send(packet, port, '127.0.0.1');
  for (const packet of malformed) socket.send(packet, port, '127.0.0.1');
  socket.send(query('\x11\0', oneQuestion), port, '127.0.0.1');
  await eventually(() => answers.length > malformed.length, `answers, not ${answers.length}`);
  const codes = answers.map(answer => {
    assert.equal(answer.toString('latin1', 0, 2), '\x12\x34');
    assert.ok(answer[2] & 0x80);
    return answer[3] & 15;
  });
  assert.deepEqual(codes.sort(), [...malformed.map(() => 1), 4]);
  assert.equal(dig('+short', name), '10.96.0.1');
});

// The answers to messages over one TCP connection; ends when the server ends it.
function overTcp(t, port, bytes) {
  return new Promise(resolve => {
    const pieces = [];
    const stream = connect(port, '127.0.0.1').on('data', piece => pieces.push(piece)).on('error', () => {});
    t.after(() => stream.destroy());
    stream.on('close', () => resolve(Buffer.concat(pieces)));
    stream.write(bytes);
  });
}

test('bad messages over TCP end their connection and harm no other', async t => {
  const { dig, name, port } = await startDns(t);
  const framed = message => Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
  for (const message of malformed) {
    const answer = await new Promise(resolve => {
      const stream = connect(port, '127.0.0.1').once('data', resolve);
      t.after(() => stream.destroy());
      stream.write(framed(message));
    });
    assert.equal(answer[5] & 15, 1, message.toString('latin1'));
  }
  for (const message of unanswered.filter(({ length }) => length !== 1)) {
    assert.equal((await overTcp(t, port, framed(message))).length, 0);
  }
  for (const bytes of ['\0', '\0\0', '\0\x05abc', '\xff\xff']) connect(port, '127.0.0.1').on('error', () => {}).end(Buffer.from(bytes, 'latin1'));
  // More than are served at once; they are let go after a while.
  const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => silent.forEach(stream => stream.destroy()));
  assert.equal(dig('+short', name), '10.96.0.1');
  await eventually(() => dig('+short', '+tcp', '+tries=1', '+time=1', name) === '10.96.0.1', 'an answer over TCP');
});

test('a flood of packets costs little, and does not last', async t => {
  const { server, dig, name, port } = await startDns(t);
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  for (let count = 0; count < 20_000; ++count) {
    socket.send(unanswered[count % 3], port, '127.0.0.1');
    if (count % 500 === 0) await sleep(0);
  }
  assert.equal(dig('+short', name), '10.96.0.1');
  assert.equal((await ask(server, '/livez')).body, 'ok');
});

test('queries are part of the saved history', async t => {
  const state = ['--state', path.join(await temporaryFolder(t), 'state.json')];
  const { server, dig, name } = await startDns(t, ...state);
  dig(name);
  dig('+tcp', name);
  await server.stop();
  const again = await startDns(t, ...state);
  assert.equal(again.dig('+short', name), '10.96.0.1');
});

test('a wrong --dns is refused', async () => {
  for (const [value, message] of [['here', /--dns: here is no address and port/], ['70000', /--dns: 70000 is no/],
                                  ['0.0.0.0:0', /--dns: 0\.0\.0\.0 is not a loopback address/]]) {
    const { code, stderr } = await runServe('--port', '0', '--dns', value).ended;
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
