// SPDX-License-Identifier: Apache-2.0
// rockpool.d.ts tells the truth: it declares what is there, and what comes back has the types that it says.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as fetching from '../../dist/rockpool-fetch.js';
import * as library from '../../dist/rockpool.js';
import { webManifest } from '../manifests/web.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = process.env.ROCKPOOL_CACHE ?? path.join(root, '.cache');
const ts = createRequire(import.meta.url)(path.join(cache, 'node/node_modules/typescript'));

const declarations = path.join(root, 'dist/rockpool.d.ts');
const options = {
  strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, types: [],
  moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
};

// A program of one text that lies beside the library.
function compile(text) {
  const file = path.join(root, 'dist/sample.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = name => name === file || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(file, text, ...rest) : getSourceFile.call(host, name, ...rest);
  return ts.createProgram([file], options, host);
}

function problems(text) {
  return ts.getPreEmitDiagnostics(compile(text)).map(({ file, start, messageText }) => {
    const where = file ? `${path.basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}: ` : '';
    return where + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
}

const imports = `import { Rockpool, StatusError, MIN_SPEED, MAX_SPEED } from './rockpool.js';
import type { Applied, ApiResponse, Explanation, FetchResult, RememberedClient, Status, TrackedConnection, WatchEvent } from './rockpool.js';
import { createFetch } from './rockpool-fetch.js';
`;

// Results of a living cluster, by the types that they are declared to have.
const results = {};

before(async () => {
  const cluster = await library.Rockpool.create({ seed: 1, nodes: 2, proxyMode: 'iptables' });
  after(() => cluster.destroy());
  const events = [];
  cluster.watch('/api/v1/pods', event => events.push({ type: event.type, object: {} }));
  results['Applied[]'] = await cluster.apply(webManifest());
  cluster.advance('30s');
  const patched = await cluster.request({
    method: 'PATCH', path: '/api/v1/namespaces/default/services/web', headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { sessionAffinity: 'ClientIP' } },
  });
  assert.equal(patched.status, 200);
  cluster.advance('5s');
  const fetches = [];
  for (const url of ['http://web/hostname', 'http://web:81/', 'http://nobody/', 'http://10.96.0.10:53']) {
    fetches.push(await cluster.fetch(url, { from: 'pod/default/client', timeout: 3 }));
  }
  assert.ok(fetches.some(({ status }) => status === 200) && fetches.some(({ failure }) => failure));
  results['FetchResult[]'] = fetches;
  results['ApiResponse'] = { ...patched, body: '' };
  results['Explanation[]'] = [await cluster.explain('http://web/', { from: 'pod/default/client' }), await cluster.explain('http://nobody/')];
  results['WatchEvent[]'] = events;
  const nodes = ['node-1', 'node-2'];
  results['TrackedConnection[]'] = nodes.flatMap(node => cluster.connections(node));
  results['RememberedClient[]'] = nodes.flatMap(node => cluster.affinities(node));
  results.Status = await cluster.apply('kind: Pod\napiVersion: v1\nmetadata: {name: A}\nspec: {}').catch(({ status }) => status);
  results['ReturnType<Rockpool["now"]>'] = cluster.now();
  results['ReturnType<Rockpool["proxyRules"]>'] = cluster.proxyRules('node-1').slice(0, 10);
  results['ReturnType<Rockpool["step"]>'] = cluster.step();
});

test('what comes back has the declared types, and nothing beside', () => {
  const text = Object.entries(results).map(([type, value], index) => {
    assert.ok(value !== undefined && value.length !== 0, type);
    return `export const result${index}: ${type} = ${JSON.stringify(value)};`;
  });
  assert.deepEqual(problems(imports + text.join('\n')), []);
});

test('what is declared can be used, and misuse is seen', () => {
  assert.deepEqual(problems(`${imports}
    const cluster: Rockpool = await Rockpool.create({ seed: 1n, nodes: 3, ipFamilies: ['IPv4', 'IPv6'], proxyMode: 'ipvs', ipvsScheduler: 'lc' });
    const [{ kind, result }]: Applied[] = await cluster.apply('');
    const stop: () => void = cluster.watch<{ metadata: { name: string } }>('/api/v1/pods', ({ type, object }) => type + object.metadata.name);
    stop();
    const { status, failure, trace } = await cluster.fetch('http://web', { from: 'node/node-1', timeout: '3s' });
    await cluster.fault({ kill: 'pod/default/web', now: true });
    await cluster.fault({ lose: 'node/node-1', loss: 0.5 });
    cluster.advance(10); cluster.play(MAX_SPEED); cluster.pause();
    const answer: Response = await createFetch(cluster)('/api/v1/pods');
    const element = document.querySelector('rockpool-sandbox');
    if (element?.cluster) element.cluster.digest();
    // @ts-expect-error: nodes are counted
    await Rockpool.create({ nodes: '3' });
    // @ts-expect-error: there is no such mode
    await cluster.setProxyMode('ebpf');
    // @ts-expect-error: there is no such fault
    await cluster.fault({ explode: 'node/node-1' });
    // @ts-expect-error: clusters are created
    new Rockpool();
    // @ts-expect-error: it can only be read
    cluster.playing = true;
    // @ts-expect-error: a result is one of three
    result === 'deleted';
    console.log(kind, status, failure?.kind, trace[0]?.kind, answer.ok, MIN_SPEED, StatusError);`), []);
});

// The names that others may use of an object that Node made.
const namesOf = object => Object.getOwnPropertyNames(object)
    .filter(name => !['constructor', 'prototype', 'length', 'name'].includes(name)).sort();

function declaredMembers(file, className) {
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  const values = exports.filter(({ flags }) => flags & ts.SymbolFlags.Value);
  const members = symbols => symbols.map(({ name }) => name).filter(name => !name.startsWith('__') && name !== 'prototype').sort();
  const found = exports.find(({ name }) => name === className);
  return {
    values: values.map(({ name }) => name).sort(),
    statics: found?.exports ? members([...found.exports.values()]) : [],
    instance: found?.members ? members([...found.members.values()]) : [],
  };
}

test('every function is declared, and nothing that is not there', () => {
  const { values, statics, instance } = declaredMembers(declarations, 'Rockpool');
  assert.deepEqual(values, Object.keys(library).sort());
  assert.deepEqual(instance, namesOf(library.Rockpool.prototype));
  assert.deepEqual(statics, namesOf(library.Rockpool));
  assert.deepEqual(declaredMembers(path.join(root, 'dist/rockpool-fetch.d.ts'), '').values, Object.keys(fetching).sort());
});

test('the element has what is declared of it', async () => {
  const source = ts.createSourceFile('sandbox.js', await readFile(path.join(root, 'dist/rockpool-sandbox.js'), 'utf8'), options.target);
  const calledByBrowser = ['connectedCallback', 'disconnectedCallback', 'attributeChangedCallback', 'observedAttributes'];
  const names = new Set();
  const visit = node => {
    if (ts.isClassLike(node) && node.name?.text === 'Sandbox') {
      for (const { name } of node.members) if (name && ts.isIdentifier(name)) names.add(name.text);
    } else {
      ts.forEachChild(node, visit);
    }
  };
  visit(source);
  const declared = declaredMembers(declarations, 'RockpoolSandboxElement').instance;
  assert.deepEqual([...names].filter(name => !calledByBrowser.includes(name)).sort(), declared);
});
