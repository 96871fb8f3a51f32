#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Measures what a frame costs the page in Chromium: the time of its callback, in which the cluster goes on, the picture
// is made and handed to the graphics. What those do with it is done by another process. Arguments are parts of names:
// only those rows are measured.
import { readFile } from 'node:fs/promises';

import { Sandbox, openPage } from '../../tests/browser/browser.mjs';

const FRAMES = 240;
const PODS_PER_NODE = 100;

function timeFrames() {
  globalThis.frameTimes = [];
  // While the graphics are behind, nothing is drawn: those callbacks are no frames.
  let drawn = false;
  const { clear } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.clear = function (...values) {
    drawn = true;
    return clear.apply(this, values);
  };
  const request = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) =>
    request((moment) => {
      const began = performance.now();
      drawn = false;
      draw(moment);
      if (drawn) globalThis.frameTimes.push(performance.now() - began);
    });
}

// The page with what a newcomer sees, but for the number of Pods; their median frame.
async function medianFrame(pods) {
  const example = await readFile(new URL('../../web/app/examples/00-web.yaml', import.meta.url), 'utf8');
  const manifest = example.replace('replicas: 3', `replicas: ${pods}`);
  const nodes = Math.ceil(pods / PODS_PER_NODE) + 1;
  const html = `<!doctype html><link rel="stylesheet" href="style.css"><script type="module" src="rockpool.js"></script>
    <rockpool-sandbox load="eager" nodes="${nodes}"><script type="application/yaml">${manifest}</script>`;
  const opened = await openPage({ html, init: timeFrames, viewport: { width: 1440, height: 900 } });
  try {
    const { page } = opened;
    const sandbox = new Sandbox(page);
    await sandbox.ready();
    await sandbox.find('rate/default/web');
    await page.waitForTimeout(2000);
    await page.evaluate(() => (globalThis.frameTimes.length = 0));
    await page.waitForFunction((enough) => globalThis.frameTimes.length >= enough, FRAMES);
    const times = await page.evaluate(() => globalThis.frameTimes);
    return times.sort((a, b) => a - b)[times.length >> 1];
  } finally {
    await opened.close();
  }
}

for (const [pods, goal] of [[1_000, 4], [10_000, 12]]) {
  const name = `frame of the page in Chromium, ${pods.toLocaleString('en')} Pods`;
  const parts = process.argv.slice(2);
  if (parts.length && !parts.some((part) => name.includes(part))) continue;
  const value = await medianFrame(pods);
  const verdict = `goal <= ${goal}${value <= goal ? '' : '  MISSED'}`;
  console.log(`${name.padEnd(56)} ${value.toPrecision(3).padStart(12)} ms          ${verdict}`);
}
