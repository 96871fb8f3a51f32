// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --state`: a cluster that outlives its server; --manifest and --kubeconfig.
import assert from 'node:assert/strict';
import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ask, eventually, runServe, sleep, startServer, temporaryFolder } from './server.mjs';

const configMaps = '/api/v1/namespaces/default/configmaps';
const make = (server, name) =>
    ask(server, configMaps, { method: 'POST', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } });
const names = async server => (await ask(server, configMaps)).body.items.map(({ metadata }) => metadata.name);

test('what SIGTERM saved is there again', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state, '--seed', '7', '--nodes', '2');
  await make(first, 'kept');
  const before = (await ask(first, `${configMaps}/kept`)).body;
  assert.equal((await first.stop()).code, 0);

  const second = await startServer(t, '--state', state);
  assert.deepEqual((await ask(second, `${configMaps}/kept`)).body, before);
  assert.equal((await ask(second, '/api/v1/nodes')).body.items.length, 2);
  await make(second, 'second');
  await second.stop();
  assert.deepEqual(await names(await startServer(t, '--state', state)), ['kept', 'kube-root-ca.crt', 'second']);
});

// How many objects of a burst there are; they must be the first ones, each whole.
async function burstLength(server, round) {
  const { items } = (await ask(server, `${configMaps}?labelSelector=round%3D${round}`)).body;
  const numbers = items.map(({ metadata, data }) => {
    assert.equal(data.text, `${metadata.name} ${'x'.repeat(500)}`);
    return Number(metadata.name.split('-')[2]);
  });
  assert.deepEqual(numbers.sort((left, right) => left - right), numbers.map((_, index) => index));
  return numbers.length;
}

test('kill -9 in the middle of many writes: what the last save held is there again, whole', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  let earlier = [];
  for (let round = 0; round < 3; ++round) {
    const server = await startServer(t, '--state', state);
    for (const [before, length] of earlier.entries()) assert.equal(await burstLength(server, before), length);
    // One after the other, until a save has begun and ended after the first of them.
    let written = 0;
    let stopping = false;
    const write = async () => {
      while (!stopping) {
        const name = `burst-${round}-${written}`;
        const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { round: `${round}` } }, data: { text: `${name} ${'x'.repeat(500)}` } };
        try {
          assert.equal((await ask(server, configMaps, { method: 'POST', body })).status, 201);
        } catch (error) {
          if (!stopping) throw error;
          return;
        }
        ++written;
      }
    };
    const writing = write();
    await eventually(async () => (await readFile(state, 'utf8')).includes(`burst-${round}-0 `), 'a save');
    // Some way into the next save, another one each time.
    await sleep(1900 + 60 * round);
    stopping = true;
    assert.equal((await server.kill()).signal, 'SIGKILL');
    await writing;
    const held = (await readFile(state, 'utf8')).match(new RegExp(`burst-${round}-\\d+ `, 'g')) ?? [];
    const again = await startServer(t, '--state', state);
    const length = await burstLength(again, round);
    assert.ok(length >= 1 && length <= written + 1, `${length} of ${written}`);
    assert.equal(length, new Set(held).size, 'the file holds as many');
    earlier = [...earlier, length];
    await again.kill();
  }
});

test('half of a save that a crash left behind is no harm', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state);
  await make(first, 'kept');
  await first.stop();
  await writeFile(`${state}.new`, (await readFile(state, 'utf8')).slice(0, 100));
  const second = await startServer(t, '--state', state);
  assert.deepEqual(await names(second), ['kept', 'kube-root-ca.crt']);
  await make(second, 'second');
  await second.stop();
  assert.deepEqual(await names(await startServer(t, '--state', state)), ['kept', 'kube-root-ca.crt', 'second']);
});

test('a state that cannot be saved is told, and the cluster goes on', async t => {
  const folder = await temporaryFolder(t);
  const server = await startServer(t, '--state', path.join(folder, 'state.json'));
  await rm(folder, { recursive: true });
  await make(server, 'unsaved');
  await eventually(() => /^error: --state: .*state\.json.*: No such file or directory$/m.test(server.output.stderr), 'an error');
  assert.deepEqual(await names(server), ['kube-root-ca.crt', 'unsaved']);
  assert.equal((await server.stop()).code, 1);
});

test('one server at a time has a state file', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state);
  const { code, stderr } = await runServe('--port', '0', '--state', state).ended;
  assert.equal(code, 2);
  assert.match(stderr, /^error: --state: .*state\.json: another rockpool uses it\n$/);
  assert.equal((await ask(first, '/livez')).status, 200);
});

// The text with one letter changed, at places all over it.
function flips(text) {
  const places = 25;
  return Array.from({ length: places }, (_, index) => {
    const at = Math.floor((index + 0.5) * text.length / places);
    const changed = String.fromCharCode(text.charCodeAt(at) ^ 1);
    return text.slice(0, at) + changed + text.slice(at + 1);
  });
}

test('a damaged state, or options that contradict it, are refused and nothing is touched', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state);
  for (const name of ['one', 'two', 'three']) await make(first, name);
  await first.stop();
  const good = await readFile(state, 'utf8');
  const now = /"now":(\d+)/.exec(good)[1];
  for (const [text, message] of [
    ['', /--state: .*: snapshot: /],
    [good.slice(0, -20), /--state: .*: snapshot: line 1, column \d+: /],
    [good.replace('"seed":"1"', '"seed":"2"'), /its checksum is .*: it was changed/],
    [good.replace(`"now":${now}`, '"now":"x"'), /snapshot: /],
    [good.replace(/"rockpool":\d+/, '"rockpool":99'), /version 99 cannot be read/],
    ['{}', /snapshot: /], ['null', /snapshot: /], ['\0'.repeat(4096), /snapshot: /], ['['.repeat(100_000), /snapshot: /],
    [good + good, /snapshot: /],
    // A block that the disk has lost, and parts of the file in another order.
    [good.slice(0, good.length / 2) + '\0'.repeat(512) + good.slice(good.length / 2 + 512), /snapshot: /],
    ...flips(good).map(text => [text, /^error: --state: .*state\.json: /]),
  ]) {
    assert.notEqual(text, good);
    await writeFile(state, text);
    const { code, stderr } = await runServe('--port', '0', '--state', state).ended;
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1);
    assert.equal(await readFile(state, 'utf8'), text);
  }
  await writeFile(state, good);
  for (const options of [['--nodes', '5'], ['--seed', '5']]) {
    const { code, stderr } = await runServe('--port', '0', '--state', state, ...options).ended;
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`error: ${options[0]}: `), stderr);
  }
});

test('manifests are applied at the start, and a mistake is told with its place', async t => {
  const folder = await temporaryFolder(t);
  const good = path.join(folder, 'good.yaml');
  await writeFile(good, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n');
  const bad = path.join(folder, 'bad.yaml');
  await writeFile(bad, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\ndatum: {}\n');
  const server = await startServer(t, '--manifest', good);
  assert.match(server.output.stdout, /^configmap\/one created\n/);
  assert.deepEqual(await names(server), ['one', 'kube-root-ca.crt'].sort());
  const { code, stderr } = await runServe('--port', '0', '--manifest', good, bad).ended;
  assert.equal(code, 2);
  assert.match(stderr, /^error: --manifest: .*bad\.yaml:\d+:\d+: .*datum/);
});

test('a kubeconfig is written, and merged into one that is there', async t => {
  const folder = await temporaryFolder(t);
  const target = path.join(folder, 'target.yaml');
  const link = path.join(folder, 'config');
  await writeFile(target, `apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work
  cluster: {server: https://work.example}
- name: rockpool
  cluster: {server: https://old.example}
contexts:
- name: work
  context: {cluster: work, user: me}
preferences: {colors: true}
`);
  await symlink(target, link);
  const server = await startServer(t, '--kubeconfig', link);
  const merged = await readFile(target, 'utf8');
  assert.match(merged, /current-context: work\n/);
  assert.match(merged, /server: https:\/\/work\.example/);
  assert.match(merged, /colors: true/);
  assert.ok(merged.includes(`server: ${server.url}\n`));
  assert.ok(!merged.includes('old.example'));
  assert.equal((await stat(target)).mode & 0o777, 0o600);

  const fresh = path.join(folder, 'fresh');
  await startServer(t, '--kubeconfig', fresh);
  assert.match(await readFile(fresh, 'utf8'), /current-context: rockpool\n/);
  await writeFile(fresh, 'kind: Pod\n');
  const { code, stderr } = await runServe('--port', '0', '--kubeconfig', fresh).ended;
  assert.equal(code, 2);
  assert.match(stderr, /^error: --kubeconfig: .*fresh: not a kubeconfig\n$/);
});
