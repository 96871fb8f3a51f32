// SPDX-License-Identifier: Apache-2.0

/** A span of virtual time in Go's notation (`'10s'`, `'1m30s'`, `'250ms'`), or a number of seconds. */
export type Duration = string | number;

/** A Kubernetes Status object. */
export interface Status {
  apiVersion: 'v1';
  kind: 'Status';
  metadata?: { remainingItemCount?: number; resourceVersion?: string; continue?: string };
  status: 'Success' | 'Failure';
  message: string;
  reason: string;
  code: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

/** What every function throws (or rejects with) when the cluster refuses something. */
export class StatusError extends Error {
  readonly status: Status;
  /** For `apply`: the line and column that are to blame, counted from 1; 0 if there is no such place. */
  readonly line: number;
  readonly column: number;
  /** For `apply`: the object that is to blame, such as `service/web`. */
  readonly object: string;
  /** For `apply`: what had been applied before. */
  readonly applied: Applied[];
}

export interface Explanation {
  /** `none`, or what is wrong: `selects_nothing`, `pods_not_ready`, `nobody_listens`, … */
  cause: string;
  /** What is wrong, in one sentence; or that nothing is. */
  summary: string;
  /** What to do about it; empty if nothing is wrong. */
  advice: string;
  /** Everything that was looked at, in order of the way; the last one is the cause if there is one. */
  findings: { isWell: boolean; text: string }[];
}

/** How the nodes' proxies treat connections to Services: kube-proxy's --proxy-mode. */
export type ProxyMode = 'userspace' | 'iptables' | 'ipvs' | 'nftables';
/** How ipvs chooses: in turn, the least busy, or by the client's address. */
export type IpvsScheduler = 'rr' | 'lc' | 'sh';

export interface ClusterOptions {
  /** Decides every random choice; a whole number from 0 to 2^64 - 1. Default 1. */
  seed?: number | bigint | string;
  /** Worker nodes, from 0 to 16,000. Default 3. */
  nodes?: number;
  /**
   * The IP families of Pods, Services and nodes: one, or both for dual stack, the primary one first.
   * Default ['IPv4'].
   */
  ipFamilies?: ('IPv4' | 'IPv6')[];
  /**
   * Where Services and Pods get their addresses from: a network of each of ipFamilies, in their
   * order, with a comma between them. Default '10.96.0.0/12' and '10.244.0.0/16', and in IPv6
   * 'fd00:10:96::/112' and 'fd00:10:244::/56'.
   */
  serviceCidr?: string;
  podCidr?: string;
  /** Whether CoreDNS is installed. Default true. */
  dns?: boolean;
  /** True: requests need the rights that RBAC gives their user. Default: all may do all. */
  rbac?: boolean;
  /** Where virtual time starts: RFC 3339. Default 2025-01-01T00:00:00Z. */
  start?: string;
  /** How long the news of a change takes to reach a node's proxy, and by how much nodes differ. */
  proxyDelay?: string;
  proxyDelaySpread?: string;
  /** The mode in which proxies start. Default userspace; ipvs chooses by rr unless told otherwise. */
  proxyMode?: ProxyMode;
  ipvsScheduler?: IpvsScheduler;
  /** Where the engine's .wasm file is; as Emscripten's Module.locateFile. */
  locateFile?: (file: string, folder: string) => string;
}

export interface Applied {
  kind: string;
  /** Empty for objects without a namespace. */
  namespace: string;
  name: string;
  result: 'created' | 'configured' | 'unchanged';
}

export interface ApiRequest {
  /** Default GET. */
  method?: string;
  /** `/api/v1/namespaces/default/pods` */
  path: string;
  query?: Record<string, string> | [string, string][];
  headers?: Record<string, string>;
  /** A string as it is; anything else as JSON. */
  body?: unknown;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface WatchEvent<T = any> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

export interface FetchOptions {
  /** `pod/namespace/name`, `node/name` or `external`. Default `external`. */
  from?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** After how much virtual time the client gives up. Default 30 s. */
  timeout?: Duration;
  /** Of `https`: takes any certificate, as `curl -k` does. */
  insecure?: boolean;
  /** The certificates to trust, in PEM, as curl's `--cacert`. Nobody else is trusted. */
  authorities?: string;
}

/** One point of a request's way. */
export interface Hop {
  kind:
    | 'client' | 'resolved' | 'dns_query' | 'dns_answer' | 'connect' | 'proxy'
    | 'choice' | 'dial_failed' | 'policy' | 'tls' | 'server' | 'response' | 'failed';
  /** RFC 3339 with nanoseconds. */
  time: string;
  from?: string;
  to?: string;
  node?: string;
  pod?: string;
  service?: string;
  failure?: string;
  detail?: string;
}

export interface FetchResult {
  /** Of an answer. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Why there is no answer. */
  failure?: { kind: string; message: string };
  trace: Hop[];
}

/** A connection as a node sees it. Where packets and answers do not mirror each other, the node changes addresses. */
export interface TrackedConnection {
  protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Empty for UDP. */
  state: '' | 'SYN_SENT' | 'ESTABLISHED' | 'CLOSE_WAIT' | 'TIME_WAIT' | 'CLOSE';
  /** `address:port`. */
  source: string;
  destination: string;
  replySource: string;
  replyDestination: string;
  /** How long the entry stays if no further packet comes. */
  remainingSeconds: number;
}

/** A client whose connections to a Service port go on to the same endpoint. */
export interface RememberedClient {
  /** `namespace/name`. */
  service: string;
  port: string;
  client: string;
  endpoint: string;
  /** `namespace/name` of the endpoint's Pod, or empty. */
  pod: string;
  remainingSeconds: number;
}

/** What can be done to a cluster from outside its API. */
export type Fault =
  | { kill: string; now?: boolean }
  | { crash: string; container?: string }
  | { stop: string }
  | { start: string }
  | { cut: string; from?: string }
  | { slow: string; from?: string; delay: string }
  | { lose: string; from?: string; loss: number }
  | { heal: string; from?: string }
  /** Something that is no Pod takes as much of the node, as quantities; kubelets evict Pods of nodes that are short. */
  | { fill: string; storage?: string; memory?: string }
  /** A node's proxy (`proxy/node-1`) or the API server (`component/kube-apiserver`) is gone for `delay`, or 2 s. */
  | { restart: string; delay?: string }
  | { freeze: string }
  | { thaw: string }
  | { halt: string }
  | { resume: string };

export const MIN_SPEED: number;
export const MAX_SPEED: number;

/** A whole Kubernetes cluster in memory. */
export class Rockpool {
  private constructor();
  /** A new cluster. The same options and inputs give the same history, byte for byte. */
  static create(options?: ClusterOptions): Promise<Rockpool>;
  /** Replays a snapshot. */
  static restore(snapshot: string, options?: Pick<ClusterOptions, 'locateFile'>): Promise<Rockpool>;

  /** Applies every document of a YAML or JSON text, or none if one of them has a mistake. */
  apply(yaml: string): Promise<Applied[]>;
  /** The Kubernetes REST API; refusals are answers with their status, not exceptions. */
  request(request: ApiRequest): Promise<ApiResponse>;
  /**
   * Watches a path such as `/api/v1/pods`; returns a function that ends it. Events come as time passes. `onEnd` is
   * called when the cluster ends it.
   */
  watch<T = any>(path: string, onEvent: (event: WatchEvent<T>) => void, onEnd?: () => void): () => void;
  /** A request through the simulated network. While the clock does not play, time passes until it is answered. */
  fetch(url: string, options?: FetchOptions): Promise<FetchResult>;
  fault(fault: Fault): Promise<void>;
  /**
   * Walks the way of a request as things are now, without sending it, and names the first thing that is wrong with it:
   * the name, the Service, its Pods, the proxy, the network, the process that should listen. Besides `http` and `https`
   * the URL's scheme may be `tcp`, `udp` or `sctp`, with a port, or `dns`, for the name alone. `host` is the header
   * Host, if it is not the URL's.
   *
   * `failed` is what `fetch` has returned for that request: then it is explained by what happened to it, such as a Pod
   * that stopped while it was still sent requests, even when nothing is wrong any more.
   */
  explain(url: string, options?: { from?: string; host?: string; failed?: FetchResult }): Promise<Explanation>;
  /**
   * The rules by which a node's proxy works, as its mode's own tool shows them: `iptables-save` (userspace and
   * iptables), `ipvsadm -Ln` with `ipset save` and `iptables-save` (ipvs), `nft list ruleset` (nftables).
   */
  proxyRules(node: string): string;
  /** The connections that a node's kernel tracks (`conntrack -L`). */
  connections(node: string): TrackedConnection[];
  /** The clients that a node's proxy sends to the same endpoint again (`sessionAffinity: ClientIP`). */
  affinities(node: string): RememberedClient[];
  /** Starts the proxies of all nodes anew in another mode; open connections go on. */
  setProxyMode(mode: ProxyMode, options?: { ipvsScheduler?: IpvsScheduler }): Promise<void>;

  /** Lets virtual time pass. */
  advance(span: Duration): void;
  /** Goes on to the next change of the API or the next finished request; false if there is none within an hour. */
  step(): boolean;
  /** Lets virtual time follow the wall clock, `speed` times as fast. */
  play(speed?: number): void;
  pause(): void;
  readonly playing: boolean;
  /** The present of virtual time: RFC 3339 with nanoseconds. */
  now(): string;

  /** A fingerprint of everything that has happened. */
  digest(): string;
  /** The options and all inputs so far: enough for `restore` to come back to this moment. */
  snapshot(): string;
  /** Frees the cluster; using it afterwards throws. */
  destroy(): void;
}

/**
 * `<rockpool-sandbox>`: the front end. Taken out of the page, it ends its cluster; put back, it starts a new one.
 * Fires `ready` (detail: the cluster) and `error` (detail: the reason), both bubbling.
 */
export interface RockpoolSandboxElement extends HTMLElement {
  /** The cluster it shows; set while it runs. */
  readonly cluster: Rockpool | undefined;
  /** Settles once the cluster runs; a new promise for each time that the element is put into a page. */
  readonly ready: Promise<Rockpool>;
  /** The text in the editor; what is put there can be undone. */
  editorText: string;
  /** What is to be seen, in words. */
  readonly outline: string;
  /** Where the widgets are, in CSS pixels from the element's corner: for tours and tests. */
  widgets(): { id: string; x: number; y: number; width: number; height: number; text: string }[];
}

declare global {
  interface HTMLElementTagNameMap {
    'rockpool-sandbox': RockpoolSandboxElement;
  }
}
