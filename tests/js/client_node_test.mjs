// SPDX-License-Identifier: Apache-2.0
// Kubernetes' own JavaScript client on the page's library, by way of its `fetch`.
import assert from 'node:assert/strict';
import { register } from 'node:module';
import { test } from 'node:test';

import { createFetch } from '../../dist/rockpool-fetch.js';
import { Rockpool } from '../../dist/rockpool.js';
import { eventually } from '../native/server.mjs';
import { useFetch } from './node_fetch.mjs';

// The library's `node-fetch` is ours.
const ours = JSON.stringify(new URL('./node_fetch.mjs', import.meta.url).href);
const hook = `export const resolve = (name, context, next) =>
    name === 'node-fetch' ? { url: ${ours}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { configFor, k8s } = await import('../client-node/client.mjs');

const namespace = 'default';
const labels = { app: 'web' };

async function startCluster(t, speed = 20) {
  const cluster = await Rockpool.create();
  t.after(() => cluster.destroy());
  if (speed > 0) cluster.play(speed);
  useFetch(createFetch(cluster));
  return { cluster, config: configFor('http://cluster.invalid') };
}

test('typed objects are created, read, patched, listed and deleted', async t => {
  const { config } = await startCluster(t);
  const apps = config.makeApiClient(k8s.AppsV1Api);
  const core = config.makeApiClient(k8s.CoreV1Api);
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };
  const body = { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
  const made = await apps.createNamespacedDeployment({ namespace, body });
  assert.ok(made.metadata.creationTimestamp instanceof Date);
  await eventually(async () => (await apps.readNamespacedDeployment({ namespace, name: 'web' })).status.readyReplicas === 2, 'ready Pods');
  await apps.patchNamespacedDeployment({ namespace, name: 'web', body: [{ op: 'replace', path: '/spec/replicas', value: 3 }] });
  await eventually(async () => (await core.listNamespacedPod({ namespace, labelSelector: 'app=web' })).items.length === 3, 'three Pods');
  await assert.rejects(apps.createNamespacedDeployment({ namespace, body }), ({ code, body: text }) => code === 409 && JSON.parse(text).reason === 'AlreadyExists');
  await apps.deleteNamespacedDeployment({ namespace, name: 'web' });
  await eventually(async () => (await core.listNamespacedPod({ namespace })).items.length === 0, 'no Pods');
  await assert.rejects(apps.readNamespacedDeployment({ namespace, name: 'web' }), ({ code }) => code === 404);
});

test('an informer follows all changes, also after the history is gone (410)', async t => {
  const { cluster, config } = await startCluster(t);
  const core = config.makeApiClient(k8s.CoreV1Api);
  let lists = 0;
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => {
    ++lists;
    return core.listNamespacedConfigMap({ namespace });
  });
  t.after(() => informer.stop());
  const changes = [];
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => { changes.push(`${verb} ${metadata.name}`); });
  const make = name => core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  await informer.start();
  await make('one');
  await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { metadata: { name: 'one' }, data: { a: 'b' } } });
  await eventually(() => changes.at(-1) === 'update one', 'an update');
  await informer.stop();
  await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
  // More than is kept of the past.
  cluster.advance('10m');
  await make('two');
  await informer.start();
  await eventually(() => changes.includes('delete one') && changes.includes('add two'), 'what was missed');
  assert.equal(lists, 2);
  await make('three');
  await eventually(() => changes.includes('add three'), 'the next change');
});

test('a watch ends when it is told to, by its time-out or by the cluster that refuses it', async t => {
  const { cluster } = await startCluster(t, 0);
  const fetch = createFetch(cluster);
  const target = 'http://cluster.invalid/api/v1/namespaces/default/configmaps?watch=true';
  const timed = await fetch(`${target}&timeoutSeconds=5`);
  cluster.advance('10s');
  const lines = (await timed.text()).trimEnd().split('\n');
  assert.deepEqual(lines.map(line => JSON.parse(line).object.metadata.name), ['kube-root-ca.crt']);
  const control = new AbortController();
  const cut = await fetch(target, { signal: control.signal });
  control.abort();
  await assert.rejects(cut.text(), { name: 'AbortError' });
  await assert.rejects(fetch(target, { signal: control.signal }), { name: 'AbortError' });
  const cancelled = await fetch(target);
  await cancelled.body.cancel();
  const refused = await fetch(`${target}&resourceVersion=no`);
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).kind, 'Status');
});
