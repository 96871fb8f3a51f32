// SPDX-License-Identifier: Apache-2.0
// The page as a person uses it: real Chromium, real mouse and keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage } from './browser.mjs';

const PATIENCE_MS = 30_000;

let opened;
let page;

before(async () => {
  opened = await openPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  page = opened.page;
  await page.waitForFunction(() => document.querySelector('rockpool-sandbox')?.cluster, null, {
    timeout: PATIENCE_MS,
  });
});

after(async () => {
  assert.deepEqual(opened.errors, [], 'nothing is logged as an error');
  await opened.close();
});

const widgets = () => page.evaluate(() => document.querySelector('rockpool-sandbox').widgets());

// Waits until a widget whose id begins so is there and is as wanted; returns it.
async function find(prefix, isWanted = () => true) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const all = await widgets();
    const found = all.find((widget) => widget.id.startsWith(prefix) && isWanted(widget));
    if (found) return found;
    assert.ok(Date.now() < deadline, `no ${prefix} as wanted among ${all.map(({ id }) => id)}`);
    await page.waitForTimeout(50);
  }
}

async function click(prefix, options) {
  const { id, x, y, width, height } = await find(prefix);
  await page.mouse.click(x + width / 2, y + height / 2, options);
  return id;
}

async function typeManifest(text) {
  const { x, y } = await find('editor', ({ id }) => id === 'editor');
  await page.mouse.click(x + 120, y + 60);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Control+Enter');
}

async function get(path) {
  const response = await page.evaluate(
    (path) => document.querySelector('rockpool-sandbox').cluster.request({ path }),
    path,
  );
  return { status: response.status, object: JSON.parse(response.body) };
}

const webPods = async () =>
  (await get('/api/v1/namespaces/default/pods')).object.items.filter(({ metadata }) =>
    metadata.name.startsWith('web-'),
  );

test('a newcomer sees three Pods behind a Service that answers every request', async () => {
  await find('service/default/web');
  for (const node of ['node-1', 'node-2', 'node-3']) await find(`node/${node}`, ({ text }) => text === 'Ready');
  await find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1);
  await find('success/default/web', ({ text }) => text === '100 %');
});

test('what is typed into the editor is applied', async () => {
  await typeManifest('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typed}\ndata: {by: hand}');
  const path = '/api/v1/namespaces/default/configmaps/typed';
  // Keys are read frame by frame.
  for (let tries = 0; tries < 100 && (await get(path)).status !== 200; ++tries) await page.waitForTimeout(100);
  const { status, object } = await get(path);
  assert.equal(status, 200, JSON.stringify([object, (await widgets()).filter(({ id }) => /error/.test(id))]));
  assert.deepEqual(object.data, { by: 'hand' });
});

test('a mistake is told where it stands, and changes nothing', async () => {
  await typeManifest('apiVersion: v1\nkind: Service\nmetadata: {name: broken}\nspec: {prots: []}\n');
  const message = await find('editor/error', ({ text }) => text.includes('unknown field "spec.prots"'));
  const editor = await find('editor', ({ id }) => id === 'editor');
  assert.ok(message.y > editor.y && message.y < editor.y + 160, 'it stands near its line');
  assert.equal((await get('/api/v1/namespaces/default/services/broken')).status, 404);
});

test('a killed Pod loses its share to the others, then to its replacement', async () => {
  const victim = (await click('pod/default/web-', { button: 'right' })).slice('pod/default/'.length);
  await click('menu/kill-now');
  await find('pod/default/web-', ({ id }) => !id.endsWith(victim));
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const pods = await webPods();
    const ready = pods.filter(({ status }) =>
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    );
    if (ready.length === 3 && !pods.some(({ metadata }) => metadata.name === victim)) break;
    assert.ok(Date.now() < deadline, 'the Pod is not replaced');
    await page.waitForTimeout(100);
  }
  const present = (await webPods()).map(({ metadata }) => metadata.name);
  for (const name of present) {
    await find(`share/default/${name}`, ({ text }) => Number(text) > 0);
  }
});

test('pausing stops the clock, stepping moves it, playing lets it go on', async () => {
  const now = () => page.evaluate(() => document.querySelector('rockpool-sandbox').cluster.now());
  const until = async (isWanted, what) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (let last = await now(); ; ) {
      await page.waitForTimeout(300);
      const next = await now();
      if (isWanted(last, next)) return next;
      assert.ok(Date.now() < deadline, what);
      last = next;
    }
  };
  await click('play');
  const paused = await until((last, next) => last === next, 'the clock does not stop');
  await page.waitForTimeout(1000);
  assert.equal(await now(), paused);
  await click('step');
  const stepped = await until((last, next) => next !== paused, 'a step does not move the clock');
  assert.ok(Date.parse(stepped) >= Date.parse(paused), `${paused} ${stepped}`);
  await click('play');
  await until((last, next) => next !== stepped, 'the clock does not go on');
});

test('it fits a phone and a small window, and follows the page into the dark', async () => {
  for (const [width, height] of [[390, 844], [900, 600], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    const canvas = await page.evaluate(() => {
      const { width, height } = document.querySelector('rockpool-sandbox canvas').getBoundingClientRect();
      return { width, height, scroll: document.documentElement.scrollWidth };
    });
    assert.deepEqual(canvas, { width, height, scroll: width });
    for (const widget of await widgets()) {
      if (widget.id === 'play') assert.ok(widget.x >= 0 && widget.x + widget.width <= width, widget.id);
    }
  }
  const brightness = async () => {
    const { createHash } = await import('node:crypto');
    return createHash('sha1').update(await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 40 } })).digest('hex');
  };
  const light = await brightness();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(500);
  assert.notEqual(await brightness(), light);
  assert.ok(await page.evaluate(() => document.querySelector('rockpool-sandbox').hasAttribute('data-dark')));
});

test('the words for screen readers say what is to be seen', async () => {
  const outline = await page.evaluate(() => document.querySelector('rockpool-sandbox').outline);
  assert.match(outline, /Service default\/web: NodePort/);
  assert.match(outline, /Node node-1: Ready/);
});
