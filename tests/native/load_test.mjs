// SPDX-License-Identifier: Apache-2.0
// Many clients at once, and slow ones among them: nothing is lost, nothing comes in another order, nothing stays behind.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, get, request } from 'node:http';
import { test } from 'node:test';
import { ask, eventually, rawConnection, sleep, startServer } from './server.mjs';

const configMaps = '/api/v1/namespaces/default/configmaps';

async function residentMegabytes(server) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
}

// A request on one of the agent's connections; the answer is read but not parsed.
function send(server, agent, method, path, body) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    request(server.url + path, { agent, method, headers }, response => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject).end(text);
  });
}

// Does `work(0)` to `work(count - 1)`, eight at a time.
async function inParallel(count, work) {
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < count) await work(next++);
  }));
}

// Watches all ConfigMaps of the namespace from a revision on: what comes is counted in lines and hashed; with
// `keeps` it is kept.
async function watch(server, revision, keeps) {
  const watcher = { lines: 0, text: [], hash: createHash('sha1'), hasEnded: false };
  const target = `${server.url}${configMaps}?watch=true&resourceVersion=${revision}`;
  const response = await new Promise((resolve, reject) => get(target, { agent: false }, resolve).on('error', reject));
  response.on('data', piece => {
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) ++watcher.lines;
    watcher.hash.update(piece);
    if (keeps) watcher.text.push(piece);
  });
  response.on('end', () => { watcher.hasEnded = true; }).on('error', () => { watcher.hasEnded = true; });
  watcher.stop = () => response.destroy();
  return watcher;
}

const revisionOf = async server => (await ask(server, `${configMaps}?limit=1`)).body.metadata.resourceVersion;

test('two hundred watchers see ten thousand writes, each once and in order; memory does not grow from load to load', async t => {
  const watchers = 200;
  const objects = 2500;
  // So fast that what the server keeps of the past five minutes goes soon.
  const server = await startServer(t, '--speed', '100');
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const object = (index, version) => ({ metadata: { name: `load-${index}` }, data: { index: `${index}`, version: `${version}` } });
  const resident = [];
  for (let round = 0; round < 2; ++round) {
    const revision = await revisionOf(server);
    const all = await Promise.all(Array.from({ length: watchers }, (_, index) => watch(server, revision, index === 0)));
    await inParallel(objects, async index => assert.equal(await send(server, agent, 'POST', configMaps, object(index, 0)), 201));
    for (const version of [1, 2]) {
      await inParallel(objects, async index => assert.equal(await send(server, agent, 'PUT', `${configMaps}/load-${index}`, object(index, version)), 200));
    }
    await inParallel(objects, async index => assert.equal(await send(server, agent, 'DELETE', `${configMaps}/load-${index}`), 200));
    await eventually(() => all.every(({ lines }) => lines === 4 * objects), 'all events', 60_000);
    const hashes = new Set(all.map(({ hash }) => hash.digest('hex')));
    assert.equal(hashes.size, 1, 'every watcher has seen the same');
    checkEvents(Buffer.concat(all[0].text).toString(), objects);
    for (const watcher of all) watcher.stop();
    // Five minutes of the cluster.
    await sleep(4000);
    resident.push(await residentMegabytes(server));
  }
  assert.ok(resident[1] - resident[0] < 4, `${resident.map(each => each.toFixed(1))} MB after each round`);
});

// One event for each write, in order of revisions, and for each object in the order of its writes.
function checkEvents(text, objects) {
  const expected = ['ADDED 0', 'MODIFIED 1', 'MODIFIED 2', 'DELETED 2'];
  const seen = Array(objects).fill(0);
  let last = 0;
  for (const line of text.trimEnd().split('\n')) {
    const { type, object } = JSON.parse(line);
    assert.equal(`${type} ${object.data.version}`, expected[seen[object.data.index]++], line);
    assert.ok(Number(object.metadata.resourceVersion) > last, line);
    last = Number(object.metadata.resourceVersion);
  }
  assert.ok(seen.every(count => count === expected.length));
}

test('watchers that read nothing, or have vanished, delay nobody and are let go', async t => {
  const server = await startServer(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const text = 'x'.repeat(2000);
  const body = version => ({ metadata: { name: 'busy' }, data: { text, version: `${version}` } });
  assert.equal(await send(server, agent, 'POST', configMaps, body(0)), 201);
  const before = await residentMegabytes(server);
  const revision = await revisionOf(server);
  for (let count = 0; count < 50; ++count) {
    const raw = await rawConnection(t, server.port);
    raw.socket.pause();
    raw.send(`GET ${configMaps}?watch=true&resourceVersion=${revision} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    if (count % 2 === 1) setTimeout(() => raw.socket.destroy(), 20 * count);
  }
  const eager = await watch(server, revision, false);
  const slowest = { milliseconds: 0 };
  for (let version = 1; version <= 2000; ++version) {
    const begun = Date.now();
    assert.equal(await send(server, agent, 'PUT', `${configMaps}/busy`, body(version)), 200);
    slowest.milliseconds = Math.max(slowest.milliseconds, Date.now() - begun);
  }
  await eventually(() => eager.lines === 2000, 'all events');
  // One that waited for a watcher which reads nothing would wait for a minute.
  assert.ok(slowest.milliseconds < 30_000, `a write took ${slowest.milliseconds} ms`);
  // 25 lazy watchers, each with a megabyte written out for it and what sockets hold; not all that came.
  const grown = await residentMegabytes(server) - before;
  assert.ok(grown < 100, `${grown} MB more`);
});
