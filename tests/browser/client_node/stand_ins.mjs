// SPDX-License-Identifier: Apache-2.0
// What @kubernetes/client-node imports from Node and from packages that need Node, as far as requests and watches
// in a page use it. Everything else is a class that cannot be made.

export class EventSource {
  #handlers = new Map();

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
    return this;
  }

  emit(name, ...values) {
    for (const handler of this.#handlers.get(name) ?? []) handler(...values);
  }
}

// node:readline, of the bodies of node_fetch.mjs.
export function createInterface(body) {
  const lines = new EventSource();
  body.on('close', () => lines.emit('close'));
  body.read(line => lines.emit('line', line));
  return lines;
}

// node:http and node:https. The page's fetch has no use for an agent.
export class Agent {
  sockets = {};
}
export const STATUS_CODES = {};

// url.
export const { URL } = globalThis;

class NotInAPage {
  constructor() {
    throw new Error(`${new.target.name} does not exist in a page`);
  }
}
export {
  NotInAPage as HttpProxyAgent,
  NotInAPage as HttpsProxyAgent,
  NotInAPage as Readable,
  NotInAPage as SocksProxyAgent,
  NotInAPage as WritableStreamBuffer,
};

export default { Agent, STATUS_CODES };
