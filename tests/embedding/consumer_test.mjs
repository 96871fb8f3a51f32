// SPDX-License-Identifier: Apache-2.0
// Another project gets the library, and only the library, in either of the two ways that CMake has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const consumer = path.join(root, 'tests/embedding/consumer');
// As deep as build/native: ccache then knows what it compiled there.
const folderOf = name => path.join(root, `build/consumer-${name}`);

before(async () => {
  for (const name of ['prefix', 'package', 'subdirectory']) await rm(folderOf(name), { recursive: true, force: true });
});

function run(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    assert.fail(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`);
  }
}

function buildAndRun(name, ...options) {
  const build = folderOf(name);
  run('cmake', '-S', consumer, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
      '-DCMAKE_CXX_COMPILER=g++', ...options);
  run('cmake', '--build', build);
  assert.equal(run(path.join(build, 'consumer')), '{"kind":"Pod","spec":{"nodeName":"node-1"}}\n');
}

test('find_package finds what was installed', () => {
  const prefix = folderOf('prefix');
  run('cmake', '--install', path.join(root, 'build/native'), '--prefix', prefix);
  buildAndRun('package', `-DCMAKE_PREFIX_PATH=${prefix}`);
});

test('add_subdirectory builds the library alone', () => buildAndRun('subdirectory', `-DROCKPOOL_FOLDER=${root}`));
