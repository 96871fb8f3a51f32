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

test('packets that are no queries are dropped, and others are still answered', async t => {
  const { dig, name, port } = await startDns(t);
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  const question = Buffer.from('\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01', 'latin1');
  for (const packet of [Buffer.from('x'), Buffer.alloc(12, 0xff), Buffer.alloc(60_000, 0xc0), question.subarray(0, 15),
                        Buffer.from('\0\x01\x81\x80\0\x01\0\x01\0\0\0\0\x01a\0\0\x01\0\x01', 'latin1')]) {
    socket.send(packet, port, '127.0.0.1');
  }
  for (const bytes of ['\0', '\0\0', '\0\x05abc', '\0\x03abc', '\xff\xff']) {
    const stream = connect(port, '127.0.0.1').on('error', () => {});
    stream.end(Buffer.from(bytes, 'latin1'));
  }
  await sleep(200);
  assert.equal(dig('+short', name), '10.96.0.1');
  assert.equal(dig('+short', '+tcp', name), '10.96.0.1');
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
