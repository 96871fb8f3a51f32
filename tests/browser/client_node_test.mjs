// SPDX-License-Identifier: Apache-2.0
// Kubernetes' own JavaScript client in the page, on the cluster of its <rockpool-sandbox>, under the page's own
// policy, which lets no code be made from strings.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sandbox, openPage, until } from './browser.mjs';
import { bundleClient } from './client_node/bundle.mjs';

const bundle = bundleClient();

// A page in which `globalThis.client` is {k8s, config} for the sandbox's cluster.
async function open(during) {
  const opened = await openPage({ during, viewport: { width: 900, height: 600 } });
  const body = await bundle;
  await opened.page.route(`${opened.url}client.js`, (route) => route.fulfill({ contentType: 'text/javascript', body }));
  const sandbox = new Sandbox(opened.page);
  await sandbox.ready();
  await opened.page.evaluate(async () => {
    const { cluster } = document.querySelector('rockpool-sandbox');
    const [{ createFetch }, { k8s, useFetch }] = await Promise.all([import('./rockpool-fetch.js'), import('./client.js')]);
    useFetch(createFetch(cluster));
    const config = new k8s.KubeConfig();
    config.loadFromClusterAndUser({ name: 'page', server: 'http://cluster.invalid', skipTLSVerify: true }, { name: 'reader' });
    cluster.play(20);
    globalThis.client = { k8s, config };
  });
  return { ...opened, sandbox };
}

test('a page makes, reads, changes and deletes typed objects', async (t) => {
  const { page, errors } = await open(t);
  const made = await page.evaluate(async () => {
    const { k8s, config } = globalThis.client;
    const labels = { app: 'typed' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };
    const body = { metadata: { name: 'typed' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
    const { metadata } = await config.makeApiClient(k8s.AppsV1Api).createNamespacedDeployment({ namespace: 'default', body });
    return { name: metadata.name, isDate: metadata.creationTimestamp instanceof Date };
  });
  assert.deepEqual(made, { name: 'typed', isDate: true });
  const ready = () =>
    page.evaluate(async () => {
      const { k8s, config } = globalThis.client;
      const { status } = await config.makeApiClient(k8s.AppsV1Api).readNamespacedDeployment({ namespace: 'default', name: 'typed' });
      return status.readyReplicas;
    });
  await until(async () => (await ready()) === 2, 'the Pods do not get ready');
  await page.evaluate(() => {
    const { k8s, config } = globalThis.client;
    const body = [{ op: 'replace', path: '/spec/replicas', value: 3 }];
    return config.makeApiClient(k8s.AppsV1Api).patchNamespacedDeployment({ namespace: 'default', name: 'typed', body });
  });
  const pods = () =>
    page.evaluate(async () => {
      const { k8s, config } = globalThis.client;
      const { items } = await config.makeApiClient(k8s.CoreV1Api).listNamespacedPod({ namespace: 'default', labelSelector: 'app=typed' });
      return items.length;
    });
  await until(async () => (await pods()) === 3, 'there is no third Pod');
  await page.evaluate(() => {
    const { k8s, config } = globalThis.client;
    return config.makeApiClient(k8s.AppsV1Api).deleteNamespacedDeployment({ namespace: 'default', name: 'typed' });
  });
  await until(async () => (await pods()) === 0, 'the Pods stay');
  const refused = await page.evaluate(async () => {
    const { k8s, config } = globalThis.client;
    try {
      await config.makeApiClient(k8s.AppsV1Api).readNamespacedDeployment({ namespace: 'default', name: 'typed' });
    } catch ({ code, body }) {
      return { code, reason: JSON.parse(body).reason };
    }
  });
  assert.deepEqual(refused, { code: 404, reason: 'NotFound' });
  assert.deepEqual(errors, []);
});

test('an informer in a page hears of all changes, and starts anew after it was stopped', async (t) => {
  const { page, errors } = await open(t);
  await page.evaluate(async () => {
    const { k8s, config } = globalThis.client;
    const core = config.makeApiClient(k8s.CoreV1Api);
    const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace: 'default' }));
    globalThis.changes = [];
    for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => globalThis.changes.push(`${verb} ${metadata.name}`));
    Object.assign(globalThis.client, { core, informer });
    await informer.start();
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'one' } } });
    await core.replaceNamespacedConfigMap({ namespace: 'default', name: 'one', body: { metadata: { name: 'one' }, data: { a: 'b' } } });
  });
  const heard = (change) => until(() => page.evaluate((value) => globalThis.changes.includes(value), change), `not heard: ${change}`);
  await heard('add one');
  await heard('update one');
  await page.evaluate(async () => {
    const { core, informer } = globalThis.client;
    await informer.stop();
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'one' });
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'two' } } });
    await informer.start();
  });
  await heard('delete one');
  await heard('add two');
  await page.evaluate(() => globalThis.client.core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'three' } } }));
  await heard('add three');
  await page.evaluate(() => globalThis.client.informer.stop());
  assert.deepEqual(errors, []);
});

test('what the page sees in its cluster is what the client sees, and no code is made from strings', async (t) => {
  const { page, sandbox, errors } = await open(t);
  await sandbox.ask((element) => element.cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}, data: {a: b}}'));
  const seen = await page.evaluate(async () => {
    const { k8s, config } = globalThis.client;
    const { data } = await config.makeApiClient(k8s.CoreV1Api).readNamespacedConfigMap({ namespace: 'default', name: 'mine' });
    let refused = '';
    try {
      globalThis.eval('1');
    } catch ({ name }) {
      refused = name;
    }
    return { data, refused };
  });
  assert.deepEqual(seen, { data: { a: 'b' }, refused: 'EvalError' });
  assert.ok(errors.every((error) => error.includes("'unsafe-eval'")), `${errors}`);
});
