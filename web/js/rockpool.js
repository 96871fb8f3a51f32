// SPDX-License-Identifier: Apache-2.0
//
// Rockpool: a whole Kubernetes cluster in memory, for pages and for Node. See rockpool.d.ts for what each
// function takes, returns and throws.

/** An error of the cluster's API: `status` is the Kubernetes Status object. */
export class StatusError extends Error {
  constructor({ status, line = 0, column = 0, object = '', applied = [] }) {
    super(line > 0 ? `line ${line}, column ${column}: ${status.message}` : status.message);
    this.name = 'StatusError';
    this.status = status;
    this.line = line;
    this.column = column;
    this.object = object;
    this.applied = applied;
  }
}

function parse(json) {
  const answer = JSON.parse(json);
  if (answer.error) throw new StatusError(answer.error);
  return answer;
}

// A mistake in the arguments, in the shape of the API's own errors.
function badRequest(message) {
  return new StatusError({
    status: { apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'BadRequest', message, code: 400 },
  });
}

function requireString(name, value) {
  if (typeof value !== 'string') throw badRequest(`${name}: expected a string, not ${typeof value}`);
  return value;
}

function requireObject(name, value) {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw badRequest(`${name}: expected an object, not ${value === null ? 'null' : typeof value}`);
  return value;
}

function requireFunction(name, value) {
  if (typeof value !== 'function') throw badRequest(`${name}: expected a function, not ${typeof value}`);
  return value;
}

// '10s' as it is; a number counts seconds.
function durationText(name, value) {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return `${value.toFixed(9)}s`;
  return requireString(name, value);
}

// How long one turn of playing may keep the thread, in events, and how often turns come.
const EVENTS_PER_TURN = 200_000;
const TURN_MS = 16;
// A tab that slept must not make the cluster live through all of it at once.
const LONGEST_TURN_MS = 250;
export const MIN_SPEED = 0.01;
export const MAX_SPEED = 10_000;

let coreModule;

/** Loads the engine once for all clusters of this page or process. */
function loadCore(locateFile) {
  coreModule ??= import('./rockpool-core.js').then(({ default: create }) =>
    create(locateFile ? { locateFile } : {}),
  );
  return coreModule;
}

function optionsText({ seed, locateFile, ...rest }) {
  const options = { ...rest };
  if (seed !== undefined) options.seed = String(seed);
  return JSON.stringify(options);
}

function queryText(query) {
  if (!query) return '';
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

export class Rockpool {
  #engine;
  #clock;
  #timer;
  #watches = new Set();

  /** For createCluster and the sandbox; use `Rockpool.create`. `clock` drives a cluster that somebody else plays. */
  constructor(engine, clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  static async create(options = {}) {
    const { locateFile } = requireObject('options', options);
    const core = await loadCore(locateFile);
    return Rockpool.#adopt(core.Cluster.create(optionsText(options)));
  }

  static async restore(snapshot, { locateFile } = {}) {
    const core = await loadCore(locateFile);
    return Rockpool.#adopt(core.Cluster.restore(requireString('snapshot', snapshot)));
  }

  static #adopt(made) {
    if (made.error) parse(made.error);
    return new Rockpool(made.cluster);
  }

  #live() {
    if (!this.#engine) throw badRequest('this cluster was destroyed');
    return this.#engine;
  }

  // Commands.

  async apply(yaml) {
    return parse(this.#live().apply(requireString('apply.yaml', yaml))).applied;
  }

  async request(wanted) {
    const { method = 'GET', path, query, headers = {}, body = '' } = requireObject('request', wanted);
    for (const [name, value] of Object.entries(requireObject('request.headers', headers))) {
      requireString(`request.headers.${name}`, value);
    }
    const isText = typeof body === 'string';
    const fields = isText ? headers : { 'content-type': 'application/json', ...headers };
    const request = {
      method: requireString('request.method', method),
      target: requireString('request.path', path) + queryText(query),
      headers: fields,
      body: isText ? body : JSON.stringify(body),
    };
    return parse(this.#live().request(JSON.stringify(request)));
  }

  watch(path, onEvent, onEnd = () => {}) {
    requireFunction('watch.onEvent', onEvent);
    requireFunction('watch.onEnd', onEnd);
    const engine = this.#live();
    let id;
    let hasEnded = false;
    const stop = () => {
      if (this.#watches.delete(stop)) engine.stopWatch(id);
    };
    // What is known already comes, and a watch may end, before the call returns.
    const watching = engine.watch(requireString('watch.path', path), (line) => {
      if (line !== null) return onEvent(JSON.parse(line));
      hasEnded = true;
      this.#watches.delete(stop);
      onEnd();
    });
    ({ id } = parse(watching));
    if (!hasEnded) this.#watches.add(stop);
    return stop;
  }

  async fetch(url, { from, method, headers, body, timeout, insecure, authorities } = {}) {
    const options = { url: requireString('fetch.url', url), from, method, headers, body, insecure, authorities };
    if (timeout !== undefined) options.timeout = durationText('fetch.timeout', timeout);
    const engine = this.#live();
    let finish;
    const finished = new Promise((resolve) => (finish = resolve));
    let result;
    parse(
      engine.startFetch(JSON.stringify(options), (json) => {
        result = JSON.parse(json);
        finish();
      }),
    );
    if (!this.playing) while (!result && engine.step());
    await finished;
    return result;
  }

  async fault(fault) {
    parse(this.#live().fault(JSON.stringify(requireObject('fault', fault))));
  }

  async explain(url, { from = 'external', host, failed } = {}) {
    const question = { url: requireString('explain', url), from, host, failed };
    return parse(this.#live().explain(JSON.stringify(question)));
  }

  proxyRules(node) {
    return parse(this.#live().proxyRules(requireString('proxyRules.node', node))).rules;
  }

  connections(node) {
    return parse(this.#live().connections(requireString('connections.node', node))).connections;
  }

  affinities(node) {
    return parse(this.#live().affinities(requireString('affinities.node', node))).clients;
  }

  async setProxyMode(mode, { ipvsScheduler = 'rr' } = {}) {
    parse(this.#live().setProxyMode(requireString('setProxyMode.mode', mode), requireString('setProxyMode.ipvsScheduler', ipvsScheduler)));
  }

  // Time.

  advance(span) {
    const engine = this.#live();
    parse(engine.advance(durationText('advance.span', span), Number.MAX_SAFE_INTEGER));
  }

  step() {
    return this.#live().stepVisible();
  }

  play(speed = 1) {
    this.#live();
    if (typeof speed !== 'number' || !(speed >= MIN_SPEED && speed <= MAX_SPEED)) {
      throw badRequest(`play.speed: expected a speed from ${MIN_SPEED} to ${MAX_SPEED}`);
    }
    this.pause();
    if (this.#clock) return this.#clock.play(speed);
    let last = performance.now();
    const turn = () => {
      const present = performance.now();
      const elapsed = Math.min(present - last, LONGEST_TURN_MS) * speed;
      last = present;
      // What does not fit into a turn is dropped: a cluster that cannot keep up runs slower.
      parse(this.#live().advance(durationText('play', elapsed / 1000), EVENTS_PER_TURN));
      if (this.#timer !== undefined) this.#timer = setTimeout(turn, TURN_MS);
    };
    this.#timer = setTimeout(turn, TURN_MS);
  }

  pause() {
    if (this.#clock) return this.#clock.pause();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get playing() {
    return this.#clock ? this.#clock.playing : this.#timer !== undefined;
  }

  now() {
    return this.#live().now();
  }

  // History.

  digest() {
    return this.#live().digest();
  }

  snapshot() {
    return this.#live().snapshot();
  }

  destroy() {
    if (!this.#engine) return;
    this.pause();
    for (const stop of [...this.#watches]) stop();
    this.#engine.delete();
    this.#engine = undefined;
  }
}

// In a page, <rockpool-sandbox> comes with the library; the front end itself is loaded when one is shown.
if (globalThis.customElements) {
  const { defineSandbox } = await import('./rockpool-sandbox.js');
  defineSandbox(Rockpool);
}
