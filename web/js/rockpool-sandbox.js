// SPDX-License-Identifier: Apache-2.0
//
// <rockpool-sandbox>: the front end as an element of any page.
//
//   <rockpool-sandbox nodes="3" seed="1" theme="auto" speed="1"></rockpool-sandbox>
//
// Attributes: `theme` (auto, light, dark; may change at any time), `speed`, `paused`, `seed`, `nodes`, `src` (the URL of
// a manifest to start from; a child <script type="application/yaml"> does the same), `load` (visible, eager, click).
// Without either manifest it starts with the example of three Pods behind a Service.
//
// Each element runs an engine of its own in rockpool-app.js, whose class `Sandbox` draws on the element's canvas:
//   new Sandbox(canvasSelector, optionsJson)       optionsJson: {seed, nodes, manifest, dark, reducedMotion, speed}
//   .cluster()                                     the same binding that rockpool-core.js has
//   .resize(width, height, density)                CSS pixels and device pixels per CSS pixel
//   .setTheme(dark) .setReducedMotion(reduced) .setVisible(visible)
//   .play(speed) .pause() .playing()
//   .outline()                                     the world in words, for the live region and screen readers
//   .widgets()                                     JSON: where every widget is, by id, in CSS pixels
//   .delete()

const STYLE = `
rockpool-sandbox { display: block; position: relative; overflow: hidden; min-height: 320px; contain: strict;
  background: #f6f7f9; color: #1b2130; font: 14px/1.5 Inter, system-ui, sans-serif; }
rockpool-sandbox[data-dark] { background: #0d1117; color: #e6eaf2; }
rockpool-sandbox > canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none;
  touch-action: none; }
rockpool-sandbox > canvas:focus-visible { box-shadow: inset 0 0 0 2px #4c8dff; }
rockpool-sandbox > .rockpool-notice { position: absolute; inset: 0; display: grid; place-content: center; gap: 12px;
  text-align: center; padding: 24px; }
rockpool-sandbox > .rockpool-notice[hidden] { display: none; }
rockpool-sandbox .rockpool-bar { width: 240px; height: 4px; border-radius: 2px; overflow: hidden; justify-self: center;
  background: rgb(127 140 160 / .25); }
rockpool-sandbox .rockpool-bar > div { height: 100%; width: 0; border-radius: 2px; background: #4c8dff; }
rockpool-sandbox .rockpool-notice pre { white-space: pre-wrap; max-width: 60ch; margin: 0; font: 13px/1.5 monospace; }
rockpool-sandbox .rockpool-notice button { font: inherit; padding: 8px 16px; border: 0; border-radius: 8px; color: #fff;
  background: #2563eb; cursor: pointer; justify-self: center; }
rockpool-sandbox > .rockpool-outline { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: pre; }
`;

// How often the words for screen readers follow the picture.
const OUTLINE_MS = 2000;
const LARGEST_MANIFEST = 3 * 1024 * 1024;

let instances = 0;
let styled = false;

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

// The bytes of a file, telling how far it has come.
async function download(url, onProgress) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  // Under compression the length says nothing of the bytes to come.
  const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  const reader = response.body.getReader();
  const chunks = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    received += value.length;
    onProgress(total ? received / total : received / (received + 500_000));
  }
  return new Blob(chunks).arrayBuffer();
}

async function readManifest(element) {
  const script = element.querySelector(':scope > script[type="application/yaml"]');
  if (script) return script.textContent;
  const source = element.getAttribute('src');
  if (!source) return '';
  const bytes = await download(source, () => {});
  if (bytes.byteLength > LARGEST_MANIFEST) throw new Error(`${source}: larger than ${LARGEST_MANIFEST} bytes`);
  return new TextDecoder().decode(bytes);
}

export function defineSandbox(Rockpool) {
  if (customElements.get('rockpool-sandbox')) return;

  class Sandbox extends HTMLElement {
    static observedAttributes = ['theme', 'speed', 'paused'];

    #settle = {};
    #app;
    #cluster;
    #canvas;
    #notice;
    #outline;
    #cleanup = [];
    #started = false;

    constructor() {
      super();
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

    /** What is to be seen, in words. */
    get outline() {
      return this.#app ? this.#app.outline() : '';
    }

    connectedCallback() {
      addStyle();
      this.#applyTheme();
      if (this.#started) return;
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

    #offer() {
      this.#notice = make('div', 'rockpool-notice', this);
      const button = make('button', '', this.#notice);
      button.textContent = 'Start the cluster';
      button.addEventListener('click', () => {
        this.#notice.remove();
        this.#start();
      });
    }

    async #start() {
      this.#started = true;
      try {
        await this.#open();
        this.#settle.resolve(this.#cluster);
        this.dispatchEvent(new CustomEvent('ready', { bubbles: true, detail: this.#cluster }));
      } catch (error) {
        this.#fail(error);
        this.#settle.reject(error);
        this.dispatchEvent(new CustomEvent('error', { bubbles: true, detail: error }));
      }
    }

    async #open() {
      this.#notice = make('div', 'rockpool-notice', this);
      make('div', '', this.#notice).textContent = 'Starting a cluster…';
      const progress = make('div', '', make('div', 'rockpool-bar', this.#notice));
      this.#canvas = make('canvas', '', this);
      this.#canvas.id = `rockpool-canvas-${++instances}`;
      this.#canvas.tabIndex = 0;
      this.#canvas.setAttribute('role', 'application');
      this.#canvas.setAttribute('aria-label', 'Kubernetes cluster sandbox');
      this.#outline = make('div', 'rockpool-outline', this);
      this.#outline.setAttribute('aria-live', 'polite');

      const place = (file) => new URL(file, import.meta.url).href;
      const [{ default: create }, wasmBinary, manifest] = await Promise.all([
        import('./rockpool-app.js'),
        download(place('rockpool-app.wasm'), (share) => (progress.style.width = `${Math.round(share * 100)}%`)),
        readManifest(this),
      ]);
      const module = await create({ canvas: this.#canvas, wasmBinary });
      const options = {
        seed: this.getAttribute('seed') ?? '1',
        nodes: Number(this.getAttribute('nodes') ?? 3),
        manifest,
        dark: this.#dark,
        reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
        speed: this.hasAttribute('paused') ? 0 : Number(this.getAttribute('speed') ?? 1) || 1,
      };
      this.#app = new module.Sandbox(`#${this.#canvas.id}`, JSON.stringify(options));
      const app = this.#app;
      this.#cluster = new Rockpool(app.cluster(), {
        play: (speed) => app.play(speed),
        pause: () => app.pause(),
        get playing() {
          return app.playing();
        },
      });
      this.#followPage();
      this.#notice.hidden = true;
    }

    // Size, theme, motion and visibility follow the page.
    #followPage() {
      const app = this.#app;
      const resize = () => app.resize(this.clientWidth, this.clientHeight, devicePixelRatio);
      const sizes = new ResizeObserver(resize);
      sizes.observe(this);
      resize();
      const views = new IntersectionObserver(([entry]) => app.setVisible(entry.isIntersecting && !document.hidden));
      views.observe(this);
      this.#cleanup.push(() => sizes.disconnect(), () => views.disconnect());
      this.#listen(window, 'resize', resize);
      this.#listen(document, 'visibilitychange', () => app.setVisible(!document.hidden));
      this.#listen(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.#applyTheme());
      this.#listen(matchMedia('(prefers-reduced-motion: reduce)'), 'change', (event) =>
        app.setReducedMotion(event.matches),
      );
      this.#listen(this.#canvas, 'webglcontextlost', (event) => {
        event.preventDefault();
        this.#fail(new Error('The graphics context was lost. Reload the page to go on.'));
      });
      this.#listen(this.#canvas, 'pointerdown', () => this.#canvas.focus({ preventScroll: true }));
      const timer = setInterval(() => {
        const text = app.outline();
        if (this.#outline.textContent !== text) this.#outline.textContent = text;
      }, OUTLINE_MS);
      this.#cleanup.push(() => clearInterval(timer));
    }

    #fail(error) {
      this.#notice ??= make('div', 'rockpool-notice', this);
      this.#notice.hidden = false;
      this.#notice.replaceChildren();
      make('div', '', this.#notice).textContent = 'The sandbox could not be started.';
      make('pre', '', this.#notice).textContent = String(error?.message ?? error);
    }

    #stop() {
      for (const undo of this.#cleanup.splice(0)) undo();
      this.#cluster?.destroy();
      this.#app?.delete();
      this.#app = undefined;
    }
  }

  customElements.define('rockpool-sandbox', Sandbox);
}
