// SPDX-License-Identifier: Apache-2.0
// tools/test adds up what its steps report, and cannot pass by accident.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder;

before(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'steps-test-')); });
after(() => rm(folder, { recursive: true }));

// Runs a few steps as tools/test does; returns its exit status and the lines it printed.
function run(steps) {
  const script = `cd "${root}"; source tools/lib/common.sh; source tools/lib/steps.sh
    group_on=1 logs="${folder}"
    ${steps}
    finish`;
  const { status, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

const print = text => `printf '%s\\n' ${text.split('\n').map(line => `'${line}'`).join(' ')}`;

test('the counts of doctest, of Node and of plain programs add up', () => {
  const { status, lines } = run(`
    suite "doctest" ${print('[doctest] test cases:  10 |  10 passed | 0 failed | 1 skipped')}
    suite "node" ${print('# tests 3\n# pass 3\n# fail 0\n# cancelled 0')}
    suite "plain" ${print('noise\n4 passed, 0 failed')}`);
  assert.equal(lines.at(-1), '17 passed, 0 failed');
  assert.equal(status, 0);
});

const failures = {
  'a failed case': print('3 passed, 1 failed'),
  'a doctest case that failed': print('[doctest] test cases:  4 |  3 passed | 1 failed | 0 skipped'),
  'a cancelled test': print('# pass 3\n# fail 0\n# cancelled 1'),
  'a crash after a good summary': `bash -c "${print('3 passed, 0 failed')}; exit 3"`,
};
for (const [what, command] of Object.entries(failures)) {
  test(`${what} fails the run`, () => {
    const { status, lines } = run(`suite "s" ${command}\nsuite "good" ${print('2 passed, 0 failed')}`);
    assert.equal(lines.at(-1), '5 passed, 1 failed');
    assert.ok(lines.includes('failed: s'));
    assert.equal(status, 1);
  });
}

test('a suite without cases fails', () => {
  const { status, lines } = run('suite "nothing" true');
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.equal(status, 1);
});

test('a suite whose build failed is not run, and the end of the log is shown', () => {
  const { status, lines } = run(`build_preset() { echo "no such header"; return 1; }
    export -f build_preset
    build "it" native
    suite "its tests" ${print('2 passed, 0 failed')}`);
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.ok(lines.includes('    no such header'));
  assert.ok(lines.includes('its tests: not run, its build failed'));
  assert.equal(status, 1);
});

test('of a run of Node\'s tests the failed ones are shown, however much follows them', () => {
  const tap = ['    not ok 1 - the culprit', '      ---', '      duration_ms: 1', '      failureType: testCodeFailure',
               '      error: one is not two', '      stack: |-', '        at culprit.mjs', '      ...',
               ...Array.from({ length: 90 }, (_, index) => `    ok ${index + 2} - innocent`), 'not ok 1 - all',
               '  ---', '  failureType: "subtestsFailed"', '  ...', '# pass 90', '# fail 2'];
  const { status, lines } = run(`suite "node" ${print(tap.join('\n'))}`);
  assert.equal(status, 1);
  const shown = lines.slice(lines.findIndex(line => line.startsWith('---- from')) + 1, lines.indexOf('----'));
  assert.deepEqual(shown, ['        not ok 1 - the culprit', '          error: one is not two']);
});

test('a suite that hangs is stopped', () => {
  const { status, lines } = run('suite_minutes_max=0.01\nsuite "hangs" sleep 60');
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.ok(lines.some(line => line.includes('stopped: it took more than')));
  assert.equal(status, 1);
});

test('a build may take any time, but is stopped with all it started when it falls silent', () => {
  const begin = Date.now();
  const { status, lines } = run(`build_silent_seconds_max=3
    build_preset() { if [ $1 = long ]; then for i in 1 2 3 4 5; do sleep 1; echo $i; done; else sleep 60; fi; }
    export -f build_preset
    build "long" long
    build "silent" silent`);
  assert.ok(lines.some(line => /^build: long +ok/.test(line)), lines.join('\n'));
  assert.ok(lines.includes('    stopped: it said nothing for 3 seconds'), lines.join('\n'));
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.equal(status, 1);
  assert.ok(Date.now() - begin < 40_000);
});

test('a file of Node tests that hangs is stopped and named, and those after it are run', async () => {
  await writeFile(path.join(folder, 'a_test.mjs'), 'for (;;);');
  await writeFile(path.join(folder, 'b_test.mjs'), "import { test } from 'node:test'; test('well', () => {});");
  // Told that it runs inside a test, Node would run none.
  const { status, lines } = run(`unset NODE_TEST_CONTEXT; node_file_seconds_max=3\nsuite "files" node_tests ${folder} --test-concurrency=1`);
  assert.equal(lines.at(-1), '1 passed, 1 failed');
  assert.ok(lines.some(line => line.includes('a_test.mjs')), lines.join('\n'));
  assert.ok(lines.some(line => line.includes('timed out')), lines.join('\n'));
  assert.equal(status, 1);
});

test('nothing run is not success', () => assert.equal(run('').status, 1));
