// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: Debian's Chromium, driven by playwright-core, on the built page.
import { createRequire } from 'node:module';
import path from 'node:path';
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

// Serves a folder ('dist' unless told) and opens its index.html in a fresh browser. `options` are those of
// a browser context: viewport, deviceScaleFactor, colorScheme, permissions. Everything the page logs as an
// error is collected in `errors`. `close()` ends all of it.
export async function openPage({ folder = 'dist', file = '', ...options } = {}) {
  const server = await serve(path.resolve(root, folder));
  const browser = await launch();
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', error => errors.push(String(error.stack ?? error)));
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(server.url + file);
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { page, context, errors, url: server.url, close };
}
