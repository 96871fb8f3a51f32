// SPDX-License-Identifier: Apache-2.0
// Finds kubectl, and runs sessions of it against a server.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { eventually, root, startServer, temporaryFolder } from '../native/server.mjs';

// Older ones are not promised anything.
export const oldestMinor = 31;
const commandMilliseconds = 60_000;
const retryMilliseconds = 30_000;

const minorOf = file => {
  try {
    const version = JSON.parse(execFileSync(file, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }));
    return { minor: parseInt(version.clientVersion.minor, 10), name: version.clientVersion.gitVersion };
  } catch {
    return undefined;
  }
};

// What might be kubectl: on the path and beside it (some packages keep several), or fetched by tools/setup.
function candidates() {
  const files = [];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, 'kubectl');
    if (!existsSync(file)) continue;
    const real = realpathSync(file);
    const beside = path.dirname(real);
    files.push(...readdirSync(beside).filter(name => /^kubectl\.1\.\d+$/.test(name)).map(name => path.join(beside, name)));
    files.push(real);
  }
  files.push(path.join(process.env.ROCKPOOL_CACHE ?? path.join(root, '.cache'), 'kubectl/usr/bin/kubectl'));
  return [...new Set(files)].filter(file => existsSync(file));
}

// Every kubectl of this machine that is new enough, one of each minor version, the oldest first:
// [{file, minor, name}]. Throws if there is none.
export function findKubectls() {
  const byMinor = new Map();
  for (const file of candidates()) {
    const version = minorOf(file);
    if (version && version.minor >= oldestMinor && !byMinor.has(version.minor)) {
      byMinor.set(version.minor, { file, ...version });
    }
  }
  if (byMinor.size === 0) throw new Error(`no kubectl from 1.${oldestMinor} up was found: run tools/setup kubectl`);
  return [...byMinor.values()].sort((left, right) => left.minor - right.minor);
}

// A session file: {options, steps: [{line, command, mode, expected}]}. Lines:
//   % option…      options of `rockpool serve`; RANDOM is a number
//   $ command      a shell command that must succeed;   $! that must fail;   $? that is repeated until it fits
//   > more         goes on with the command
//   # remark
//   anything else  a regular expression for a line of what the command prints; `...` for any lines
// Empty lines count on neither side.
export function parseSession(text) {
  const steps = [];
  const options = [];
  text.split('\n').forEach((line, index) => {
    const begin = /^\$([!?]?) (.*)$/.exec(line);
    if (line.startsWith('% ')) options.push(...line.slice(2).replace('RANDOM', Math.floor(Math.random() * 2 ** 31)).split(' '));
    else if (begin) steps.push({ line: index + 1, mode: begin[1], command: begin[2], expected: [] });
    else if (line.startsWith('> ')) steps.at(-1).command += `\n${line.slice(2)}`;
    else if (line !== '' && !line.startsWith('#')) steps.at(-1).expected.push(line);
  });
  return { options, steps };
}

// The lines of `expected` as one regular expression for the whole output.
export function pattern(expected) {
  const source = expected.map(line => (line === '...' ? '(?:[^\\n]*\\n)*' : `(?:${line})[ \\t]*\\n`)).join('');
  return new RegExp(`^${source}$`);
}

function runShell(command, { cwd, env }) {
  return new Promise(resolve => {
    const child = spawn('bash', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { output += data; });
    // The whole group: a shell's children would live on.
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), commandMilliseconds);
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ code, output: output.split('\n').filter(line => line.trim() !== '').map(line => `${line}\n`).join('') });
    });
  });
}

// Runs the commands of a session against a cluster of its own. `kubectl` and `until-seen` are on the path, and
// $SERVER is the server's URL.
export async function runSession(t, kubectl, file, options = []) {
  const folder = await temporaryFolder(t);
  const kubeconfig = path.join(folder, 'kubeconfig');
  const session = parseSession(await readFile(file, 'utf8'));
  const server = await startServer(t, '--kubeconfig', kubeconfig, ...options, ...session.options);
  await mkdir(path.join(folder, 'bin'));
  await symlink(kubectl.file, path.join(folder, 'bin/kubectl'));
  await symlink(path.join(root, 'tests/kubectl/until-seen'), path.join(folder, 'bin/until-seen'));
  const env = { ...process.env, HOME: folder, KUBECONFIG: kubeconfig, SERVER: server.url,
                PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` };
  for (const step of session.steps) {
    const once = async () => {
      const result = await runShell(step.command, { cwd: folder, env });
      const fits = pattern(step.expected).test(result.output) && (result.code === 0) === (step.mode !== '!');
      if (fits) return true;
      throw new Error(`${path.basename(file)}:${step.line}: ${step.command}\nexit status ${result.code}, output:\n` +
                      `${result.output}expected:\n${step.expected.join('\n')}`);
    };
    if (step.mode === '?') await eventually(once, `${path.basename(file)}:${step.line}`, retryMilliseconds);
    else await once();
  }
}
