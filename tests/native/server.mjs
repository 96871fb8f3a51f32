// SPDX-License-Identifier: Apache-2.0
// Starts build/native/rockpool serve for tests, and speaks raw HTTP with it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = process.env.ROCKPOOL_PROGRAM ?? path.join(root, 'build/native/rockpool');
const startMilliseconds = 20_000;

export const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// Asks until `ask` returns something true, which is the result.
export async function eventually(ask, what, milliseconds = 20_000) {
  const deadline = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      const result = await ask();
      if (result) return result;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come about${last ? `: ${last.message}` : ''}`);
    await sleep(50);
  }
}

export async function temporaryFolder(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rockpool-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

// Runs `rockpool serve` with these arguments to its end: {code, signal, stdout, stderr}.
export function runServe(...options) {
  const child = spawn(program, ['serve', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', text => { output[name] += text; });
  const ended = new Promise(resolve => {
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, output, ended };
}

// Starts a server on a free port: {url, port, child, output, ended, stop(), kill()}. It is ended with the test.
export async function startServer(t, ...options) {
  const { child, output, ended } = runServe('--port', '0', ...options);
  let hasEnded = false;
  ended.then(() => { hasEnded = true; });
  const end = signal => {
    if (!hasEnded) child.kill(signal);
    return ended;
  };
  t.after(() => end('SIGKILL'));
  const url = await eventually(() => {
    if (hasEnded) throw new Error(`the server ended: ${output.stderr}`);
    return /https?:\/\/[\d.:[\]a-f]+/.exec(output.stdout)?.[0];
  }, 'a server', startMilliseconds);
  return { url, port: Number(new URL(url).port), child, output, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

// A JSON request with fetch: {status, body}.
export async function ask(server, target, { method = 'GET', body, headers = {} } = {}) {
  const options = { method, headers: { 'content-type': 'application/json', ...headers } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(server.url + target, options);
  const text = await response.text();
  let parsed = text;
  try { parsed = JSON.parse(text); } catch { /* Plain text. */ }
  return { status: response.status, headers: response.headers, body: parsed };
}

// A bare connection: send(text), receive(pattern) waits for bytes that match, closed is the end.
export async function rawConnection(t, port) {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  const raw = { socket, text: '', hasEnded: false, send: text => socket.write(text) };
  socket.on('data', data => { raw.text += data.toString('latin1'); });
  for (const event of ['end', 'close', 'error']) socket.on(event, () => { raw.hasEnded = true; });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  raw.receive = (pattern, milliseconds) =>
      eventually(() => pattern.exec(raw.text), `${pattern} in ${JSON.stringify(raw.text.slice(-300))}`, milliseconds);
  raw.closed = milliseconds => eventually(() => raw.hasEnded, 'the end of the connection', milliseconds);
  return raw;
}
