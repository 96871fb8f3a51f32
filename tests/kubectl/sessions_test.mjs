// SPDX-License-Identifier: Apache-2.0
// Sessions of a real kubectl against `rockpool serve`: each file of sessions/, with each kubectl of this
// machine. How to write one is told by parseSession. SESSION=name runs one of them.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findKubectls, runSession } from './kubectl.mjs';

const folder = fileURLToPath(new URL('sessions', import.meta.url));
const kubectls = findKubectls();

for (const name of readdirSync(folder).filter(each => each.endsWith('.session')).sort()) {
  if (process.env.SESSION && !name.includes(process.env.SESSION)) continue;
  for (const kubectl of kubectls) {
    test(`${path.parse(name).name} with kubectl ${kubectl.name}`, { concurrency: true },
         t => runSession(t, kubectl, path.join(folder, name), ['--speed', '10']));
  }
}
