// SPDX-License-Identifier: Apache-2.0
// What @kubernetes/client-node imports as `node-fetch`, in a page: a thin layer over whatever fetch it is given.
import { EventSource } from './stand_ins.mjs';

let fetchOf;
export function useFetch(fetch) {
  fetchOf = fetch;
}

// A body as the library reads it: a source of events that hands on each line.
class Body extends EventSource {
  constructor(stream) {
    super();
    this.stream = stream;
  }

  async read(take) {
    try {
      let rest = '';
      const reader = this.stream.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + value).split('\n');
        rest = lines.pop();
        lines.forEach(take);
      }
    } catch (error) {
      this.emit('error', error);
    }
    this.emit('close');
  }
}

export default async function fetch(url, { agent, ...init } = {}) {
  const response = await fetchOf(String(url), init);
  return {
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    headers: response.headers,
    text: () => response.text(),
    json: () => response.json(),
    get body() {
      return new Body(response.body);
    },
  };
}

export class AbortError extends Error {}
export class FetchError extends Error {}
export const { Headers, Request, Response } = globalThis;
