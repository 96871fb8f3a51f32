// SPDX-License-Identifier: Apache-2.0
// A controller as people write them: an informer, a queue of keys, status updates guarded by resourceVersion, and a Lease
// that says which of two instances works.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, sleep, startServer } from '../native/server.mjs';
import { configFor, k8s } from './client.mjs';

const namespace = 'default';
const [group, version, plural] = ['example.com', 'v1', 'counters'];
const definition = {
  metadata: { name: `${plural}.${group}` },
  spec: {
    group, scope: 'Namespaced', names: { plural, singular: 'counter', kind: 'Counter' },
    versions: [{
      name: version, served: true, storage: true, subresources: { status: {} },
      schema: { openAPIV3Schema: { type: 'object', properties: {
        spec: { type: 'object', required: ['target'], properties: { target: { type: 'integer', minimum: 0 } } },
        status: { type: 'object', properties: { count: { type: 'integer' }, by: { type: 'string' } } },
      } } },
    }],
  },
};

const isConflict = error => error instanceof k8s.ApiException && (error.code === 409 || error.code === 404);

// Holds a Lease as client-go's leaderelection does: whoever has not renewed for its duration, by the clock of who looks
// on, has lost it.
class Elector {
  isLeader = false;
  #seen = { version: '', at: 0 };

  constructor(config, name, identity) {
    this.leases = config.makeApiClient(k8s.CoordinationV1Api);
    Object.assign(this, { name, identity, isStopped: false });
  }

  async run() {
    while (!this.isStopped) {
      this.isLeader = await this.#tryToHold().catch(error => {
        if (!isConflict(error)) throw error;
        return false;
      });
      await sleep(200);
    }
  }

  async #tryToHold() {
    const spec = { holderIdentity: this.identity, leaseDurationSeconds: 1, renewTime: new k8s.V1MicroTime() };
    const metadata = { name: this.name, namespace };
    let lease;
    try {
      lease = await this.leases.readNamespacedLease({ name: this.name, namespace });
    } catch (error) {
      if (error.code !== 404) throw error;
      await this.leases.createNamespacedLease({ namespace, body: { metadata, spec } });
      return true;
    }
    const { resourceVersion } = lease.metadata;
    if (resourceVersion !== this.#seen.version) this.#seen = { version: resourceVersion, at: Date.now() };
    const isHeld = Date.now() - this.#seen.at < lease.spec.leaseDurationSeconds * 1000;
    if (lease.spec.holderIdentity !== this.identity && isHeld) return false;
    const leaseTransitions = (lease.spec.leaseTransitions ?? 0) + (lease.spec.holderIdentity === this.identity ? 0 : 1);
    await this.leases.replaceNamespacedLease({ name: this.name, namespace, body: { metadata: { ...metadata, resourceVersion }, spec: { ...spec, leaseTransitions } } });
    return true;
  }
}

// Counts every Counter's status up to its target, by one each time.
class Controller {
  reconciles = 0;
  conflicts = 0;
  #queue = new Set();
  #isWorking = new Set();

  constructor(config, identity) {
    this.api = config.makeApiClient(k8s.CustomObjectsApi);
    this.identity = identity;
    this.elector = new Elector(config, 'counters', identity);
    const list = () => this.api.listNamespacedCustomObject({ group, version, namespace, plural });
    this.informer = new k8s.ListWatch(`/apis/${group}/${version}/namespaces/${namespace}/${plural}`, new k8s.Watch(config), list, false);
    for (const verb of ['add', 'update']) this.informer.on(verb, ({ metadata }) => this.#queue.add(metadata.name));
    this.informer.on('error', () => setTimeout(() => this.isStopped || this.informer.start(), 50));
  }

  async start() {
    this.ended = Promise.all([this.elector.run(), ...Array.from({ length: 4 }, () => this.#work())]);
    await this.informer.start();
  }

  async stop() {
    this.isStopped = this.elector.isStopped = true;
    await this.informer.stop();
    await this.ended;
  }

  // One at a time of each object; what changes meanwhile is looked at again.
  async #work() {
    while (!this.isStopped) {
      const name = this.elector.isLeader && [...this.#queue].find(each => !this.#isWorking.has(each));
      if (!name) {
        await sleep(5);
        continue;
      }
      this.#queue.delete(name);
      this.#isWorking.add(name);
      try {
        await this.#reconcile(name);
        ++this.reconciles;
      } catch (error) {
        if (!isConflict(error)) throw error;
        // The cache was behind: its news puts the object into the queue again.
        ++this.conflicts;
        this.#queue.add(name);
        await sleep(5);
      }
      this.#isWorking.delete(name);
    }
  }

  async #reconcile(name) {
    const object = this.informer.get(name, namespace);
    const count = object?.status?.count ?? 0;
    if (!object || count >= object.spec.target) return;
    const body = { ...object, status: { count: count + 1, by: this.identity } };
    await this.api.replaceNamespacedCustomObjectStatus({ group, version, namespace, plural, name, body });
  }
}

test('two controllers, of which one leads and then dies, make ten thousand changes of status and lose none', async t => {
  const [objects, target] = [25, 400];
  const server = await startServer(t);
  const config = configFor(server.url);
  await config.makeApiClient(k8s.ApiextensionsV1Api).createCustomResourceDefinition({ body: definition });
  const api = config.makeApiClient(k8s.CustomObjectsApi);
  await eventually(() => api.listNamespacedCustomObject({ group, version, namespace, plural }), 'the new kind');

  // Somebody who looks on: each count must be one more than the one before.
  const counts = new Map();
  const jumps = [];
  const watching = await new k8s.Watch(config).watch(`/apis/${group}/${version}/${plural}`, {}, (type, { metadata, status }) => {
    const before = counts.get(metadata.name) ?? -1;
    const count = status?.count ?? 0;
    if (count !== before + 1) jumps.push(`${type} ${metadata.name}: ${before} -> ${count}`);
    counts.set(metadata.name, count);
  }, () => {});
  t.after(() => watching.abort());

  const [first, second] = [new Controller(config, 'first'), new Controller(config, 'second')];
  t.after(() => Promise.all([first.stop(), second.stop()]));
  await first.start();
  await eventually(() => first.elector.isLeader, 'a leader');
  await second.start();
  for (let index = 0; index < objects; ++index) {
    const body = { apiVersion: `${group}/${version}`, kind: 'Counter', metadata: { name: `counter-${index}` }, spec: { target } };
    await api.createNamespacedCustomObject({ group, version, namespace, plural, body });
  }
  const done = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
  await eventually(() => done() >= objects * target / 2, 'half of it', 120_000);
  assert.equal(second.reconciles, 0, 'only the leader works');
  // It dies without a word; its Lease runs out.
  await first.stop();
  await eventually(() => done() === objects * target, 'all of it', 120_000);
  await eventually(() => second.informer.list().every(({ status }) => status.count === target), 'the last news');

  assert.deepEqual(jumps, []);
  const { items } = await api.listNamespacedCustomObject({ group, version, namespace, plural });
  assert.equal(items.length, objects);
  for (const { status } of items) assert.deepEqual(status, { count: target, by: 'second' });
  assert.ok(first.reconciles + second.reconciles >= objects * target);
  const lease = await config.makeApiClient(k8s.CoordinationV1Api).readNamespacedLease({ name: 'counters', namespace });
  assert.equal(lease.spec.holderIdentity, 'second');
  assert.equal(lease.spec.leaseTransitions, 1);
  t.diagnostic(`${first.reconciles} and ${second.reconciles} reconciles, ${first.conflicts + second.conflicts} conflicts`);
});
