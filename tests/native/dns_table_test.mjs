// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --dns`: every row of dns_queries.txt, and a Service whose endpoints keep changing, asked with a real dig.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ask, eventually, startServer } from './server.mjs';

async function startDns(t) {
  const server = await startServer(t, '--dns', '0', '--speed', '10');
  const port = await eventually(() => /dig @127\.0\.0\.1 -p (\d+)/.exec(server.output.stdout)?.[1], 'the port');
  const dig = (...args) =>
      execFileSync('dig', ['@127.0.0.1', '-p', port, '+time=10', '+tries=3', ...args], { encoding: 'utf8' });
  const short = (...args) => dig('+short', ...args).trim().split('\n').filter(line => line).sort();
  await eventually(() => short('kubernetes.default.svc.cluster.local')[0] === '10.96.0.1', 'an answer');
  return { server, dig, short };
}

const create = async (server, path, body) => {
  const { status } = await ask(server, path, { method: 'POST', body });
  assert.equal(status, 201, JSON.stringify(body));
};

const makeService = (server, name, spec) =>
    create(server, '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const slice = (name, service, addressType, port, endpoints) => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType, endpoints, ports: [port],
  metadata: { name, labels: { 'kubernetes.io/service-name': service } },
});

const sql = { name: 'sql', port: 5432, protocol: 'TCP' };

async function makeWorld(server) {
  await makeService(server, 'web', {
    clusterIP: '10.96.7.7', ports: [{ name: 'http', port: 80 }, { name: 'probe', port: 9, protocol: 'UDP' }],
  });
  for (const name of ['db', 'empty', 'big']) await makeService(server, name, { clusterIP: 'None', ports: [sql] });
  await makeService(server, 'outside', { type: 'ExternalName', externalName: 'www.example.net' });
  await makeService(server, 'inside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' });
  await create(server, slicesPath, slice('db-v4', 'db', 'IPv4', sql, [
    { addresses: ['10.244.3.1'], hostname: 'first' }, { addresses: ['10.244.3.2'] },
    { addresses: ['10.244.3.3'], hostname: 'unready', conditions: { ready: false } },
  ]));
  await create(server, slicesPath, slice('db-v6', 'db', 'IPv6', sql, [{ addresses: ['fd00:10:244::7'] }]));
  const many = Array.from({ length: 40 }, (_, number) => ({ addresses: [`10.244.4.${number + 1}`] }));
  await create(server, slicesPath, slice('big-1', 'big', 'IPv4', sql, many));
}

const soa = /^(?:cluster\.local)\. 30 IN SOA ns\.dns\.cluster\.local\. hostmaster\.cluster\.local\. \d+ 7200 1800 86400 30$/;
const root = '. 30 IN SOA a.root-servers.net. nstld.verisign-grs.com. 2025010100 1800 900 604800 3600';

// A section's records in one line, in the words of the table.
function section(output, name, expected) {
  const text = new RegExp(`^;; ${name} SECTION:\\n((?:.+\\n)*)`, 'm').exec(output)?.[1] ?? '';
  const records = text.split('\n').filter(line => line).map(line => line.replace(/\s+/g, ' '));
  if (/^\d+ records$/.test(expected)) return `${records.length} records`;
  return records.map(record => soa.test(record) ? 'SOA' : record === root ? 'ROOT' : record).sort().join('; ');
}

function readTable() {
  const lines = readFileSync(new URL('./dns_queries.txt', import.meta.url), 'utf8').split('\n');
  return lines.filter(line => line && !line.startsWith('#')).map(line => line.split('|').map(cell => cell.trim()));
}

test('dig shows what the table says', async t => {
  const { server, dig, short } = await startDns(t);
  await makeWorld(server);
  await eventually(() => short('big.default.svc.cluster.local').length === 40, 'the last endpoints');
  const rows = readTable();
  assert.ok(rows.length >= 60, `${rows.length} rows`);
  const wrong = [];
  for (const [query, status, flags, answers, authority] of rows) {
    const output = dig(...query.split(' '));
    const found = [
      /status: (\w+),/.exec(output)?.[1], /^;; flags: ([\w ]*);/m.exec(output)?.[1], section(output, 'ANSWER', answers),
      section(output, 'AUTHORITY', authority),
    ];
    const expected = [status, flags, answers, authority];
    if (found.join('|') !== expected.join('|')) wrong.push(`${query}\n  is       ${found.join(' | ')}\n  expected ${expected.join(' | ')}`);
  }
  assert.equal(wrong.join('\n'), '');
});

test('options of EDNS come back: the size, the cookie, the DO bit', async t => {
  const { dig } = await startDns(t);
  const name = 'kubernetes.default.svc.cluster.local';
  assert.match(dig('+bufsize=1400', '+cookie=0102030405060708', name), /udp: 1400\n; COOKIE: 0102030405060708 \(echoed\)/);
  assert.match(dig('+dnssec', name), /; EDNS: version: 0, flags: do;/);
  assert.doesNotMatch(dig('+noedns', name), /OPT PSEUDOSECTION/);
});

test('a name has the right addresses while its endpoints change a thousand times', async t => {
  const { server, short } = await startDns(t);
  await makeService(server, 'db', { clusterIP: 'None', ports: [sql] });
  const endpoints = number => Array.from({ length: number % 4 }, (_, i) => ({ addresses: [`10.244.${number % 200}.${i + 1}`] }));
  await create(server, slicesPath, slice('db-1', 'db', 'IPv4', sql, endpoints(1)));
  for (let number = 1; number <= 1000; ++number) {
    const changed = await ask(server, `${slicesPath}/db-1`, { method: 'PUT', body: slice('db-1', 'db', 'IPv4', sql, endpoints(number)) });
    assert.equal(changed.status, 200);
    if (number % 20 !== 0 && number % 20 !== 3) continue;
    const expected = endpoints(number).map(({ addresses }) => addresses[0]).sort();
    await eventually(() => {
      const found = short('db.default.svc.cluster.local');
      // Never anything but what there was or will be.
      for (const address of found) assert.match(address, /^10\.244\.\d+\.[123]$/);
      return found.join() === expected.join();
    }, `the addresses of change ${number}`);
  }
});
