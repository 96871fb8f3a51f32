#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Measures what a frame costs the page in Chromium: the processor time of the page's thread, in which the cluster goes
// on, the picture is made and handed to the graphics, which need not draw it. Arguments are parts of names: only those
// rows are measured.
import { readFile } from 'node:fs/promises';

import { Sandbox, openPage } from '../../tests/browser/browser.mjs';

const FRAMES = 240;
const PODS_PER_NODE = 100;

function countFrames() {
  globalThis.frames = 0;
  const { prototype } = WebGL2RenderingContext;
  const { clear } = prototype;
  prototype.clear = function (...values) {
    ++globalThis.frames;
    return clear.apply(this, values);
  };
  // A graphics card would draw the triangles; in software they take the processor from what is measured here.
  prototype.drawElements = () => {};
}

// The page with what a newcomer sees, but for the number of Pods; milliseconds per frame.
async function meanFrame(pods) {
  const example = await readFile(new URL('../../web/app/examples/00-web.yaml', import.meta.url), 'utf8');
  const manifest = example.replace('replicas: 3', `replicas: ${pods}`);
  const nodes = Math.ceil(pods / PODS_PER_NODE) + 1;
  const html = `<!doctype html><link rel="stylesheet" href="style.css"><script type="module" src="rockpool.js"></script>
    <rockpool-sandbox load="eager" nodes="${nodes}"><script type="application/yaml">${manifest}</script>`;
  const opened = await openPage({ html, init: countFrames, viewport: { width: 1440, height: 900 } });
  try {
    const { page } = opened;
    const sandbox = new Sandbox(page);
    await sandbox.ready();
    await sandbox.find('rate/default/web');
    await page.waitForTimeout(2000);
    const client = await opened.context.newCDPSession(page);
    await client.send('Performance.enable', { timeDomain: 'threadTicks' });
    const look = async () => {
      const { metrics } = await client.send('Performance.getMetrics');
      const seconds = metrics.find(({ name }) => name === 'TaskDuration').value;
      return { seconds, frames: await page.evaluate(() => globalThis.frames) };
    };
    const before = await look();
    await page.waitForFunction((enough) => globalThis.frames >= enough, before.frames + FRAMES);
    const after = await look();
    return (1000 * (after.seconds - before.seconds)) / (after.frames - before.frames);
  } finally {
    await opened.close();
  }
}

for (const [pods, goal] of [[1_000, 4], [10_000, 12]]) {
  const name = `frame of the page in Chromium, ${pods.toLocaleString('en')} Pods`;
  const parts = process.argv.slice(2);
  if (parts.length && !parts.some((part) => name.includes(part))) continue;
  const value = await meanFrame(pods);
  const verdict = `goal <= ${goal}${value <= goal ? '' : '  MISSED'}`;
  console.log(`${name.padEnd(56)} ${value.toPrecision(3).padStart(12)} ms          ${verdict}`);
}
