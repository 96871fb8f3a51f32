// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Rockpool, StatusError } from '../../dist/rockpool.js';
import { webManifest } from '../manifests/web.mjs';

const WEB = webManifest();

const pods = async (cluster, selector) => {
  const path = '/api/v1/namespaces/default/pods';
  const response = await cluster.request({ path, query: { labelSelector: selector } });
  assert.equal(response.status, 200);
  return JSON.parse(response.body).items;
};

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof StatusError, `${error}`);
    return error;
  }
  return assert.fail('nothing was refused');
}

test('a cluster runs what is applied and answers requests by Service name', async () => {
  const cluster = await Rockpool.create({ seed: 1, nodes: 3 });
  const applied = await cluster.apply(WEB);
  assert.deepEqual(applied[1], { kind: 'Service', namespace: 'default', name: 'web', result: 'created' });
  cluster.advance('30s');
  const running = await pods(cluster, 'app=web');
  assert.deepEqual(running.map((pod) => pod.status.phase), ['Running', 'Running', 'Running']);

  const names = new Set();
  for (let count = 0; count < 6; ++count) {
    const answer = await cluster.fetch('http://web/hostname', { from: 'pod/default/client' });
    assert.equal(answer.status, 200, JSON.stringify(answer.failure));
    names.add(answer.body);
    assert.ok(answer.trace.some((hop) => hop.kind === 'dns_answer'));
    assert.ok(answer.trace.some((hop) => hop.kind === 'choice' && hop.pod === `default/${answer.body}`));
  }
  assert.deepEqual([...names].sort(), running.map((pod) => pod.metadata.name).sort());
  assert.equal((await cluster.apply(WEB))[0].result, 'unchanged');
  cluster.destroy();
});

test('a killed Pod is replaced and a watch tells of it', async () => {
  const cluster = await Rockpool.create({ seed: 2 });
  await cluster.apply(WEB);
  cluster.advance('30s');
  const victim = (await pods(cluster, 'app=web'))[0].metadata.name;
  const seen = [];
  const stop = cluster.watch('/api/v1/namespaces/default/pods', ({ type, object }) =>
    seen.push(`${type} ${object.metadata.name}`),
  );
  await cluster.fault({ kill: `pod/default/${victim}`, now: true });
  cluster.advance(30);
  assert.ok(seen.includes(`DELETED ${victim}`), seen.join('\n'));
  stop();
  const count = seen.length;
  const present = (await pods(cluster, 'app=web')).map((pod) => pod.metadata.name);
  assert.equal(present.length, 3);
  assert.ok(!present.includes(victim));
  await cluster.fault({ kill: `pod/default/${present[0]}`, now: true });
  cluster.advance('10s');
  assert.equal(seen.length, count, 'a stopped watch is silent');
  cluster.destroy();
});

test('equal seeds and inputs give equal histories, and a snapshot comes back to one', async () => {
  const live = async (seed) => {
    const cluster = await Rockpool.create({ seed });
    await cluster.apply(WEB);
    cluster.advance('20s');
    await cluster.fetch('http://web/', { from: 'pod/default/client' });
    return cluster;
  };
  const [one, two, other] = [await live(7), await live(7), await live(8)];
  assert.equal(one.digest(), two.digest());
  assert.notEqual(one.digest(), other.digest());
  assert.equal(one.now(), two.now());

  const restored = await Rockpool.restore(one.snapshot());
  assert.equal(restored.digest(), one.digest());
  assert.equal(restored.now(), one.now());
  restored.advance('1m');
  one.advance('1m');
  assert.equal(restored.digest(), one.digest());
  for (const cluster of [one, two, other, restored]) cluster.destroy();
});

test('what a node holds is shown in the notation of its mode', async () => {
  const cluster = await Rockpool.create();
  await cluster.apply(WEB);
  cluster.advance('30s');
  const notations = { userspace: /REDIRECT --to-ports/, iptables: /-j KUBE-SVC-/, ipvs: /Masq/, nftables: /numgen random/ };
  for (const [mode, notation] of Object.entries(notations)) {
    await cluster.setProxyMode(mode);
    assert.match(cluster.proxyRules('node-1'), notation);
  }
  assert.equal((await cluster.fetch('http://web/', { from: 'pod/default/client' })).status, 200);
  const tracked = ['node-1', 'node-2', 'node-3'].flatMap((node) => cluster.connections(node));
  const translated = tracked.find((entry) => entry.protocol === 'TCP' && entry.replySource !== entry.destination);
  assert.equal(translated.state, 'TIME_WAIT');
  assert.ok(translated.remainingSeconds > 100);
  assert.deepEqual(cluster.affinities('node-1'), []);
  assert.throws(() => cluster.proxyRules('node-9'), /not found/);
  cluster.destroy();
});

test('a request that would fail is explained', async () => {
  const cluster = await Rockpool.create();
  await cluster.apply(WEB);
  cluster.advance('30s');
  assert.equal((await cluster.explain('http://web/', { from: 'pod/default/client' })).cause, 'none');
  const wrong = await cluster.explain('http://wbe/', { from: 'pod/default/client' });
  assert.equal(wrong.cause, 'name_not_found');
  assert.equal(wrong.advice, 'Did you mean web?');
  assert.equal(wrong.findings.at(-1).isWell, false);
  const from = 'pod/default/client';
  assert.equal((await cluster.explain('dns://web', { from })).cause, 'none');
  assert.equal((await cluster.explain('udp://web:80', { from })).cause, 'wrong_protocol');
  assert.equal((await cluster.explain('http://web/', { from, host: 'shop.example' })).cause, 'none');
  assert.match((await refusal(cluster.explain('udp://web', { from }))).message, /url: udp needs a port/);
  assert.match((await refusal(cluster.explain('http://web/', { from: 7 }))).message, /explain: from: expected a string/);
  assert.match((await refusal(cluster.explain('http://web/', { host: [] }))).message, /explain: host: expected a string/);
  assert.match((await refusal(cluster.explain('http://web/', { from: 'pod/default/nobody' }))).message, /not found/);
  cluster.destroy();
});

test('a request that has failed is explained by what happened to it', async () => {
  const cluster = await Rockpool.create();
  await cluster.apply(WEB.replace('replicas: 3', 'replicas: 1'));
  cluster.advance('30s');
  const from = 'pod/default/client';
  const url = 'http://web/shell?cmd=sleep%204';
  const answer = await cluster.fetch(url, { from });
  assert.equal(answer.status, 200);
  assert.equal((await cluster.explain(url, { from, failed: answer })).cause, 'none');
  // Its process stops while it has an answer to give.
  const [victim] = await pods(cluster, 'app=web');
  await cluster.fault({ kill: `pod/default/${victim.metadata.name}` });
  const failed = await cluster.fetch(url, { from });
  assert.ok(failed.failure, JSON.stringify(failed));
  const explanation = await cluster.explain(url, { from, failed });
  assert.equal(explanation.cause, 'stopped_too_soon', JSON.stringify([failed, explanation]));
  assert.ok(explanation.summary.startsWith(`The Pod ${victim.metadata.name} `), explanation.summary);
  // It can be told from what was kept of it too; meanwhile another Pod has come.
  cluster.advance('60s');
  assert.equal((await cluster.explain(url, { from })).cause, 'none');
  const later = await cluster.explain(url, { from, failed: JSON.parse(JSON.stringify(failed)) });
  assert.equal(later.cause, 'stopped_too_soon', later.summary);
  cluster.destroy();
});

test('what is no result of fetch is refused by name', async () => {
  const cluster = await Rockpool.create();
  const refused = async (failed) => (await refusal(cluster.explain('http://web/', { failed }))).message;
  assert.match(await refused('late'), /explain: failed: expected the result of fetch/);
  assert.match(await refused({ status: 200 }), /explain: failed: expected the result of fetch/);
  const hop = { kind: 'client', time: '2025-01-01T00:00:00Z' };
  assert.match(await refused({ trace: [hop, { ...hop, kind: 'leap' }] }), /explain: failed\.trace\[1\]\.kind: expected/);
  assert.match(await refused({ trace: [{ ...hop, time: 'noon' }] }), /explain: failed\.trace\[0\]\.time: expected/);
  assert.match(await refused({ trace: [{ ...hop, to: 'web' }] }), /explain: failed\.trace\[0\]\.to: expected/);
  assert.match(await refused({ trace: [{ ...hop, failure: 'sloth' }] }), /explain: failed\.trace\[0\]\.failure: expected/);
  assert.match(await refused({ trace: [hop], failure: { kind: 'sloth' } }), /explain: failed\.failure\.kind: expected/);
  assert.match(await refused({ trace: [hop], status: 'fine' }), /explain: failed\.status: expected/);
  cluster.destroy();
});

test('the mode of the proxies is chosen at the start and changed while the cluster runs', async () => {
  const cluster = await Rockpool.create({ proxyMode: 'ipvs', ipvsScheduler: 'sh' });
  await cluster.apply(WEB);
  cluster.advance('30s');
  const answers = async () => {
    const names = new Set();
    for (let count = 0; count < 9; ++count) {
      names.add((await cluster.fetch('http://web/hostname', { from: 'pod/default/client' })).body);
    }
    return names.size;
  };
  assert.equal(await answers(), 1, 'one client, one place in the table');
  await cluster.setProxyMode('ipvs', { ipvsScheduler: 'rr' });
  assert.equal(await answers(), 3);
  await assert.rejects(cluster.setProxyMode('ebpf'), /expected userspace, iptables, ipvs or nftables/);
  await assert.rejects(Rockpool.create({ proxyMode: 'ebpf' }), /options.proxyMode/);
  cluster.destroy();
});

test('a cluster has the IP families that it is made with', async () => {
  const cluster = await Rockpool.create({ ipFamilies: ['IPv6', 'IPv4'] });
  await cluster.apply(WEB);
  cluster.advance('30s');
  const read = async path => JSON.parse((await cluster.request({ path })).body);
  const pod = await read('/api/v1/namespaces/default/pods/client');
  assert.equal(pod.status.podIPs.length, 2);
  assert.match(pod.status.podIP, /^fd00:10:244:/);
  const service = await read('/api/v1/namespaces/default/services/web');
  assert.match(service.spec.clusterIP, /^fd00:10:96::/);
  const answer = await cluster.fetch(`http://[${service.spec.clusterIP}]/clientip`, { from: 'pod/default/client' });
  assert.equal(answer.status, 200);
  assert.match(answer.body, /^\[f/);
  const copy = await Rockpool.restore(cluster.snapshot());
  assert.equal(copy.digest(), cluster.digest());
  await assert.rejects(Rockpool.create({ ipFamilies: ['IPv4', 'IPv4'] }), /options.ipFamilies/);
  copy.destroy();
  cluster.destroy();
});

test('errors are Status objects that say where', async () => {
  const cluster = await Rockpool.create();
  const before = cluster.digest();
  const mistake = await refusal(cluster.apply('apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  prots: []\n'));
  assert.equal(mistake.line, 6);
  assert.match(mistake.status.message, /unknown field "spec\.prots"/);
  assert.equal((await refusal(cluster.apply(42))).status.code, 400);
  assert.equal((await refusal(cluster.fetch('http://x/', { from: 'pod/default/nobody' }))).status.code, 404);
  assert.match((await refusal(cluster.fault({ kill: 'web' }))).message, /expected pod\/NAMESPACE\/NAME/);
  assert.match((await refusal(Rockpool.create({ nodes: -1 }))).message, /options\.nodes/);
  assert.match((await refusal(Rockpool.create({ sed: 1 }))).message, /options\.sed: unknown/);
  assert.match((await refusal(Rockpool.restore('{'))).message, /snapshot: line 1/);
  assert.throws(() => cluster.advance('soon'), StatusError);
  assert.throws(() => cluster.play(0), StatusError);
  assert.equal((await cluster.request({ path: '/api/v1/nothing' })).status, 404);
  assert.equal(cluster.digest(), before);
  cluster.destroy();
  assert.throws(() => cluster.now(), StatusError);
});

test('playing follows the wall clock and pausing stops it', async () => {
  const cluster = await Rockpool.create();
  const start = Date.parse(cluster.now());
  cluster.play(100);
  assert.equal(cluster.playing, true);
  await new Promise((resolve) => setTimeout(resolve, 400));
  cluster.pause();
  const moved = Date.parse(cluster.now()) - start;
  assert.ok(moved > 5_000, `${moved} ms`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(Date.parse(cluster.now()) - start, moved);
  cluster.destroy();
});
