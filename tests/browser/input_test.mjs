// SPDX-License-Identifier: Apache-2.0
// Clipboard, keys, wheel, fingers: what is the application's, and what stays the page's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Sandbox, openPage, shareSandbox, until } from './browser.mjs';

describe('clipboard and keys', () => {
  const html = `<!doctype html><meta charset="utf-8"><script type="module" src="rockpool.js"></script>
    <style>rockpool-sandbox { height: 480px }</style>
    <button id="first">before</button><rockpool-sandbox></rockpool-sandbox><button id="last">after</button>
    <input id="field">`;
  const permissions = ['clipboard-read', 'clipboard-write'];
  let page;
  const sandbox = shareSandbox({ html, viewport: { width: 800, height: 600 }, permissions }, () => {
    page = sandbox.page;
  });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const textHasKeyboard = () =>
    until(() => page.evaluate(() => document.activeElement.tagName === 'TEXTAREA'), 'no text field has the keyboard');
  const editorHolds = (text) => until(async () => (await sandbox.editorText) === text, () => sandbox.editorText);

  test('copies, cuts and pastes between the editor and the clipboard', async () => {
    await sandbox.ask((element) => void (element.editorText = 'kind: ConfigMap'));
    await sandbox.selectEditor();
    await page.keyboard.press('Control+c');
    await until(async () => (await clipboard()) === 'kind: ConfigMap', clipboard);
    await page.keyboard.press('End');
    await page.keyboard.press('Control+v');
    await editorHolds('kind: ConfigMapkind: ConfigMap');
    await page.evaluate(() => navigator.clipboard.writeText('a: é ünï\nb: 2'));
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+v');
    await editorHolds('a: é ünï\nb: 2');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+x');
    await editorHolds('');
    assert.equal(await clipboard(), 'a: é ünï\nb: 2');
    await page.keyboard.press('Control+z');
    await editorHolds('a: é ünï\nb: 2');
  });

  test('takes what the page pastes, and leaves what is pasted elsewhere alone', async () => {
    const paste = () =>
      page.evaluate(() => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', 'pasted: 1');
        const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
        return event.defaultPrevented;
      });
    await sandbox.selectEditor();
    await textHasKeyboard();
    assert.equal(await paste(), true);
    await editorHolds('pasted: 1');
    await page.focus('#field');
    assert.equal(await paste(), false);
    await page.waitForTimeout(200);
    assert.equal(await sandbox.editorText, 'pasted: 1');
  });

  test('the clipboard works in the filter too', async () => {
    await page.evaluate(() => navigator.clipboard.writeText('coredns'));
    await sandbox.click('filter');
    await textHasKeyboard();
    await page.keyboard.press('Control+v');
    await sandbox.find('filter', ({ text }) => text === 'coredns');
    await page.keyboard.press('Control+a');
    await page.waitForTimeout(100);
    await page.keyboard.press('Control+x');
    await sandbox.find('filter', ({ text }) => text === '');
    assert.equal(await clipboard(), 'coredns');
  });

  test('text of input methods and dead keys arrives, without keys', async () => {
    await sandbox.ask((element) => void (element.editorText = ''));
    await sandbox.selectEditor();
    await textHasKeyboard();
    await page.keyboard.insertText('name: 日本');
    await editorHolds('name: 日本');
    const client = await page.context().newCDPSession(page);
    await client.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
    await editorHolds('name: 日本に');
    await client.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
    await editorHolds('name: 日本にほ');
    await client.send('Input.insertText', { text: '二歩' });
    await editorHolds('name: 日本二歩');
    await page.keyboard.press('Backspace');
    await editorHolds('name: 日本二');
  });

  test("the browser's and the page's own shortcuts stay theirs; what is written does not reach the page", async () => {
    await page.evaluate(() => {
      globalThis.seen = [];
      document.addEventListener('keydown', ({ key, ctrlKey, defaultPrevented }) =>
        globalThis.seen.push(`${ctrlKey ? 'Ctrl+' : ''}${key}${defaultPrevented ? ' taken' : ''}`),
      );
    });
    const seen = async (...keys) => {
      await page.evaluate(() => (globalThis.seen.length = 0));
      for (const key of keys) await page.keyboard.press(key);
      return page.evaluate(() => globalThis.seen);
    };
    await sandbox.selectEditor();
    await textHasKeyboard();
    assert.deepEqual(await seen('Control+k', 'Control+f', 'F6', 'Alt+d', 'x', '/', 'ArrowDown', 'Control+z'), [
      'Ctrl+k', 'Ctrl+f', 'F6', 'Alt', 'd',
    ]);
    // Out of the text, too.
    await page.keyboard.press('Escape');
    await until(() => page.evaluate(() => document.activeElement.tagName === 'CANVAS'), 'Escape keeps the text');
    assert.deepEqual(await seen('Control+k', 'Control+f', 'F6', ' '), ['Ctrl+k', 'Ctrl+f', 'F6']);
    await page.keyboard.press(' ');
  });

  test('Tab indents in a text; after Escape it goes on through the page', async () => {
    await sandbox.ask((element) => void (element.editorText = ''));
    await sandbox.selectEditor();
    await page.keyboard.press('Tab');
    await editorHolds('  ');
    await page.keyboard.press('Escape');
    await until(() => page.evaluate(() => document.activeElement.tagName === 'CANVAS'), 'Escape keeps the text');
    await page.keyboard.press('Tab');
    await until(() => page.evaluate(() => document.activeElement.id === 'last'), 'Tab does not leave');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'first');
  });
});

describe('fingers', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  let page;
  let client;
  const sandbox = shareSandbox(phone, async () => {
    page = sandbox.page;
    client = await page.context().newCDPSession(page);
    await sandbox.find('pod/default/web-', ({ text }) => text === 'Running');
  });
  const touch = (type, ...points) =>
    client.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y, id = 0]) => ({ x, y, id })) });
  const tap = async (prefix) => {
    const { x, y } = await sandbox.middle(await sandbox.find(prefix));
    await page.touchscreen.tap(x, y);
  };

  test('two enlarge the map between them, and select nothing', async () => {
    const before = await sandbox.find('node/node-2');
    await touch('touchStart', [150, 400, 0]);
    await touch('touchStart', [150, 400, 0], [250, 400, 1]);
    for (let step = 1; step <= 5; ++step) {
      await touch('touchMove', [150 - 10 * step, 400, 0], [250 + 10 * step, 400, 1]);
      await page.waitForTimeout(30);
    }
    await touch('touchEnd', [100, 400, 0]);
    await touch('touchEnd');
    const isTwice = ({ width }) => Math.abs(width / before.width - 2) < 0.1;
    const after = await sandbox.find('node/node-2', isTwice);
    // What was between the fingers stays there.
    const place = ({ x, width }) => (200 - x) / width;
    assert.ok(Math.abs(place(after) - place(before)) < 0.05);
    await tap('zoom-fit');
    await until(async () => Math.abs((await sandbox.find('node/node-2')).width - before.width) < 2, 'it does not fit again');
    await tap('tab/inspect');
    assert.ok(!(await sandbox.widgets()).some(({ id }) => id.startsWith('related/')));
    await tap('tab/map');
  });

  test('a tap selects; a long press opens the menu', async () => {
    const pod = await sandbox.find('pod/default/web-');
    const { x, y } = await sandbox.middle(pod);
    await touch('touchStart', [x, y]);
    await sandbox.find('menu/kill');
    await touch('touchEnd');
    await sandbox.find('menu/kill');
    await page.touchscreen.tap(20, 780);
    await until(async () => !(await sandbox.widgets()).some(({ id }) => id === 'menu/kill'), 'the menu stays');
    await tap(pod.id);
    await tap('tab/inspect');
    await sandbox.find('related/Node/');
    await tap('tab/map');
  });

  test("a phone's keyboard comes up for the editor and goes with it", async () => {
    const owner = () => page.evaluate(() => document.activeElement.tagName);
    await tap('tab/yaml');
    await sandbox.ask((element) => void (element.editorText = 'first'));
    const { x, y } = await sandbox.middle(await sandbox.find('editor', ({ id }) => id === 'editor'));
    await page.touchscreen.tap(x, y);
    assert.equal(await owner(), 'TEXTAREA', 'within the tap itself');
    await page.keyboard.insertText(' second');
    await until(async () => (await sandbox.editorText) === 'first second', () => sandbox.editorText);
    await tap('tab/map');
    await until(async () => (await owner()) === 'CANVAS', owner);
  });

  test('a finger scrolls a list, without pressing what it touches', async () => {
    await tap('tab/events');
    const first = await sandbox.find('events/3');
    const { x, y } = await sandbox.middle(first);
    await touch('touchStart', [x, y]);
    for (let step = 1; step <= 8; ++step) {
      await touch('touchMove', [x, y - 15 * step]);
      await page.waitForTimeout(30);
    }
    await touch('touchEnd');
    // A press would have left the list for the object.
    await sandbox.find('events/3', ({ y: moved }) => first.y - moved > 80 && first.y - moved <= 120);
  });
});

test('on a page that scrolls, a finger scrolls it until a tap has given the focus', async (t) => {
  const html = `<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1">
    <script type="module" src="rockpool.js"></script><style>rockpool-sandbox { height: 500px } p { height: 700px }</style>
    <rockpool-sandbox></rockpool-sandbox><p></p>`;
  const opened = await openPage({ during: t, html, viewport: { width: 390, height: 600 }, hasTouch: true, isMobile: true });
  const { page } = opened;
  const sandbox = new Sandbox(page);
  const client = await opened.context.newCDPSession(page);
  await sandbox.ready();
  const swipe = async () => {
    for (let step = 0; step <= 10; ++step) {
      const type = step === 0 ? 'touchStart' : 'touchMove';
      await client.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: 40, y: 400 - 20 * step }] });
      await page.waitForTimeout(16);
    }
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.waitForTimeout(200);
  };
  await swipe();
  await until(() => page.evaluate(() => scrollY > 100), 'the page does not scroll');
  await page.evaluate(() => scrollTo(0, 0));
  await page.touchscreen.tap(20, 440);
  await until(() => page.evaluate(() => document.activeElement.tagName === 'CANVAS'), 'a tap does not give the focus');
  const map = async () => (await sandbox.find('node/node-3')).y;
  const before = await map();
  await swipe();
  await until(async () => before - (await map()) > 100, 'the map does not move');
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.deepEqual(opened.errors, []);
});
