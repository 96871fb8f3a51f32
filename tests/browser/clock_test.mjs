// SPDX-License-Identifier: Apache-2.0
// The clock's slowest and fastest pace, and a fresh cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sandbox, openPage, shareSandbox, until } from './browser.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const sandbox = shareSandbox({ viewport: { width: 1440, height: 900 } });

const now = (one = sandbox) => one.ask((element) => Date.parse(element.cluster.now()));

// Drags the handle of the speed from wherever it is to one of the ends.
async function dragSpeed(end) {
  const { x, y, width, height } = await sandbox.find('speed', ({ id }) => id === 'speed');
  await sandbox.page.mouse.move(x + width / 2, y + height / 2);
  await sandbox.page.mouse.down();
  await sandbox.page.mouse.move(end === 'slowest' ? x - 40 : x + width + 40, y + height / 2, { steps: 4 });
  await sandbox.page.mouse.up();
}

// How far the cluster's clock goes until it has gone at least `least` further, and how long that takes, both in
// milliseconds. More time may seem to pass outside than does between the two looks inside, never less.
async function pace(least) {
  const started = performance.now();
  const before = await now();
  const passed = await until(async () => {
    const span = (await now()) - before;
    return span >= least && span;
  }, 'time stands still');
  return { passed, took: performance.now() - started };
}

test('at its slowest, ten seconds pass for each of the cluster', async () => {
  await dragSpeed('slowest');
  await sandbox.find('speed', ({ text }) => text === '0.1\u00D7');
  const { passed, took } = await pace(300);
  assert.ok(passed <= 0.1 * took + 30, `${passed} ms passed in ${took} ms`);
  // Requests are still shown on their way.
  await sandbox.find('flight/');
});

test('at its fastest, a minute of the cluster is over at once, and all goes well in it', async () => {
  await dragSpeed('fastest');
  await sandbox.find('speed', ({ text }) => text === '100\u00D7');
  const { passed, took } = await pace(60_000);
  assert.ok(passed <= 100 * took + 30_000, `${passed} ms passed in ${took} ms`);
  await sandbox.find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1);
  await sandbox.find('success/default/web', ({ text }) => text === '100 %');
});

test('a fresh cluster starts again at the same pace, with nothing of the old one', async () => {
  await sandbox.ask((element) => element.cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: old}}'));
  await sandbox.click('service/default/web');
  await sandbox.find('inspector/endpoints');
  // At this pace the new clock would soon have passed the old one.
  await sandbox.ask((element) => element.cluster.pause());
  const before = await now();
  await sandbox.click('reset');
  await sandbox.click('reset/ipv4');
  await until(async () => (await sandbox.get('/api/v1/namespaces/default/configmaps/old')).status === 404, 'it stays');
  assert.ok((await now()) < before, 'the clock goes on');
  await sandbox.click('play');
  await sandbox.find('speed', ({ text }) => text === '100\u00D7');
  await sandbox.find('service/default/web');
  assert.ok(!(await sandbox.widgets()).some(({ id }) => id === 'inspector/endpoints'), 'what is gone is selected');
  await sandbox.find('success/default/web', ({ text }) => text === '100 %');
});

test('a fresh cluster has both address families where they are chosen, on a phone too', async (t) => {
  const phone = await openPage({ during: t, ...PHONE });
  const one = new Sandbox(phone.page);
  await one.ready();
  const tap = async (id) => {
    const { x, y } = await one.middle(await one.find(id));
    await phone.page.touchscreen.tap(x, y);
  };
  await tap('reset');
  await tap('reset/dual-ipv4');
  const ranges = async () => (await one.get('/api/v1/nodes/node-1')).object.spec.podCIDRs;
  await until(async () => (await ranges()).length === 2, async () => `${await ranges()}`);
  // So has one whose element says so.
  const attributes = await phone.page.evaluate(async () => {
    const element = document.createElement('rockpool-sandbox');
    element.setAttribute('ip-families', 'IPv6,IPv4');
    element.setAttribute('load', 'eager');
    document.body.append(element);
    const cluster = await element.ready;
    const { body } = await cluster.request({ path: '/api/v1/namespaces/default/services/kubernetes' });
    return JSON.parse(body).spec.ipFamilies;
  });
  assert.deepEqual(attributes, ['IPv6']);
  assert.deepEqual(phone.errors, []);
});
