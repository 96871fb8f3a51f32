// SPDX-License-Identifier: Apache-2.0
// Several sandboxes on one page, as in documentation: each on its own, none for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PATIENCE_MS, Sandbox, colours, lookAt, openPage, until } from './browser.mjs';

const page = (body) => `<!doctype html><meta charset="utf-8"><script type="module" src="rockpool.js"></script>
<style>body { margin: 0 } rockpool-sandbox { height: 420px } p { height: 300px; margin: 0 }</style>${body}`;

// Remembers every graphics context and every memory of an engine, without keeping it.
function countResources() {
  const memories = [];
  const contexts = [];
  globalThis.resources = { memories, contexts };
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...values) => {
    const instance = await instantiate(...values);
    const memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
    memories.push(new WeakRef(memory));
    return instance;
  };
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (...values) {
    const context = getContext.apply(this, values);
    if (context && !contexts.some((one) => one.deref() === context)) contexts.push(new WeakRef(context));
    return context;
  };
}

const liveContexts = (opened) =>
  opened.page.evaluate(() => globalThis.resources.contexts.filter((one) => one.deref()?.isContextLost() === false).length);

test('two on a page have a cluster each, and the keyboard belongs to the one that was clicked', async (t) => {
  const html = page('<rockpool-sandbox id="a" seed="1"></rockpool-sandbox><rockpool-sandbox id="b" seed="2"></rockpool-sandbox>');
  const opened = await openPage({ during: t, html, viewport: { width: 900, height: 900 } });
  const [a, b] = ['#a', '#b'].map((selector) => new Sandbox(opened.page, selector));
  await a.ready();
  await b.ready();
  await a.typeManifest('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-a}');
  const statuses = (name) =>
    Promise.all([a, b].map(async (one) => (await one.get(`/api/v1/namespaces/default/configmaps/${name}`)).status));
  await until(async () => (await statuses('of-a'))[0] === 200, 'a does not take its keys');
  await b.typeManifest('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-b}');
  await until(async () => (await statuses('of-b'))[1] === 200, 'b does not take its keys');
  assert.deepEqual([await statuses('of-a'), await statuses('of-b')], [[200, 404], [404, 200]]);
  assert.match(await a.editorText, /of-a/);
  assert.match(await b.editorText, /of-b/);
  // One that pauses does not stop the other.
  await a.ask((element) => element.cluster.pause());
  const times = () => Promise.all([a, b].map((one) => one.ask((element) => element.cluster.now())));
  const [pausedA, beforeB] = await times();
  await until(async () => (await times())[1] > beforeB, 'b stands still');
  assert.equal((await times())[0], pausedA);
  assert.deepEqual(opened.errors, []);
});

// Frames that are asked for while `frames.held` wait until it is set back: as on a machine that is too busy to draw.
function holdFrames() {
  const frames = { held: false };
  const waiting = [];
  const { requestAnimationFrame } = globalThis;
  globalThis.requestAnimationFrame = (draw) =>
    requestAnimationFrame((time) => (frames.held ? waiting.push(draw) : draw(time)));
  globalThis.holdFrames = (held) => {
    frames.held = held;
    if (!held) waiting.splice(0).forEach((draw) => requestAnimationFrame(draw));
  };
}

test('keys reach the one they were typed into, though another has the keyboard before its next frame', async (t) => {
  const html = page('<rockpool-sandbox id="a"></rockpool-sandbox><rockpool-sandbox id="b"></rockpool-sandbox>');
  const opened = await openPage({ during: t, html, init: holdFrames, viewport: { width: 900, height: 900 } });
  const [a, b] = ['#a', '#b'].map((selector) => new Sandbox(opened.page, selector));
  const editors = [];
  for (const one of [a, b]) {
    await one.ready();
    await one.ask((element) => void (element.editorText = ''));
    editors.push(await one.middle(await one.find('editor', ({ id }) => id === 'editor')));
  }
  // Longer than what ImGui takes of a queue in a hundred frames.
  const texts = ['of a: '.padEnd(90, 'long '), 'of b: short'];
  await opened.page.evaluate(() => globalThis.holdFrames(true));
  for (const [index, { x, y }] of editors.entries()) {
    await opened.page.mouse.click(x, y);
    await opened.page.keyboard.type(texts[index]);
  }
  await opened.page.evaluate(() => globalThis.holdFrames(false));
  const written = () => Promise.all([a, b].map((one) => one.editorText));
  await until(async () => (await written()).join('|') === texts.join('|'), async () => `${await written()}`);
  assert.deepEqual(opened.errors, []);
});

test('the page scrolls over one that is not focused; one that is takes the wheel', async (t) => {
  const html = page('<p></p><rockpool-sandbox></rockpool-sandbox><p></p><p></p><p></p>');
  const opened = await openPage({ during: t, html, viewport: { width: 900, height: 600 } });
  const sandbox = new Sandbox(opened.page);
  await sandbox.ready();
  const scroll = () => opened.page.evaluate(() => scrollY);
  const zoom = async () => (await sandbox.find('node/node-1')).width;
  const over = await sandbox.middle(await sandbox.find('topology'));
  await opened.page.mouse.move(over.x, over.y);
  const unmoved = await zoom();
  await opened.page.mouse.wheel(0, 100);
  await until(async () => (await scroll()) === 100, 'the page does not scroll');
  assert.equal(await zoom(), unmoved);
  // An empty place of the map takes a click without selecting anything.
  const map = await sandbox.find('topology');
  const { x, y } = await sandbox.middle(map);
  await opened.page.mouse.click(x - map.width / 2 + 12, y);
  await opened.page.mouse.wheel(0, 100);
  await until(async () => (await zoom()) < unmoved, 'the map does not take the wheel');
  assert.equal(await scroll(), 100);
  // The editor scrolls to its end, and then the page goes on.
  await sandbox.selectEditor();
  const editor = await sandbox.middle(await sandbox.find('editor', ({ id }) => id === 'editor'));
  await opened.page.mouse.move(editor.x, editor.y);
  await opened.page.waitForTimeout(200);
  await opened.page.mouse.wheel(0, 100);
  await opened.page.waitForTimeout(300);
  assert.equal(await scroll(), 100);
  await until(async () => {
    await opened.page.mouse.wheel(0, 400);
    return (await scroll()) > 100;
  }, 'the page is caught in the editor');
  assert.deepEqual(opened.errors, []);
});

test('more than a browser has graphics for: those near the view draw, and come back when scrolled to', async (t) => {
  const html = page('<rockpool-sandbox load="eager"></rockpool-sandbox>'.repeat(24));
  const opened = await openPage({ during: t, html, viewport: { width: 600, height: 500 }, init: countResources });
  await opened.page.waitForFunction(
    () => [...document.querySelectorAll('rockpool-sandbox')].every((one) => one.cluster),
    null,
    { timeout: 3 * PATIENCE_MS },
  );
  await until(async () => (await liveContexts(opened)) <= 5, async () => `${await liveContexts(opened)} contexts are kept`);
  for (const index of [23, 0, 12]) {
    await opened.page.evaluate((at) => document.querySelectorAll('rockpool-sandbox')[at].scrollIntoView(), index);
    await until(() => isDrawn(opened.page, index), `number ${index} is not drawn`);
    assert.ok((await liveContexts(opened)) <= 8);
  }
  assert.deepEqual(opened.errors, []);
  assert.deepEqual(opened.warnings.filter((text) => /too many/i.test(text)), []);
});

// What is on the screen at the element's place has the colours of a drawn cluster.
async function isDrawn(page, index) {
  const clip = await page.evaluate((at) => {
    const { x, y, width, height } = document.querySelectorAll('rockpool-sandbox')[at].getBoundingClientRect();
    return { x, y, width, height: Math.min(height, innerHeight - y) };
  }, index);
  return (await lookAt(page, clip, colours)) > 100;
}

test('one that is taken out of the page ends; put back, it starts anew', async (t) => {
  const opened = await openPage({ during: t, html: page('<rockpool-sandbox seed="7"></rockpool-sandbox>') });
  const sandbox = new Sandbox(opened.page);
  await sandbox.ready();
  await sandbox.ask((element) => element.cluster.apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: before}'));
  const taken = await opened.page.evaluate(async () => {
    const element = document.querySelector('rockpool-sandbox');
    const { cluster } = element;
    globalThis.kept = element;
    element.remove();
    await new Promise((resolve) => setTimeout(resolve));
    let error = '';
    try {
      cluster.now();
    } catch ({ message }) {
      error = message;
    }
    return { error, children: element.childElementCount, cluster: String(element.cluster) };
  });
  assert.deepEqual(taken, { error: 'this cluster was destroyed', children: 0, cluster: 'undefined' });
  await opened.page.evaluate(() => document.body.append(globalThis.kept));
  await sandbox.ready();
  await sandbox.ask((element) => element.ready.then(() => {}));
  assert.equal((await sandbox.get('/api/v1/namespaces/default/configmaps/before')).status, 404);
  await sandbox.find('node/node-3', ({ text }) => text === 'Ready');
  await until(() => isDrawn(opened.page, 0), 'it is not drawn');
  // One that is only moved goes on.
  const same = await opened.page.evaluate(async () => {
    const { cluster } = globalThis.kept;
    document.body.prepend(globalThis.kept);
    await new Promise((resolve) => setTimeout(resolve));
    return globalThis.kept.cluster === cluster && Boolean(cluster.now());
  });
  assert.ok(same);
  assert.deepEqual(opened.errors, []);
});

test('a hundred, one after the other, leave nothing behind', async (t) => {
  const opened = await openPage({ during: t, html: page(''), viewport: { width: 600, height: 450 }, init: countResources });
  const client = await opened.context.newCDPSession(opened.page);
  await client.send('Performance.enable');
  await client.send('HeapProfiler.enable');
  const measure = async () => {
    await client.send('HeapProfiler.collectGarbage');
    await opened.page.waitForTimeout(50);
    await client.send('HeapProfiler.collectGarbage');
    const { metrics } = await client.send('Performance.getMetrics');
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    const kept = await opened.page.evaluate(() => ({
      memories: globalThis.resources.memories.filter((one) => one.deref()).length,
      made: globalThis.resources.memories.length,
    }));
    return { listeners: value('JSEventListeners'), nodes: value('Nodes'), heap: value('JSHeapUsedSize'), ...kept };
  };
  const run = (count, keep = false) =>
    opened.page.evaluate(async ([times, last]) => {
      await customElements.whenDefined('rockpool-sandbox');
      for (let time = 0; time < times; ++time) {
        const element = document.createElement('rockpool-sandbox');
        element.setAttribute('load', 'eager');
        document.body.append(element);
        await element.ready;
        if (!last) element.remove();
        await new Promise((resolve) => setTimeout(resolve));
      }
    }, [count, keep]);
  await run(1, true);
  const living = await measure();
  assert.ok(living.listeners > 20 && living.memories === 1, JSON.stringify(living));
  await opened.page.evaluate(() => document.querySelector('rockpool-sandbox').remove());
  await run(4);
  const before = await measure();
  await run(100);
  const after = await measure();
  const told = JSON.stringify({ before, after });
  assert.equal(after.made, 105, told);
  assert.ok(after.memories <= 3, `memories are kept: ${told}`);
  assert.ok((await liveContexts(opened)) <= 1, 'graphics are kept');
  assert.ok(after.listeners <= before.listeners + 2, `listeners are kept: ${told}`);
  assert.ok(after.nodes <= before.nodes + 20, `elements are kept: ${told}`);
  assert.ok(after.heap < before.heap + 3_000_000, `memory is kept: ${told}`);
  assert.deepEqual(opened.errors, []);
  assert.deepEqual(opened.warnings.filter((text) => /too many/i.test(text)), []);
});
