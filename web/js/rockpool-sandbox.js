// SPDX-License-Identifier: Apache-2.0
//
// <rockpool-sandbox>: the front end as an element of any page.
//
//   <rockpool-sandbox nodes="3" seed="1" theme="auto" speed="1"></rockpool-sandbox>
//
// Attributes: `theme` (auto, light, dark; may change at any time), `speed`, `paused`, `seed`, `nodes`, `ip-families` (IPv4;
// or IPv6, or both with a comma between them), `src` (the URL of a manifest to start from; a child
// <script type="application/yaml"> does the same), `load` (visible, eager, click).
// Without either manifest it starts with the example of three Pods behind a Service.
//
// Taken out of the page, an element ends its cluster; put back, it starts a new one, and `ready` is a new promise.
//
// Each element runs an engine of its own in rockpool-app.js, whose class `Sandbox` draws on the element's canvas:
//   new Sandbox(canvasSelector, optionsJson)       optionsJson: {seed, nodes, ipFamilies, manifest, dark, …}
//   .cluster()                                     the same binding that rockpool-core.js has
//   .resize(width, height, density)                CSS pixels and device pixels per CSS pixel
//   .setTheme(dark) .setReducedMotion(reduced) .setVisible(visible) .setNear(near)
//   .play(speed) .pause() .playing()
//   .outline()                                     the world in words, and what was said last, for screen readers
//   .widgets()                                     JSON: where every widget is, by id, in CSS pixels
//   .problem()                                     why there is no picture; '' if there is one
//   .delete()
import { Input } from './rockpool-input.js';

const STYLE = `
rockpool-sandbox { display: block; position: relative; overflow: hidden; min-height: 320px; contain: strict;
  background: #f6f7f9; color: #1b2130; font: 14px/1.5 Inter, system-ui, sans-serif; }
rockpool-sandbox[data-dark] { background: #0d1117; color: #e6eaf2; }
rockpool-sandbox > canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none;
}
rockpool-sandbox > canvas:focus-visible { box-shadow: inset 0 0 0 2px #4c8dff; }
rockpool-sandbox > .rockpool-field { position: absolute; width: 1px; height: 20px; margin: 0; padding: 0; border: 0;
  outline: none; resize: none; overflow: hidden; opacity: 0; pointer-events: none; font: 16px monospace; }
rockpool-sandbox > .rockpool-notice { position: absolute; inset: 0; display: grid; place-content: center; gap: 12px;
  text-align: center; padding: 24px; }
rockpool-sandbox > .rockpool-notice[hidden] { display: none; }
rockpool-sandbox .rockpool-bar { width: 240px; height: 4px; border-radius: 2px; overflow: hidden; justify-self: center;
  background: rgb(127 140 160 / .25); }
rockpool-sandbox .rockpool-bar > div { height: 100%; width: 0; border-radius: 2px; background: #4c8dff; }
rockpool-sandbox .rockpool-notice pre { white-space: pre-wrap; max-width: 60ch; margin: 0; font: 13px/1.5 monospace; }
rockpool-sandbox .rockpool-notice button { font: inherit; padding: 8px 16px; border: 0; border-radius: 8px; color: #fff;
  background: #2563eb; cursor: pointer; justify-self: center; }
rockpool-sandbox > .rockpool-outline, rockpool-sandbox > .rockpool-news { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); white-space: pre; }
`;

// How often the words for screen readers follow the picture.
const OUTLINE_MS = 2000;
// How many lines of news a screen reader reads out at once.
const MOST_NEWS = 8;
const LARGEST_MANIFEST = 3 * 1024 * 1024;
// How far above and below the view an element keeps its graphics, which browsers grant to about 16 only: in views.
const NEAR = 0.5;

const REMOVED = 'the sandbox was taken out of the page';

let instances = 0;
let styled = false;
let engine;
// What `cluster` is made of; rockpool.js hands it over, as it waits for this file and so cannot be imported here.
let Rockpool;

// The lines of an outline that were not in the one before it, to be read out. How many requests there are changes all
// the time and is no news; that some fail is.
function newsOf(before, after) {
  const rates = /, \S+ requests\/s, (.*) succeeded$/;
  const plain = (line) => line.trim().replace(rates, (all, share) => (share === '100 %' ? '' : ', requests fail'));
  const known = new Set(before.split('\n').map(plain));
  const news = after.split('\n').map(plain).filter((line) => line && !known.has(line));
  const more = news.length - MOST_NEWS;
  return [...news.slice(0, MOST_NEWS), ...(more > 0 ? [`and ${more} more changes`] : [])].join('\n');
}

function addStyle() {
  if (styled) return;
  styled = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

function make(name, className, parent) {
  const element = document.createElement(name);
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function text(name, words, className = '') {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = words;
  return element;
}

async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

// Compiles a file while it comes, telling how far it has come.
async function compile(url, onProgress) {
  const response = await download(url);
  // Under compression the length says nothing of the bytes to come.
  const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  let received = 0;
  const counted = new TransformStream({
    transform(chunk, stream) {
      received += chunk.length;
      onProgress(total ? received / total : received / (received + 500_000));
      stream.enqueue(chunk);
    },
  });
  const body = response.body.pipeThrough(counted);
  return WebAssembly.compileStreaming(new Response(body, { headers: { 'content-type': 'application/wasm' } }));
}

// The engine's code, fetched and compiled once for all elements of the page.
function loadEngine() {
  if (engine) return engine;
  const listeners = new Set();
  const place = (file) => new URL(file, import.meta.url).href;
  const onProgress = (share) => listeners.forEach((listener) => listener(share));
  const loading = Promise.all([import('./rockpool-app.js'), compile(place('rockpool-app.wasm'), onProgress)]);
  engine = { loaded: loading.then(([{ default: create }, module]) => ({ create, module })), listeners };
  // Whoever comes later may try again.
  engine.loaded.catch(() => (engine = undefined));
  return engine;
}

// An instance of the engine with memory of its own.
async function startEngine({ create, module }, settings) {
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports, receive) => {
      WebAssembly.instantiate(module, imports).then((instance) => receive(instance, module), reject);
      return {};
    };
    create({ ...settings, instantiateWasm }).then(resolve, reject);
  });
}

async function readManifest(element) {
  const script = element.querySelector(':scope > script[type="application/yaml"]');
  if (script) return script.textContent;
  const source = element.getAttribute('src');
  if (!source) return '';
  const bytes = await (await download(source)).arrayBuffer();
  if (bytes.byteLength > LARGEST_MANIFEST) throw new Error(`${source}: larger than ${LARGEST_MANIFEST} bytes`);
  return new TextDecoder().decode(bytes);
}

class Sandbox extends HTMLElement {
  static observedAttributes = ['theme', 'speed', 'paused'];

  #settle = {};
  #app;
  #cluster;
  #parts = {};
  #cleanup = [];
  // What is started now; a start that finds another here, or nothing, was overtaken.
  #life;

  constructor() {
    super();
    this.#renew();
  }

  #renew() {
    this.#settle.promise = new Promise((resolve, reject) => Object.assign(this.#settle, { resolve, reject }));
    // Whoever awaits `ready` learns of a failure; so does everybody who looks.
    this.#settle.promise.catch(() => {});
  }

  /** Settles with the cluster once it runs. */
  get ready() {
    return this.#settle.promise;
  }

  get cluster() {
    return this.#cluster;
  }

  /** Where the widgets are, for tests and tours: [{id, x, y, width, height}] in CSS pixels of the element. */
  widgets() {
    return this.#app ? JSON.parse(this.#app.widgets()) : [];
  }

  /** The text in the editor; what is put there can be undone. */
  get editorText() {
    return this.#app ? this.#app.editorText() : '';
  }

  set editorText(words) {
    this.#app?.setEditorText(String(words));
  }

  /** What is to be seen, in words. */
  get outline() {
    return this.#app ? this.#app.outline() : '';
  }

  connectedCallback() {
    addStyle();
    this.#applyTheme();
    if (this.#life) return;
    this.#life = {};
    const load = this.getAttribute('load') ?? 'visible';
    if (load === 'click') return this.#offer();
    if (load === 'eager') return void this.#start();
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this.#start();
    });
    seen.observe(this);
    this.#cleanup.push(() => seen.disconnect());
  }

  disconnectedCallback() {
    // An element that is only moved comes back at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(name) {
    if (name === 'theme') return this.#applyTheme();
    if (this.#app) this.#applySpeed();
  }

  #listen(target, type, handler, options) {
    target.addEventListener(type, handler, options);
    this.#cleanup.push(() => target.removeEventListener(type, handler, options));
  }

  get #dark() {
    const theme = this.getAttribute('theme') ?? 'auto';
    return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  #applyTheme() {
    this.toggleAttribute('data-dark', this.#dark);
    this.#app?.setTheme(this.#dark);
  }

  #applySpeed() {
    if (this.hasAttribute('paused')) this.#app.pause();
    else this.#app.play(Number(this.getAttribute('speed') ?? 1) || 1);
  }

  // An element of ours inside this one; all of them go when the sandbox stops.
  #add(name, className) {
    const element = make(name, className, this);
    this.#cleanup.push(() => element.remove());
    return element;
  }

  #showNotice(...children) {
    this.#parts.notice ??= this.#add('div', 'rockpool-notice');
    this.#parts.notice.hidden = false;
    this.#parts.notice.replaceChildren(...children);
  }

  #hideNotice() {
    if (this.#parts.notice) this.#parts.notice.hidden = true;
  }

  #offer() {
    const button = document.createElement('button');
    button.textContent = 'Start the cluster';
    button.addEventListener('click', () => this.#start());
    this.#showNotice(button);
  }

  async #start() {
    const life = this.#life;
    try {
      await this.#open(life);
      this.#settle.resolve(this.#cluster);
      this.dispatchEvent(new CustomEvent('ready', { bubbles: true, detail: this.#cluster }));
    } catch (error) {
      if (this.#life !== life) return;
      this.#fail(error);
      this.#settle.reject(error);
      this.dispatchEvent(new CustomEvent('error', { bubbles: true, detail: error }));
    }
  }

  // Loads the engine and what it starts from.
  async #load() {
    const title = text('div', 'Starting a cluster…');
    const bar = text('div', '', 'rockpool-bar');
    const progress = make('div', '', bar);
    this.#showNotice(title, bar);
    const { loaded, listeners } = loadEngine();
    const listener = (share) => (progress.style.width = `${Math.round(share * 100)}%`);
    listeners.add(listener);
    try {
      return await Promise.all([loaded, readManifest(this)]);
    } finally {
      listeners.delete(listener);
    }
  }

  async #open(life) {
    const [code, manifest] = await this.#load();
    if (this.#life !== life) throw new Error(REMOVED);
    const { canvas, field } = this.#addCanvas();
    const module = await startEngine(code, { canvas, rockpoolInput: new Input(canvas, field) });
    if (this.#life !== life) throw new Error(REMOVED);
    const options = {
      seed: this.getAttribute('seed') ?? '1',
      nodes: Number(this.getAttribute('nodes') ?? 3),
      ipFamilies: this.getAttribute('ip-families') ?? 'IPv4',
      manifest,
      dark: this.#dark,
      reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
      speed: this.hasAttribute('paused') ? 0 : Number(this.getAttribute('speed') ?? 1) || 1,
    };
    const app = new module.Sandbox(`#${canvas.id}`, JSON.stringify(options));
    const problem = app.problem();
    if (problem) {
      app.delete();
      throw new Error(problem);
    }
    this.#app = app;
    this.#cluster = new Rockpool(app.cluster(), {
      play: (speed) => app.play(speed),
      pause: () => app.pause(),
      get playing() {
        return app.playing();
      },
    });
    this.#followPage(app);
    this.#followGraphics(canvas);
    this.#hideNotice();
  }

  #addCanvas() {
    const canvas = this.#add('canvas', '');
    canvas.id = `rockpool-canvas-${++instances}`;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'Kubernetes cluster sandbox');
    // The keyboard is here while a text is written on the canvas.
    const field = this.#add('textarea', 'rockpool-field');
    field.tabIndex = -1;
    field.setAttribute('aria-label', 'Text being written in the sandbox');
    for (const name of ['autocapitalize', 'autocomplete', 'autocorrect']) field.setAttribute(name, 'off');
    field.spellcheck = false;
    this.#parts.outline = this.#add('div', 'rockpool-outline');
    this.#parts.outline.setAttribute('role', 'region');
    this.#parts.outline.setAttribute('aria-label', 'The cluster in words');
    // Only what changes is read out.
    this.#parts.news = this.#add('div', 'rockpool-news');
    this.#parts.news.setAttribute('aria-live', 'polite');
    return { canvas, field };
  }

  // Size, theme, motion and visibility follow the page.
  #followPage(app) {
    const resize = () => app.resize(this.clientWidth, this.clientHeight, devicePixelRatio);
    const sizes = new ResizeObserver(resize);
    sizes.observe(this);
    resize();
    let inView = true;
    const follow = () => app.setVisible(inView && !document.hidden);
    const views = new IntersectionObserver((entries) => {
      inView = entries.at(-1).isIntersecting;
      follow();
    });
    views.observe(this);
    const surroundings = new IntersectionObserver(
      (entries) => app.setNear(entries.at(-1).isIntersecting),
      { rootMargin: `${100 * NEAR}% 0px` },
    );
    surroundings.observe(this);
    // The observer tells only later: by then, others would have lost theirs to this one.
    const { top, bottom } = this.getBoundingClientRect();
    app.setNear(bottom > -NEAR * innerHeight && top < (1 + NEAR) * innerHeight);
    this.#cleanup.push(() => [sizes, views, surroundings].forEach((observer) => observer.disconnect()));
    this.#listen(window, 'resize', resize);
    this.#listen(document, 'visibilitychange', follow);
    this.#listen(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.#applyTheme());
    this.#listen(matchMedia('(prefers-reduced-motion: reduce)'), 'change', (event) =>
      app.setReducedMotion(event.matches),
    );
    const timer = setInterval(() => {
      const { outline, news } = this.#parts;
      const words = app.outline();
      if (outline.textContent === words) return;
      const changes = outline.textContent ? newsOf(outline.textContent, words) : '';
      outline.textContent = words;
      if (changes) news.textContent = changes;
    }, OUTLINE_MS);
    this.#cleanup.push(() => clearInterval(timer));
  }

  // The application draws itself anew when lost graphics come back; until then there is nothing to see.
  #followGraphics(canvas) {
    this.#listen(canvas, 'webglcontextlost', () =>
      this.#showNotice(text('div', 'The browser has taken the graphics away; waiting for them to come back.')),
    );
    this.#listen(canvas, 'webglcontextrestored', () => this.#hideNotice());
  }

  #fail(error) {
    this.#showNotice(
      text('div', 'The sandbox could not be started.'),
      text('pre', String(error?.message ?? error)),
    );
  }

  #stop() {
    if (!this.#life) return;
    this.#life = undefined;
    this.#cluster?.destroy();
    this.#app?.delete();
    for (const undo of this.#cleanup.splice(0)) undo();
    this.#app = this.#cluster = undefined;
    this.#parts = {};
    this.#settle.reject(new Error(REMOVED));
    this.#renew();
  }
}

/** Makes the element known to the page; `library` is the class `Rockpool`. */
export function defineSandbox(library) {
  if (customElements.get('rockpool-sandbox')) return;
  Rockpool = library;
  customElements.define('rockpool-sandbox', Sandbox);
}
