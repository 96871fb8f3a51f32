// SPDX-License-Identifier: Apache-2.0
// The Fetch standard's function, answered by a cluster instead of the network: client libraries of Kubernetes that
// can be given a `fetch` then work on a cluster in the page.
import { StatusError } from './rockpool.js';

const isWatch = (url) => ['true', '1'].includes(url.searchParams.get('watch'));
const aborted = (signal) => signal.reason ?? new DOMException('This operation was aborted', 'AbortError');

/**
 * A `fetch` whose requests all go to the cluster's API, whatever host they name. A watch's body is a stream, which
 * ends when the cluster ends the watch, is cancelled, or its signal is aborted.
 */
export function createFetch(cluster) {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    if (signal.aborted) throw aborted(signal);
    const url = new URL(request.url);
    if (request.method === 'GET' && isWatch(url)) return watch(cluster, url, request);
    const { status, headers, body } = await cluster.request({
      method: request.method,
      path: url.pathname,
      query: [...url.searchParams],
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    });
    if (signal.aborted) throw aborted(signal);
    return new Response(status === 204 || status === 304 ? null : body, { status, headers });
  };
}

function watch(cluster, url, { signal }) {
  const encoder = new TextEncoder();
  let stop;
  try {
    const body = new ReadableStream({
      start(controller) {
        const end = (error) => {
          signal.removeEventListener('abort', abort);
          if (error) controller.error(error);
          else controller.close();
        };
        const abort = () => {
          stop();
          end(aborted(signal));
        };
        signal.addEventListener('abort', abort);
        const send = (event) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
        stop = cluster.watch(url.pathname + url.search, send, end);
      },
      cancel: () => stop(),
    });
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return Response.json(error.status, { status: error.status.code });
  }
}
