// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: Debian's Chromium, driven by playwright-core, on the built page.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../tools/lib/serve.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = process.env.ROCKPOOL_CACHE ?? path.join(root, '.cache');
const { chromium } = createRequire(path.join(cache, 'node/'))('playwright-core');

// Starts Chromium with WebGL drawn in software, so that no graphics card is needed.
export function launch() {
  return chromium.launch({
    executablePath: process.env.ROCKPOOL_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
}

// What takes longer than this on a busy machine does not happen.
export const PATIENCE_MS = 90_000;

// Serves a folder ('dist' unless told) and opens its index.html in a fresh browser, or `html`, a page beside
// it. `options` are those of a browser context: viewport, deviceScaleFactor, colorScheme, permissions. `init` is
// run in the page before anything else. Everything the page logs as an error is collected in `errors`.
// `close()` ends all of it; so does the end of the test `during`.
export async function openPage({ during, folder = 'dist', html = '', init, ...options } = {}) {
  const server = await serve(path.resolve(root, folder));
  const browser = await launch();
  let closing;
  const close = () => (closing ??= Promise.all([browser.close(), server.close()]));
  during?.after(close);
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors = [];
  const warnings = [];
  page.on('pageerror', error => errors.push(String(error.stack ?? error)));
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  if (init) await page.addInitScript(init);
  const host = `${server.url}host.html`;
  if (html) await page.route(host, route => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(html ? host : server.url);
  return { browser, context, page, errors, warnings, url: server.url, close };
}

// Waits until a look at the world finds what is wanted, and returns it.
export async function until(look, what) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, typeof what === 'function' ? await what() : what);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

// A look at a picture of the page: `look` is run in the page with its pixels, {width, height, data}.
export async function lookAt(page, clip, look) {
  const picture = (await page.screenshot({ clip })).toString('base64');
  const pixels = await page.evaluateHandle(
    async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    },
    picture,
  );
  return pixels.evaluate(look);
}

// How many colours there are: one for nothing, hundreds for a cluster.
export const colours = ({ data }) => new Set(new Uint32Array(data.buffer)).size;

// One <rockpool-sandbox> of a page, used as a person would: by mouse and keyboard.
export class Sandbox {
  constructor(page, selector = 'rockpool-sandbox') {
    this.page = page;
    this.selector = selector;
  }

  // Runs in the page; `ask` gets the element.
  ask(ask, argument) {
    return this.page.locator(this.selector).evaluate(ask, argument);
  }

  ready() {
    return this.page.waitForFunction(selector => document.querySelector(selector)?.cluster, this.selector, {
      timeout: PATIENCE_MS,
    });
  }

  widgets() {
    return this.ask(element => element.widgets());
  }

  // Waits until a widget whose id begins so is there and is as wanted; returns it.
  find(prefix, isWanted = () => true) {
    let all = [];
    return until(
      async () => {
        all = await this.widgets();
        return all.find(widget => widget.id.startsWith(prefix) && isWanted(widget));
      },
      () => `no ${prefix} as wanted among ${all.map(({ id }) => id)}`,
    );
  }

  // The middle of a widget, in the page's coordinates.
  async middle({ x, y, width, height }) {
    const frame = await this.ask(element => {
      const { x, y } = element.getBoundingClientRect();
      return { x, y };
    });
    return { x: frame.x + x + width / 2, y: frame.y + y + height / 2 };
  }

  async click(prefix, options) {
    const widget = await this.find(prefix);
    const { x, y } = await this.middle(widget);
    await this.page.mouse.click(x, y, options);
    return widget.id;
  }

  // Clicks into the editor, below what it holds, and takes all of it.
  async selectEditor() {
    const { x, y } = await this.middle(await this.find('editor', ({ id }) => id === 'editor'));
    await this.page.mouse.click(x, y);
    await this.page.keyboard.press('Control+a');
  }

  async typeManifest(text) {
    await this.selectEditor();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Control+Enter');
  }

  get editorText() {
    return this.ask(element => element.editorText);
  }

  // What the API answers to a GET.
  async get(path) {
    const response = await this.ask((element, value) => element.cluster.request({ path: value }), path);
    return { status: response.status, object: JSON.parse(response.body) };
  }
}

// The sandbox of a page that all tests of a file, or of a `describe`, share: opened before the first of them with
// `options` as for openPage, made ready by `prepare`, and closed after the last, when the page must have logged no error.
export function shareSandbox(options, prepare = () => {}) {
  const sandbox = new Sandbox();
  let opened;
  before(async () => {
    opened = await openPage(options);
    sandbox.page = opened.page;
    await sandbox.ready();
    await prepare(sandbox);
  });
  after(async () => {
    assert.deepEqual(opened.errors, [], 'nothing is logged as an error');
    await opened.close();
  });
  return sandbox;
}
