// SPDX-License-Identifier: Apache-2.0
// What @kubernetes/client-node imports as `node-fetch`, here a thin layer over whatever fetch it is given.
import { Readable } from 'node:stream';

let fetchOf;
export function useFetch(fetch) { fetchOf = fetch; }

export default async function fetch(url, { agent, ...init } = {}) {
  const response = await fetchOf(url, init);
  return {
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    headers: response.headers,
    text: () => response.text(),
    json: () => response.json(),
    buffer: async () => Buffer.from(await response.arrayBuffer()),
    get body() { return Readable.fromWeb(response.body); },
  };
}

export class AbortError extends Error {}
export class FetchError extends Error {}
export const { Headers, Request, Response } = globalThis;
