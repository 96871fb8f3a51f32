// SPDX-License-Identifier: Apache-2.0
// Every tool tells what it does and refuses what it does not know, before it does anything.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = readdirSync(path.join(root, 'tools'), { withFileTypes: true })
    .filter(entry => entry.isFile()).map(entry => entry.name);

// From another folder, as tools may be called from anywhere.
function run(tool, ...words) {
  return spawnSync(path.join(root, 'tools', tool), words, { encoding: 'utf8', cwd: path.join(root, 'tests') });
}

for (const tool of tools) {
  test(`tools/${tool} --help says how it is used`, () => {
    for (const flag of ['--help', '-h']) {
      const { status, stdout, stderr } = run(tool, flag);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`(tools/|usage: )${tool}\\b`));
      assert.ok(stdout.split('\n').length > 3, stdout);
    }
  });

  test(`tools/${tool} refuses an option that it does not have`, () => {
    const { status, stdout, stderr } = run(tool, '--no-such-option');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /no-such-option|arguments are required/);
    assert.match(stderr, /--help|usage:/);
    assert.doesNotMatch(stderr, /Traceback/);
  });
}
