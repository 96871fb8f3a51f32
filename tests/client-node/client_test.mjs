// SPDX-License-Identifier: Apache-2.0
// Kubernetes' own JavaScript client against `rockpool serve`.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { eventually, sleep, startServer } from '../native/server.mjs';
import { configFor, k8s } from './client.mjs';

const namespace = 'default';
const labels = { app: 'web' };
const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2, selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] } },
  },
};

// What an API call is refused with.
async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof k8s.ApiException, `${error}`);
    return { code: error.code, status: JSON.parse(error.body) };
  }
  return assert.fail('nothing was refused');
}

test('typed objects are created, read, replaced, patched, scaled, listed and deleted', async t => {
  const config = configFor((await startServer(t, '--speed', '20')).url);
  const apps = config.makeApiClient(k8s.AppsV1Api);
  const core = config.makeApiClient(k8s.CoreV1Api);
  const made = await apps.createNamespacedDeployment({ namespace, body: deployment });
  assert.ok(made.metadata.creationTimestamp instanceof Date);
  assert.equal(made.spec.strategy.rollingUpdate.maxSurge, '25%');
  const refused = await refusal(apps.createNamespacedDeployment({ namespace, body: deployment }));
  assert.equal(refused.code, 409);
  assert.equal(refused.status.reason, 'AlreadyExists');

  await eventually(async () => (await apps.readNamespacedDeployment({ namespace, name: 'web' })).status.readyReplicas === 2, 'ready Pods');
  const pods = await core.listNamespacedPod({ namespace, labelSelector: 'app=web', fieldSelector: 'status.phase=Running' });
  assert.equal(pods.items.length, 2);
  assert.ok(pods.items[0].status.containerStatuses[0].state.running.startedAt instanceof Date);

  const stale = await apps.readNamespacedDeployment({ namespace, name: 'web' });
  await apps.patchNamespacedDeployment({ namespace, name: 'web', body: [{ op: 'replace', path: '/spec/replicas', value: 3 }] });
  const strategic = { metadata: { annotations: { note: 'x' } }, spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'A', value: 'b' }] }] } } } };
  const patched = await apps.patchNamespacedDeployment({ namespace, name: 'web', body: strategic },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.StrategicMergePatch));
  assert.equal(patched.spec.replicas, 3);
  assert.equal(patched.spec.template.spec.containers[0].image, 'nginx:1.27');
  const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 4 } };
  const conflict = await refusal(apps.patchNamespacedDeployment({ namespace, name: 'web', body: applied, fieldManager: 'somebody' },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply)));
  assert.equal(conflict.code, 409);
  assert.match(conflict.status.message, /^Apply failed with 1 conflict: .*\.spec\.replicas$/);
  stale.spec.replicas = 1;
  assert.equal((await refusal(apps.replaceNamespacedDeployment({ namespace, name: 'web', body: stale }))).status.reason, 'Conflict');
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
  scale.spec.replicas = 1;
  // Its status may have changed since, which is no matter here.
  scale.metadata.resourceVersion = undefined;
  await apps.replaceNamespacedDeploymentScale({ namespace, name: 'web', body: scale });
  assert.equal((await apps.readNamespacedDeployment({ namespace, name: 'web' })).spec.replicas, 1);

  // All pages are of the moment of the first one, whatever happens to the Pods meanwhile.
  let total;
  const listed = [];
  for (let token; token !== ''; ) {
    const page = await core.listPodForAllNamespaces({ limit: 2, _continue: token });
    assert.ok(page.items.length <= 2);
    total ??= page.items.length + page.metadata.remainingItemCount;
    listed.push(...page.items.map((pod) => pod.metadata.uid));
    token = page.metadata._continue ?? '';
  }
  assert.ok(total > 2);
  assert.equal(listed.length, total);
  assert.equal(new Set(listed).size, total);

  await apps.deleteNamespacedDeployment({ namespace, name: 'web', propagationPolicy: 'Foreground' });
  await eventually(async () => (await core.listNamespacedPod({ namespace })).items.length === 0, 'no Pods');
  assert.equal((await refusal(apps.readNamespacedDeployment({ namespace, name: 'web' }))).status.reason, 'NotFound');
});

test('objects of any kind go through discovery, and invalid ones say why', async t => {
  const config = configFor((await startServer(t)).url);
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { ports: [{ port: 80 }], selector: labels } };
  const made = await objects.create(service);
  assert.match(made.spec.clusterIP, /^10\.(9[6-9]|10\d|11[01])\./);
  assert.equal((await objects.read(service)).metadata.uid, made.metadata.uid);
  made.spec.ports[0].port = 81;
  assert.equal((await objects.replace(made)).spec.ports[0].port, 81);
  assert.deepEqual((await objects.list('v1', 'Service', namespace)).items.map(({ metadata }) => metadata.name), ['kubernetes', 'web']);
  const { code, status } = await refusal(objects.create({ ...service, metadata: { name: 'Web', namespace } }));
  assert.equal(code, 422);
  assert.equal(status.details.causes[0].field, 'metadata.name');
  await objects.delete(service);
  assert.equal((await refusal(objects.read(service))).code, 404);
});

// A network between client and server that can be cut.
async function startNetwork(t, port) {
  const open = new Set();
  const network = { isCut: false };
  const server = createServer(client => {
    if (network.isCut) return client.destroy();
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      open.add(from);
      from.on('error', () => {}).on('close', () => { open.delete(from); to.destroy(); });
      from.pipe(to);
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  network.url = `http://127.0.0.1:${server.address().port}`;
  network.cut = () => { network.isCut = true; for (const socket of open) socket.destroy(); };
  network.heal = () => { network.isCut = false; };
  t.after(() => { network.cut(); server.close(); });
  return network;
}

test('an informer follows all changes, also across a lost connection and a history that is gone (410)', async t => {
  // Five minutes, which is what the server keeps of the past, are 0.3 seconds.
  const server = await startServer(t, '--speed', '1000');
  const core = configFor(server.url).makeApiClient(k8s.CoreV1Api);
  const network = await startNetwork(t, server.port);
  const config = configFor(network.url);
  const behind = config.makeApiClient(k8s.CoreV1Api);
  let lists = 0;
  const statusCodes = [];
  const watch = new k8s.Watch(config);
  const recording = { watch: (target, query, onEvent, onDone) => watch.watch(target, query, (type, object, event) => {
    if (type === 'ERROR') statusCodes.push(object.code);
    onEvent(type, object, event);
  }, onDone) };
  const informer = new k8s.ListWatch(`/api/v1/namespaces/${namespace}/configmaps`, recording, () => {
    ++lists;
    return behind.listNamespacedConfigMap({ namespace });
  }, false);
  const changes = [];
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => { changes.push(`${verb} ${metadata.name}`); });
  let isOver = false;
  informer.on('error', () => setTimeout(() => isOver || informer.start(), 100));
  t.after(() => {
    isOver = true;
    return informer.stop();
  });
  const make = name => core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  const known = () => informer.list().map(({ metadata }) => metadata.name).sort();

  await make('one');
  await informer.start();
  await make('two');
  await core.replaceNamespacedConfigMap({ namespace, name: 'two', body: { metadata: { name: 'two' }, data: { a: 'b' } } });
  await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
  await eventually(() => changes.includes('delete one'), 'a deletion');
  assert.deepEqual(changes.filter(change => !change.includes('kube-root')), ['add one', 'add two', 'update two', 'delete one']);

  network.cut();
  await make('three');
  await core.deleteNamespacedConfigMap({ namespace, name: 'two' });
  await sleep(1500);
  // The past is dropped when something new comes.
  await make('four');
  network.heal();
  await eventually(() => known().join() === 'four,kube-root-ca.crt,three', `all changes, not ${known()}`);
  assert.ok(lists >= 2, `listed ${lists} times`);
  assert.ok(statusCodes.includes(410), `codes ${statusCodes}`);
  assert.ok(changes.includes('delete two') && changes.includes('add three'));
  await make('five');
  await eventually(() => known().includes('five'), 'the next change');
});

test('exec carries output, errors, input and the exit code', async t => {
  const config = configFor((await startServer(t, '--speed', '20')).url);
  const core = config.makeApiClient(k8s.CoreV1Api);
  const container = { name: 'main', image: 'busybox:1.36', command: ['sleep', '100000'] };
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'box' }, spec: { containers: [container] } } });
  await eventually(async () => (await core.readNamespacedPod({ namespace, name: 'box' })).status.phase === 'Running', 'a running Pod');
  const exec = new k8s.Exec(config);
  const collect = () => {
    const stream = new PassThrough();
    stream.text = '';
    stream.on('data', data => { stream.text += data; });
    return stream;
  };
  const run = async (command, input) => {
    const [output, errors] = [collect(), collect()];
    const stdin = input === undefined ? null : new PassThrough();
    const status = await new Promise((resolve, reject) => {
      exec.exec(namespace, 'box', 'main', command, output, errors, stdin, false, resolve).then(() => stdin?.end(input), reject);
    });
    return { status, output: output.text, errors: errors.text };
  };
  const failed = await run(['sh', '-c', 'echo out; echo err >&2; exit 7']);
  assert.equal(failed.output, 'out\n');
  assert.equal(failed.errors, 'err\n');
  assert.equal(failed.status.reason, 'NonZeroExitCode');
  assert.equal(failed.status.details.causes[0].message, '7');
  const text = 'a line of text\n'.repeat(5000);
  const echoed = await run(['cat'], text);
  assert.equal(echoed.status.status, 'Success');
  assert.ok(echoed.output === text, `${echoed.output.length} bytes`);
  assert.equal((await core.readNamespacedPodLog({ namespace, name: 'box' })), '');
});

test('a forwarded port reaches the Pod', async t => {
  const config = configFor((await startServer(t, '--speed', '20')).url);
  const core = config.makeApiClient(k8s.CoreV1Api);
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'web' }, spec: deployment.spec.template.spec } });
  await eventually(async () => (await core.readNamespacedPod({ namespace, name: 'web' })).status.phase === 'Running', 'a running Pod');
  const forward = new k8s.PortForward(config);
  const open = new Set();
  const local = createServer(socket => {
    open.add(socket.on('error', () => {}));
    forward.portForward(namespace, 'web', [80], socket, null, socket);
  });
  await new Promise(resolve => local.listen(0, '127.0.0.1', resolve));
  t.after(() => { local.close(); for (const socket of open) socket.destroy(); });
  for (let count = 0; count < 3; ++count) {
    const response = await fetch(`http://127.0.0.1:${local.address().port}/`, { headers: { connection: 'close' } });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /Welcome to nginx/);
  }
});
