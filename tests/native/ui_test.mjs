// SPDX-License-Identifier: Apache-2.0
// `rockpool ui` on a screen that exists in memory only: what it shows, as a picture.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
let folder;
let shots;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ui-test-'));
  shots = path.join(folder, 'picture.png');
});
after(() => rm(folder, { recursive: true }));

// The picture that `rockpool ui --screenshot` makes with these options.
async function picture(file, ...options) {
  const command = [path.join(root, 'build/native/rockpool'), 'ui', '--screenshot', file, ...options];
  // With a folder of its own for the key, xvfb-run fails if that changes while it is being removed.
  const screen = ['-a', '-f', path.join(folder, 'Xauthority'), '-s', '-screen 0 1600x1000x24'];
  await run('xvfb-run', [...screen, ...command], { env: { ...process.env, LIBGL_ALWAYS_SOFTWARE: '1' }, timeout: 120_000 });
  return decode(await readFile(file));
}

// A PNG of 8-bit colours without filters, which is what the program writes.
function decode(bytes) {
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  const data = [];
  const size = {};
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') Object.assign(size, { width: body.readUInt32BE(0), height: body.readUInt32BE(4) });
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const pixels = inflateSync(Buffer.concat(data));
  const { width, height } = size;
  assert.equal(pixels.length, height * (1 + 3 * width));
  const colour = (x, y) => pixels.readUIntBE(y * (1 + 3 * width) + 1 + 3 * x, 3);
  return { width, height, colour };
}

function coloursOf({ colour }, left, top, right, bottom) {
  const counts = new Map();
  for (let y = top; y < bottom; ++y) {
    for (let x = left; x < right; ++x) counts.set(colour(x, y), (counts.get(colour(x, y)) ?? 0) + 1);
  }
  const [[ground]] = [...counts].sort((a, b) => b[1] - a[1]);
  return { count: counts.size, ground };
}

const brightness = (colour) => ((colour >> 16) + ((colour >> 8) & 255) + (colour & 255)) / 3;

// Where the panels of a window of 1440 by 900 are.
const PANELS = { bar: [0, 0, 1440, 46], editor: [0, 100, 360, 880], map: [380, 100, 1430, 640], traffic: [380, 720, 1430, 840] };

for (const [theme, isRight] of [
  ['light', (value) => value > 230],
  ['dark', (value) => value < 40],
]) {
  test(`the window shows a cluster in every panel, ${theme}`, async () => {
    const shot = await picture(shots, '--theme', theme);
    assert.deepEqual([shot.width, shot.height], [1440, 900]);
    for (const [name, panel] of Object.entries(PANELS)) {
      const { count, ground } = coloursOf(shot, ...panel);
      assert.ok(count > 60, `${name} has ${count} colours`);
      assert.ok(isRight(brightness(ground)), `${name} lies on ${ground.toString(16)}`);
    }
  });
}

test('the same seed gives the same picture, another seed another', async () => {
  const [one, same, other] = [await picture(shots, '--seed', '3'), await picture(shots, '--seed', '3'), await picture(shots, '--seed', '4')];
  const differences = (a, b) => {
    let count = 0;
    for (let y = 0; y < a.height; ++y) for (let x = 0; x < a.width; ++x) if (a.colour(x, y) !== b.colour(x, y)) ++count;
    return count;
  };
  assert.equal(differences(one, same), 0);
  assert.ok(differences(one, other) > 200);
});

test('a screen that is not there, and a file that cannot be written, are told in one line', async () => {
  const program = path.join(root, 'build/native/rockpool');
  const lost = await run(program, ['ui', '--screenshot', path.join(folder, 'x.png')], {
    env: { PATH: process.env.PATH, DISPLAY: ':4711', SDL_VIDEODRIVER: 'x11' },
  }).catch((error) => error);
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /^error: no window: .+\n$/);
  const missing = path.join(folder, 'no/such/folder.png');
  const unwritable = await picture(missing).catch((error) => error);
  assert.equal(unwritable.code, 1);
  assert.match(unwritable.stderr, /^error: cannot write .+folder\.png\n$/);
});
