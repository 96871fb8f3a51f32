// SPDX-License-Identifier: Apache-2.0
// Sessions of a real kubectl against `rockpool serve`: each file of sessions/, with each kubectl of this
// machine. How to write one is told by parseSession. SESSION=name runs one of them, MINOR=33 with one kubectl.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findKubectls, runSession } from './kubectl.mjs';

const folder = fileURLToPath(new URL('sessions', import.meta.url));
const kubectls = findKubectls().filter(({ minor }) => String(minor).includes(process.env.MINOR ?? ''));

const sessions = readdirSync(folder).filter(name => name.endsWith('.session') && name.includes(process.env.SESSION ?? ''));

test('sessions', { concurrency: 3 }, async t => {
  const runs = sessions.sort().flatMap(name => kubectls.map(kubectl => ({ name, kubectl })));
  await Promise.all(runs.map(({ name, kubectl }) =>
      t.test(`${path.parse(name).name} with kubectl ${kubectl.name}`,
             part => runSession(part, kubectl, path.join(folder, name), ['--speed', '10']))));
});
