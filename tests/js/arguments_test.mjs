// SPDX-License-Identifier: Apache-2.0
// A wrong argument is named, and does nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Rockpool, StatusError } from '../../dist/rockpool.js';

let cluster;
before(async () => { cluster = await Rockpool.create({ dns: false }); });
after(() => cluster.destroy());

// What is called, and what the refusal speaks of.
const mistakes = {
  'options: expected an object': () => Rockpool.create(null),
  'options.nodes: ': () => Rockpool.create({ nodes: '3' }),
  'options.seed: ': () => Rockpool.create({ seed: -1 }),
  'options.start: ': () => Rockpool.create({ start: 'today' }),
  'options.proxyMode: ': () => Rockpool.create({ proxyMode: 'ebpf' }),
  'options.proxyDelay: ': () => Rockpool.create({ proxyDelay: 'long' }),
  'options.serviceCidr: expected networks': () => Rockpool.create({ serviceCidr: 7 }),
  'options: service CIDR: 10.0.0.0/8 is too large': () => Rockpool.create({ serviceCidr: '10.0.0.0/8' }),
  'options: Pod CIDR: expected a network': () => Rockpool.create({ podCidr: 'many' }),
  'options.node: unknown': () => Rockpool.create({ node: 3 }),
  'snapshot: expected a string': () => Rockpool.restore(undefined),
  'apply.yaml: expected a string': () => cluster.apply(),
  'request: expected an object, not undefined': () => cluster.request(),
  'request: expected an object, not null': () => cluster.request(null),
  'request.path: expected a string': () => cluster.request({}),
  'request.headers': () => cluster.request({ path: '/api', headers: { a: 1 } }),
  'request.method': () => cluster.request({ path: '/api', method: 7 }),
  'watch.onEvent: expected a function': () => cluster.watch('/api/v1/pods'),
  'watch.onEnd: expected a function': () => cluster.watch('/api/v1/pods', () => {}, 'later'),
  'watch.path: expected a string': () => cluster.watch(7, () => {}),
  'fetch.url: expected a string': () => cluster.fetch(),
  'fetch.timeout: ': () => cluster.fetch('http://web', { timeout: {} }),
  'fetch.from: ': () => cluster.fetch('http://web', { from: 7 }),
  'fetch.method: ': () => cluster.fetch('http://web', { method: 7 }),
  'fetch.insecure: expected true or false': () => cluster.fetch('https://web', { insecure: 'yes' }),
  'fetch.authorities: ': () => cluster.fetch('https://web', { authorities: true }),
  'fault: expected an object': () => cluster.fault(),
  'fault: expected an object, not string': () => cluster.fault('kill'),
  'setProxyMode.mode: expected a string': () => cluster.setProxyMode(),
  'setProxyMode.ipvsScheduler: expected a string': () => cluster.setProxyMode('ipvs', { ipvsScheduler: 3 }),
  'proxyRules.node: expected a string': () => cluster.proxyRules(),
  'connections.node: expected a string': () => cluster.connections(),
  'affinities.node: expected a string': () => cluster.affinities(1),
  'advance.span: expected a string, not undefined': () => cluster.advance(),
  'advance.span: expected a string, not number': () => cluster.advance(-1),
  'play.speed: expected a speed': () => cluster.play('fast'),
};

for (const [begin, call] of Object.entries(mistakes)) {
  test(`refused: ${call.toString().replace(/^\(\) => /, '')}`, async () => {
    const digest = cluster.digest();
    await assert.rejects(async () => call(), error => {
      assert.ok(error instanceof StatusError, `${error}`);
      assert.equal(error.status.code, 400);
      assert.ok(error.message.startsWith(begin), error.message);
      return true;
    });
    assert.equal(cluster.digest(), digest);
  });
}
