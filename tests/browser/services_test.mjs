// SPDX-License-Identifier: Apache-2.0
// What leads from a Service to everything that makes it work, and from a failed request to its reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shareSandbox, until } from './browser.mjs';

const RATE_MS = 11_000;
const sandbox = shareSandbox({ viewport: { width: 1440, height: 900 } }, () =>
  sandbox.find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1),
);

const apply = (text) => sandbox.ask((element, manifest) => element.cluster.apply(manifest), text);

test('the proxies change their mode while requests go on', async () => {
  await sandbox.click('proxy-mode');
  await sandbox.click('proxy-mode/ipvs lc');
  await sandbox.find('proxy-mode', ({ text }) => text === 'proxy: ipvs lc');
  // The rate is that of the last ten seconds.
  const now = () => sandbox.ask((element) => Date.parse(element.cluster.now()));
  const changed = await now();
  await until(async () => (await now()) > changed + RATE_MS, 'time stands still');
  await sandbox.find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1);
  await sandbox.find('success/default/web', ({ text }) => text === '100 %');
});

test('a Service opens its endpoints and look-ups; they lead to its Pods and its clients', async () => {
  await sandbox.click('service/default/web');
  await sandbox.click('inspector/endpoints');
  await sandbox.find('endpoint/10.244.', ({ text }) => text === 'ready serving ');
  await sandbox.click('endpoint-pod/web-');
  await sandbox.find('inspector/logs');
  await sandbox.click('related/Service/web');
  await sandbox.click('inspector/dns');
  await sandbox.find('lookup/pod/default/client-', ({ text }) => text.startsWith('10.'));
  await sandbox.click('lookup-client/');
  await sandbox.find('inspector/logs');
});

test("a node opens its proxy's rules, as its tool prints them, and what its kernel tracks", async () => {
  await sandbox.click('inspector/summary');
  await sandbox.click('related/Node/');
  await sandbox.click('inspector/proxy');
  await sandbox.find('rule/default/web/', ({ text }) => text === '3');
  await sandbox.click('node-proxy/ipvsadm -Ln');
  await sandbox.find('proxy-text');
  await sandbox.click('node-proxy/Tracked');
  await sandbox.find('tracked/TCP/10.244.');
});

test('a failed request leads to its reason with one click', async () => {
  await apply('{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: wbe}, ports: [{port: 80}]}}');
  await sandbox.click('failure/pod/default/client-');
  const then = () => sandbox.find('why-then/verdict', ({ text }) => text.startsWith('selects_nothing'));
  assert.match((await then()).text, /app=wbe/);
  await sandbox.find('why/same');
  await apply('{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}');
  await sandbox.find('why/verdict', ({ text }) => text.startsWith('none'));
  await then();
});

test('another request is asked about by typing its URL', async () => {
  const { x, y } = await sandbox.middle(await sandbox.find('why-to', ({ id }) => id === 'why-to'));
  await sandbox.page.mouse.click(x, y);
  const owner = () => sandbox.page.evaluate(() => document.activeElement.tagName);
  await until(async () => (await owner()) === 'TEXTAREA', owner);
  await sandbox.page.keyboard.press('Control+a');
  await sandbox.page.keyboard.type('http://wbe/');
  await sandbox.find('why/verdict', ({ text }) => text.startsWith('name_not_found'));
});
