// SPDX-License-Identifier: Apache-2.0
import type { Rockpool } from './rockpool.js';

/**
 * A `fetch` whose requests all go to the cluster's API, whatever host they name: client libraries of Kubernetes that
 * can be given one then work on a cluster in the page. A watch's body is a stream.
 */
export function createFetch(cluster: Rockpool): typeof fetch;
