// SPDX-License-Identifier: Apache-2.0
// The page as a person uses it: real Chromium, real mouse and keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shareSandbox, until } from './browser.mjs';

let page;
const sandbox = shareSandbox({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' }, () => {
  page = sandbox.page;
});

const webPods = async () =>
  (await sandbox.get('/api/v1/namespaces/default/pods')).object.items.filter(({ metadata }) =>
    metadata.name.startsWith('web-'),
  );

test('a newcomer sees three Pods behind a Service that answers every request', async () => {
  await sandbox.find('service/default/web');
  for (const node of ['node-1', 'node-2', 'node-3']) await sandbox.find(`node/${node}`, ({ text }) => text === 'Ready');
  await sandbox.find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1);
  await sandbox.find('success/default/web', ({ text }) => text === '100 %');
});

test('what is typed into the editor is applied', async () => {
  await sandbox.typeManifest('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typed}\ndata: {by: hand}');
  const path = '/api/v1/namespaces/default/configmaps/typed';
  // Keys are read frame by frame.
  await until(async () => (await sandbox.get(path)).status === 200, 'it is not applied');
  assert.deepEqual((await sandbox.get(path)).object.data, { by: 'hand' });
});

test('a mistake is told where it stands, and changes nothing', async () => {
  await sandbox.typeManifest('apiVersion: v1\nkind: Service\nmetadata: {name: broken}\nspec: {prots: []}\n');
  const message = await sandbox.find('editor/error', ({ text }) => text.includes('unknown field "spec.prots"'));
  const editor = await sandbox.find('editor', ({ id }) => id === 'editor');
  assert.ok(message.y > editor.y && message.y < editor.y + 160, 'it stands near its line');
  assert.equal((await sandbox.get('/api/v1/namespaces/default/services/broken')).status, 404);
});

test('a killed Pod loses its share to the others, then to its replacement', async () => {
  const victim = (await sandbox.click('pod/default/web-', { button: 'right' })).slice('pod/default/'.length);
  await sandbox.click('menu/kill-now');
  await sandbox.find('pod/default/web-', ({ id }) => !id.endsWith(victim));
  await until(async () => {
    const pods = await webPods();
    const ready = pods.filter(({ status }) =>
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    );
    return ready.length === 3 && !pods.some(({ metadata }) => metadata.name === victim);
  }, 'the Pod is not replaced');
  const present = (await webPods()).map(({ metadata }) => metadata.name);
  for (const name of present) {
    await sandbox.find(`share/default/${name}`, ({ text }) => Number(text) > 0);
  }
});

test('pausing stops the clock, stepping moves it, playing lets it go on', async () => {
  const now = () => sandbox.ask((element) => element.cluster.now());
  const later = (time, what) =>
    until(async () => {
      const found = await now();
      return found !== time && found;
    }, what);
  await sandbox.click('play');
  await sandbox.find('play', ({ text }) => text.startsWith('Let time pass'));
  const paused = await now();
  await page.waitForTimeout(1000);
  assert.equal(await now(), paused);
  await sandbox.click('step');
  const stepped = await later(paused, 'a step does not move the clock');
  assert.ok(Date.parse(stepped) >= Date.parse(paused), `${paused} ${stepped}`);
  await sandbox.click('play');
  await later(stepped, 'the clock does not go on');
});

test('it fits a phone and a small window, and follows the page into the dark', async () => {
  for (const [width, height] of [[390, 844], [900, 600], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    // Drawn anew for this size: the top bar's last button is at its end.
    await sandbox.find('help', (help) => help.x + help.width <= width && help.x + help.width > width - 40);
    const canvas = await page.evaluate(() => {
      const { width, height } = document.querySelector('rockpool-sandbox canvas').getBoundingClientRect();
      return { width, height, scroll: document.documentElement.scrollWidth };
    });
    assert.deepEqual(canvas, { width, height, scroll: width });
    const play = await sandbox.find('play');
    assert.ok(play.x >= 0 && play.x + play.width <= width, JSON.stringify(play));
  }
  const brightness = async () => {
    const { createHash } = await import('node:crypto');
    return createHash('sha1').update(await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 40 } })).digest('hex');
  };
  const light = await brightness();
  await page.emulateMedia({ colorScheme: 'dark' });
  await until(async () => (await brightness()) !== light, 'it stays light');
  assert.ok(await page.evaluate(() => document.querySelector('rockpool-sandbox').hasAttribute('data-dark')));
});

test('the words for screen readers say what is to be seen', async () => {
  const outline = await sandbox.ask((element) => element.outline);
  assert.match(outline, /Service default\/web: NodePort/);
  assert.match(outline, /Node node-1: Ready/);
});

test('a screen reader is told what changes, and nothing else', async () => {
  assert.equal(await page.locator('rockpool-sandbox [aria-live]').count(), 1);
  const told = await page.locator('rockpool-sandbox > [aria-live]').evaluateHandle((element) => {
    const words = [];
    new MutationObserver(() => words.push(element.textContent)).observe(element, { childList: true });
    return words;
  });
  const hears = (words) =>
    until(async () => (await told.evaluate((all) => all.join('\n'))).includes(words), `"${words}" is not read out`);
  await sandbox.ask((element) =>
    element.cluster.apply('{apiVersion: v1, kind: Service, metadata: {name: told}, spec: {ports: [{port: 81}]}}'),
  );
  await hears('Service default/told: ClusterIP');
  await sandbox.typeManifest('nonsense');
  await hears('Nothing was applied: ');
  assert.doesNotMatch(await told.evaluate((all) => all.join('\n')), /node-1/);
});
