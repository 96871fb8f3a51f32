// SPDX-License-Identifier: Apache-2.0
// `rockpool serve --state`: a cluster that outlives its server; --manifest and --kubeconfig.
import assert from 'node:assert/strict';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ask, eventually, runServe, startServer, temporaryFolder } from './server.mjs';

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

test('it is saved every few seconds, so that a crash loses little', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state);
  await make(first, 'kept');
  await eventually(async () => (await readFile(state, 'utf8')).includes('kept'), 'a save');
  for (let count = 0; count < 200; ++count) await make(first, `burst-${count}`);
  await first.kill();
  const found = await names(await startServer(t, '--state', state));
  assert.ok(found.includes('kept'), found.join());
});

test('one server at a time has a state file', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  const first = await startServer(t, '--state', state);
  const { code, stderr } = await runServe('--port', '0', '--state', state).ended;
  assert.equal(code, 2);
  assert.match(stderr, /^error: --state: .*state\.json: another rockpool uses it\n$/);
  assert.equal((await ask(first, '/livez')).status, 200);
});

test('a damaged state, or options that contradict it, are refused and nothing is touched', async t => {
  const state = path.join(await temporaryFolder(t), 'state.json');
  await (await startServer(t, '--state', state)).stop();
  const good = await readFile(state, 'utf8');
  const now = /"now":(\d+)/.exec(good)[1];
  for (const [text, message] of [
    ['', /--state: .*: snapshot: /],
    [good.slice(0, -20), /--state: .*: snapshot: line 1, column \d+: /],
    [good.replace('"seed":"1"', '"seed":"2"'), /replaying it leads to digest/],
    [good.replace(`"now":${now}`, '"now":"x"'), /snapshot: /],
    [good.replace('"rockpool":2', '"rockpool":99'), /version 99 cannot be read/],
  ]) {
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
