// SPDX-License-Identifier: Apache-2.0
// When the page draws and when it rests; how fine; and what happens when its graphics are lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sandbox, colours, lookAt, openPage, until } from './browser.mjs';

// Counts the frames that are drawn, and notes when; and the questions that wait for the graphics.
function countFrames() {
  globalThis.frames = 0;
  globalThis.moments = [];
  globalThis.questions = 0;
  const { clear, getParameter } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    ++globalThis.questions;
    return getParameter.call(this, name);
  };
  WebGL2RenderingContext.prototype.clear = function (...values) {
    ++globalThis.frames;
    globalThis.moments.push(performance.now());
    return clear.apply(this, values);
  };
}

async function open(during, options = {}) {
  const opened = await openPage({ during, viewport: { width: 900, height: 600 }, init: countFrames, ...options });
  const sandbox = new Sandbox(opened.page);
  await sandbox.ready();
  const framesIn = async (milliseconds) => {
    const from = await opened.page.evaluate(() => globalThis.frames);
    await opened.page.waitForTimeout(milliseconds);
    return (await opened.page.evaluate(() => globalThis.frames)) - from;
  };
  return { ...opened, sandbox, framesIn };
}

test('it draws while something moves, and nothing at all while it is paused', async (t) => {
  const { page, sandbox, framesIn, errors } = await open(t);
  await until(async () => (await framesIn(1000)) > 1, 'what moves is not drawn');
  await sandbox.ask((element) => element.cluster.pause());
  await page.mouse.move(600, 300);
  // What the pause and the pointer began is drawn to its end first, which on a busy machine may take long.
  await until(async () => (await framesIn(2500)) === 0, 'frames are drawn while nothing moves');
  // It wakes for what the pointer does, and for what the page changes.
  // It may draw before the move is over: frames are counted from before it.
  let x = 300;
  const wakes = async () => (await Promise.all([framesIn(300), page.mouse.move(++x, 300)]))[0] > 0;
  await until(wakes, 'it sleeps on');
  await until(async () => (await framesIn(500)) === 0, 'it does not sleep again');
  const [drawn] = await Promise.all([
    framesIn(3000),
    sandbox.ask((element) => void (element.editorText = 'new: text')),
  ]);
  assert.ok(drawn > 0, 'a change is not drawn');
  assert.deepEqual(errors, []);
});

test('no frame waits for the graphics to be done with the one before', async (t) => {
  const { page, framesIn, errors } = await open(t);
  await until(async () => (await framesIn(1000)) > 1, 'what moves is not drawn');
  await page.evaluate(() => (globalThis.questions = 0));
  await until(async () => (await framesIn(1000)) > 1, 'what moves is not drawn');
  assert.equal(await page.evaluate(() => globalThis.questions), 0);
  const asked = await page.evaluate(() => {
    const graphics = document.querySelector('canvas').getContext('webgl2');
    graphics.getParameter(graphics.VIEWPORT);
    return globalThis.questions;
  });
  assert.equal(asked, 1, 'questions are not counted');
  assert.deepEqual(errors, []);
});

test('a hidden tab sleeps, and its cluster with it', async (t) => {
  const { page, sandbox, framesIn, errors } = await open(t);
  const hide = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const now = () => sandbox.ask((element) => element.cluster.now());
  await hide(true);
  // What had begun is drawn to its end first.
  let before;
  const sleeps = async () => {
    before = await now();
    return (await framesIn(1500)) === 0 && (await now()) === before;
  };
  await until(sleeps, 'a hidden tab draws, or its cluster goes on');
  await hide(false);
  await until(async () => (await now()) > before, 'it sleeps on');
  assert.deepEqual(errors, []);
});

test('who wants less motion sees no requests fly, and yet all that happens', async (t) => {
  const { page, sandbox, errors } = await open(t, { reducedMotion: 'reduce', viewport: { width: 1200, height: 600 } });
  await sandbox.find('rate/default/web', ({ text }) => Number.parseFloat(text) > 1);
  await page.waitForTimeout(1000);
  // Numbers change four times a second, and between them nothing is drawn.
  await page.evaluate(() => (globalThis.moments.length = 0));
  const moments = await until(
    () => page.evaluate(() => globalThis.moments.length >= 12 && [...globalThis.moments]),
    'numbers do not change',
  );
  const pauses = moments.slice(1).map((moment, index) => moment - moments[index]);
  // The words for screen readers, which follow every two seconds, may wake it once more.
  const median = pauses.sort((a, b) => a - b)[Math.floor(pauses.length / 2)];
  assert.ok(median > 200, `${pauses}`);
  // The ways that requests took are marked instead.
  await sandbox.find('route/', ({ text }) => /web/.test(text));
  await sandbox.ask((element) => element.cluster.apply(
    '{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: {app: wep}, ports: [{port: 80, nodePort: 30080}]}}',
  ));
  await sandbox.find('failure/', ({ text }) => /refused/.test(text));
  assert.deepEqual(errors, []);
});

for (const [name, options, pixels] of [
  ['a fine screen', { viewport: { width: 800, height: 500 }, deviceScaleFactor: 3 }, [2400, 1500]],
  ['a scaled desktop', { viewport: { width: 1001, height: 601 }, deviceScaleFactor: 1.5 }, [1501, 901]],
  ['a 4K screen', { viewport: { width: 3840, height: 2160 }, deviceScaleFactor: 1 }, [3840, 2160]],
]) {
  test(`every pixel of ${name} is drawn by itself`, async (t) => {
    const { page, sandbox, errors } = await open(t, options);
    // Drawn in software, so many pixels take long: one frame is enough.
    await sandbox.ask((element) => element.cluster.pause());
    await sandbox.find('service/default/web');
    const canvas = await page.evaluate(() => {
      const { width, height } = document.querySelector('canvas');
      return [width, height];
    });
    assert.deepEqual(canvas, pixels);
    // A letter drawn in device pixels has edges as narrow as one of them: of two pixels side by side at
    // the edge of the editor's text, most differ sharply somewhere. Enlarged letters never do.
    const { x, y, width } = await sandbox.find('editor', ({ id }) => id === 'editor');
    const text = { x: x + 40, y, width: Math.min(width - 60, 240), height: 120 };
    const sharp = await lookAt(page, text, sharpness);
    assert.ok(sharp > 0.3, `${sharp}`);
    assert.deepEqual(errors, []);
  });
}

// The share of edges, among pixels side by side, that go from light to dark in one step.
function sharpness({ width, height, data }) {
  const light = (at) => 0.3 * data[4 * at] + 0.6 * data[4 * at + 1] + 0.1 * data[4 * at + 2];
  let edges = 0;
  let sharp = 0;
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x + 3 < width; ++x) {
      const at = y * width + x;
      const range = Math.abs(light(at) - light(at + 3));
      if (range < 70) continue;
      ++edges;
      const steps = [0, 1, 2].map((step) => Math.abs(light(at + step) - light(at + step + 1)));
      if (Math.max(...steps) > 0.62 * range) ++sharp;
    }
  }
  return sharp / edges;
}

test('graphics that are lost come back, and the picture with them', async (t) => {
  const { page, sandbox, framesIn, errors } = await open(t);
  await sandbox.find('service/default/web');
  const area = { x: 0, y: 0, width: 900, height: 600 };
  const before = await lookAt(page, area, colours);
  assert.ok(before > 200, `${before}`);
  const lose = () =>
    page.evaluate(() => {
      globalThis.loser = document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      globalThis.loser.loseContext();
    });
  const notice = () => page.evaluate(() => document.querySelector('.rockpool-notice:not([hidden])')?.textContent ?? '');
  for (let time = 0; time < 2; ++time) {
    await lose();
    await until(async () => /graphics/.test(await notice()), 'nobody says what is wrong');
    assert.equal(await framesIn(300), 0);
    assert.ok((await lookAt(page, area, colours)) < before / 2);
    // The API and the words are there all the same.
    assert.match(await sandbox.ask((element) => element.outline), /Node node-1: Ready/);
    await page.evaluate(() => globalThis.loser.restoreContext());
    await until(async () => (await lookAt(page, area, colours)) > before / 2, 'it is not drawn again');
    assert.equal(await notice(), '');
  }
  await sandbox.click('play');
  await until(() => sandbox.ask((element) => !element.cluster.playing), 'it takes no clicks');
  assert.deepEqual(errors, []);
});
