// SPDX-License-Identifier: Apache-2.0
// What no well-behaved client sends: each is refused in few words, costs little, and harms nobody else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { ask, eventually, rawConnection, sleep, startServer } from './server.mjs';

const configMaps = '/api/v1/namespaces/default/configmaps';
const host = 'Host: localhost\r\n';
const chunked = `POST ${configMaps} HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
const megabyte = 1 << 20;

// Kilobytes of memory that the server has.
async function residentMemory(server) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${server.child.pid}/status`, 'utf8'))[1]);
}

// One server for all: whatever they are sent, it must serve the next.
let server;
const undone = [];
before(async () => { server = await startServer({ after: undo => undone.push(undo) }); });
after(async () => {
  assert.equal((await ask(server, '/livez')).body, 'ok');
  assert.equal((await server.stop()).code, 0);
  for (const undo of undone) await undo();
});

// Requests of which two readers could see the ends in different places: the second would be taken for another request.
test('a body without a certain end is refused, and what follows is not read as a request', async t => {
  const smuggled = `GET /livez HTTP/1.1\r\n${host}\r\n`;
  for (const [fields, status] of [
    ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 400], ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', 400],
    ['Content-Length: 5\r\nContent-Length: 6\r\n', 400], ['Content-Length: -1\r\n', 400], ['Content-Length: +5\r\n', 400],
    ['Content-Length: 5 5\r\n', 400], ['Content-Length: 0x5\r\n', 400], ['Content-Length: 99999999999999999999\r\n', 400],
    ['Transfer-Encoding: gzip\r\n', 501], ['Transfer-Encoding: gzip, chunked\r\n', 501],
    ['Transfer-Encoding: xchunked\r\n', 501], ['Transfer-Encoding: chunked, identity\r\n', 501],
    ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '(400|501)'],
    ['Transfer-Encoding : chunked\r\n', 400],
  ]) {
    const raw = await rawConnection(t, server.port);
    raw.send(`POST ${configMaps} HTTP/1.1\r\n${host}${fields}\r\n0\r\n\r\n${smuggled}`);
    await raw.receive(new RegExp(`^HTTP/1\\.1 ${status} [^]*"kind":"Status"`));
    await raw.closed();
    assert.equal(raw.text.match(/HTTP\/1\.1/g).length, 1, `${fields}: ${raw.text}`);
  }
});

test('lines that are no HTTP, or another protocol, end the connection', async t => {
  for (const text of [
    `GET /livez HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`, `GET /li\0vez HTTP/1.1\r\n${host}\r\n`,
    `GET /livez HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, `GET /livez HTTP/1.1\r\n${host}X : a\r\n\r\n`,
    `GET /livez HTTP/1.1\r\n${host}: a\r\n\r\n`, 'GET /livez HTTP/1.1\nHost: localhost\n\n', 'GET /livez\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\r\n'.repeat(1000), Buffer.from('16030100c8010000c40303', 'hex'),
    Buffer.from('050100', 'hex'), Buffer.alloc(5000, 0xff),
  ]) {
    const raw = await rawConnection(t, server.port);
    raw.send(text);
    await raw.receive(/^HTTP\/1\.1 400 [^]*"reason":"BadRequest"/);
    await raw.closed();
  }
});

test('strange methods and targets get an answer in good order, on the same connection', async t => {
  const raw = await rawConnection(t, server.port);
  let answers = 0;
  for (const [line, status] of [
    ['OPTIONS * HTTP/1.1', 400], ['CONNECT evil.example:80 HTTP/1.1', 400], ['GET http://evil.example/ HTTP/1.1', 400],
    ['GET //api HTTP/1.1', 404], ['GET /api/v1/../../etc/passwd HTTP/1.1', 404], ['GET /api/v1/namespaces/%00 HTTP/1.1', 404],
    ['GET /api/v1/namespaces/a%0d%0aX:%20y HTTP/1.1', 404], ['GET /api/v1/namespaces/%ff%c0%80 HTTP/1.1', 404],
    ['GET /api/v1/namespaces/% HTTP/1.1', 404], [`GET /api/v1/namespaces/${'a/'.repeat(20_000)} HTTP/1.1`, 404],
    [`GET ${configMaps}?${'limit=1&'.repeat(5000)} HTTP/1.1`, 200], [`GET ${configMaps}?limit=many HTTP/1.1`, 400],
    [`GET ${configMaps}?continue=%00%ff HTTP/1.1`, 400], [`GET ${configMaps}?labelSelector=((( HTTP/1.1`, 400],
    [`GET ${configMaps}?fieldSelector=a%3D%5C HTTP/1.1`, 400], [`GET ${configMaps}?resourceVersion=1e9&watch=1 HTTP/1.1`, 400],
    [`${'A'.repeat(9000)} /livez HTTP/1.1`, '(404|405)'],
  ]) {
    raw.send(`${line}\r\n${host}Content-Length: 0\r\n\r\n`);
    ++answers;
    await eventually(() => raw.text.match(/HTTP\/1\.1 \d+/g)?.length === answers, `answer to ${line.slice(0, 80)}`);
    const last = raw.text.match(/HTTP\/1\.1 (\d+)/g).at(-1);
    assert.match(last, new RegExp(`${status}$`), line.slice(0, 80));
  }
  assert.doesNotMatch(raw.text, /^X: y/m);
});

test('bad chunks are refused', async t => {
  for (const [body, status] of [
    ['zz\r\n', 400], ['-5\r\nabcde\r\n', 400], ['5\r\nabcdeXX0\r\n\r\n', 400], ['10000000000000005\r\nabcde\r\n0\r\n\r\n', 400],
    ['ffffffffffffffff\r\nabcde\r\n', 413], ['5;=\x01\r\nabcde\r\n0\r\n\r\n', 400], ['0\r\nno colon\r\n\r\n', 400],
  ]) {
    const raw = await rawConnection(t, server.port);
    raw.send(chunked + body);
    await raw.receive(new RegExp(`^HTTP/1\\.1 ${status} [^]*"kind":"Status"`));
    await raw.closed();
  }
  // A client that leaves in the middle of a body has asked for nothing.
  const leaving = await rawConnection(t, server.port);
  leaving.socket.end(`${chunked}2\r\n{"`);
  await leaving.closed();
  assert.equal(leaving.text, '');
});

test('what frames a body may not grow without end', async t => {
  const idle = await residentMemory(server);
  const filling = 'x'.repeat(65_536);
  for (const [begin, piece] of [['5;a=', filling], ['', '0'.repeat(65_536)], ['0\r\n', `X: ${filling}\r\n`], ['0\r\nX: ', filling]]) {
    const raw = await rawConnection(t, server.port);
    raw.send(chunked + begin);
    for (let count = 0; count < 128 && !raw.hasEnded; ++count) {
      raw.send(piece);
      await sleep(0);
    }
    await raw.closed();
    assert.ok(raw.text === '' || /^HTTP\/1\.1 4\d\d /.test(raw.text), raw.text);
  }
  const grown = await residentMemory(server) - idle;
  assert.ok(grown < 4096, `${grown} KiB more`);
});

// Seconds that the server's thread has computed: what others do on the machine does not count.
async function computedSeconds(server) {
  return Number((await readFile(`/proc/${server.child.pid}/schedstat`, 'utf8')).split(' ')[0]) / 1e9;
}

test('documents made to be costly cost little more than others of their size', async () => {
  const post = async (type, body) => {
    const begin = await computedSeconds(server);
    const response = await fetch(server.url + configMaps, { method: 'POST', headers: { 'content-type': `application/${type}` }, body });
    await response.arrayBuffer();
    return { status: response.status, seconds: await computedSeconds(server) - begin };
  };
  const lines = (count, line) => Array.from({ length: count }, (_, index) => line(index));
  const laughs = 'a: &a [x,x,x,x,x,x,x,x,x]\n' +
      lines(11, index => `${'bcdefghijkl'[index]}: &${'bcdefghijkl'[index]} [${Array(9).fill(`*${'abcdefghijk'[index]}`)}]\n`).join('');
  // As large as a ConfigMap may be, with nothing special about it; refused for its name.
  const data = lines(10_000, index => `"key-${index}":"${'x'.repeat(80)}"`);
  const plain = await post('json', `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"_"},"data":{${data}}}`);
  assert.equal(plain.status, 422);
  for (const [name, type, body, status] of [
    ['nested arrays', 'json', '['.repeat(2 * megabyte), 400], ['nested objects', 'json', '{"a":'.repeat(megabyte / 2), 400],
    ['one name again and again', 'json', `{${'"a":1,'.repeat(300_000)}"a":1}`, 422],
    ['unknown fields', 'json', `{${lines(200_000, index => `"k${index}":1`)}}`, 422],
    ['a long number', 'json', '1'.repeat(2 * megabyte), 400], ['a large exponent', 'json', `1e${'9'.repeat(megabyte)}`, 400],
    ['nested sequences', 'yaml', '- '.repeat(megabyte), 400], ['nested keys', 'yaml', '? '.repeat(megabyte), 400],
    ['aliases of aliases', 'yaml', laughs, 400], ['anchors', 'yaml', lines(100_000, index => `a${index}: &x${index} 1\n`).join(''), 422],
    ['merges', 'yaml', `a: &a {${lines(3000, index => `k${index}: v`)}}\n${lines(3000, index => `b${index}: {<<: *a}\n`).join('')}`, 400],
    ['documents', 'yaml', '--- a\n'.repeat(300_000), 400], ['tabs', 'yaml', '\t'.repeat(2 * megabyte), 400],
  ]) {
    const answer = await post(type, body);
    assert.equal(answer.status, status, name);
    const times = answer.seconds / plain.seconds;
    // Work that grew with the square of the size would be thousands of times as much.
    assert.ok(times < 100, `${name} cost ${times.toFixed()} times what a plain document does`);
  }
});

// Their time-outs run at the same time.
describe('slow clients are given half a minute', { concurrency: true }, () => {
  for (const [name, begin, piece] of [
    ['a header', `GET /livez HTTP/1.1\r\n${host}X: `, 'x'], ['a body', `POST ${configMaps} HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n`, ' '],
    ['chunks', chunked, '1\r\n \r\n'],
  ]) {
    test(`for ${name} that comes byte by byte`, async t => {
      const raw = await rawConnection(t, server.port);
      raw.send(begin);
      const begun = Date.now();
      while (!raw.hasEnded && Date.now() - begun < 45_000) {
        raw.send(piece);
        await sleep(500);
      }
      const seconds = (Date.now() - begun) / 1000;
      assert.ok(raw.hasEnded && seconds > 25, `open for ${seconds} s`);
    });
  }
});

test('clients that say nothing make room for others when there is no more', async t => {
  const silent = [];
  for (let count = 0; count < 2050; ++count) silent.push(rawConnection(t, server.port));
  await Promise.all(silent);
  const other = await rawConnection(t, server.port);
  other.send(`GET /livez HTTP/1.1\r\n${host}\r\n`);
  // Had it waited for their time-outs, it would have been two minutes.
  await other.receive(/^HTTP\/1\.1 200 [^]*ok$/, 60_000);
});
