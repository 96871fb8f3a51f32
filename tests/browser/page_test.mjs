// SPDX-License-Identifier: Apache-2.0
// The page as a person uses it: a real browser, a real mouse, a real keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage } from './browser.mjs';

// Graphics are drawn in software here: a frame may take its time.
const PATIENCE_MS = 60_000;

async function open(options) {
  const opened = await openPage({ viewport: { width: 900, height: 600 }, ...options });
  const { page } = opened;
  await page.waitForFunction(() => document.querySelector('rockpool-sandbox')?.cluster, null, { timeout: PATIENCE_MS });
  const widgets = () => page.evaluate(() => document.querySelector('rockpool-sandbox').widgets());
  // The first widget that passes `wanted`, as soon as there is one.
  const find = async (what, wanted) => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = (await widgets()).find(wanted);
      if (found) return found;
      assert.ok(Date.now() < end, `no ${what} appeared`);
      await page.waitForTimeout(200);
    }
  };
  const byId = id => find(id, widget => widget.id === id);
  const click = async widget => {
    await page.mouse.move(widget.x + widget.width / 2, widget.y + widget.height / 2);
    await page.mouse.down();
    await page.waitForTimeout(120);
    await page.mouse.up();
  };
  return { ...opened, widgets, find, byId, click };
}

test('clicking a Pod and Kill replaces it, and traffic goes on', async () => {
  const { widgets, find, byId, click, errors, close } = await open({ viewport: { width: 1440, height: 900 } });
  try {
    const isWeb = widget => widget.id.startsWith('pod/default/web-');
    const victim = await find('Pod', isWeb);
    const before = (await widgets()).filter(isWeb).map(widget => widget.id);
    await click(victim);
    await click(await byId('inspector/kill'));
    const fresh = await find('replacement', widget => isWeb(widget) && !before.includes(widget.id));
    assert.notEqual(fresh.id, victim.id);
    // Its share of the requests shows in the traffic panel in the end.
    const name = fresh.id.slice('pod/'.length);
    const share = await byId(`share/${name}`);
    assert.ok(Number(share.text) > 0);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test('a manifest typed into the editor is applied; a mistake is marked on its line', async () => {
  const { page, byId, click, errors, close } = await open();
  try {
    const editor = await byId('editor');
    await click(editor);
    await page.waitForTimeout(300);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('kind: Nope');
    await page.keyboard.press('Control+Enter');
    const mark = await byId('editor/error');
    assert.match(mark.text, /apiVersion not set/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{apiVersion: v1, kind: ConfigMap, metadata: {name: typed}}');
    await page.keyboard.press('Control+Enter');
    const result = await byId('result/configmap/typed');
    assert.equal(result.text, 'created');
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test('pause stops the clock, and play lets it go on', async () => {
  const { page, byId, find, click, close } = await open();
  try {
    await click(await byId('play'));
    await page.waitForTimeout(2000);
    const stopped = (await byId('clock')).text;
    await page.waitForTimeout(1500);
    assert.equal((await byId('clock')).text, stopped);
    await click(await byId('play'));
    await find('moving clock', widget => widget.id === 'clock' && widget.text !== stopped);
  } finally {
    await close();
  }
});

test('panels follow the size of the window', async () => {
  const { page, byId, find, close } = await open();
  try {
    await byId('side/yaml');
    await page.setViewportSize({ width: 390, height: 844 });
    await byId('tab/map');
    await page.setViewportSize({ width: 1440, height: 900 });
    const editor = await find('wide editor', widget => widget.id === 'editor' && widget.height > 700);
    assert.ok(editor.x < 10);
  } finally {
    await close();
  }
});
