// SPDX-License-Identifier: Apache-2.0
//
// What stands between a page and the application on its canvas: who has the keyboard, which keys, turns of the
// wheel and touches are the page's own, what is copied and pasted, and whether the browser has taken the
// graphics away. rockpool-sandbox.js makes one `Input` per canvas; the application hands it an `engine`:
//   keyboardState()      bit 0: a text is being written; bit 1: something is selected
//   key(event)           a key that is the application's
//   insert(text) erase(letters)   into and from the text being written
//   copy(cut)            what a copy takes; '' if nothing
//   wheel(x, y)          steps right and down; true if something took them
//   focus(has) settle() graphics(there)

// The application's own shortcuts; every other combination is the browser's or the page's.
const WHILE_WRITING = new Set([
  'Enter', 'a', 'z', 'y', '/', 'Z', 'Backspace', 'Delete',
  'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End',
]);
const WHILE_SELECTED = new Set(['d', 'k']);
const IS_MAC = /Mac|iP(hone|ad)/.test(globalThis.navigator?.platform ?? '');

// The hidden field holds some of these, so that erasing more than was written shows too.
const INVISIBLE = '\u200b';
const GROUND = INVISIBLE.repeat(32);

export class Input {
  #canvas;
  #field;
  #engine;
  #undo = [];
  #focused = false;
  #text = GROUND;
  #graphics = { wanted: true, there: true, given: false, context: undefined };

  /** `field` is a text area that cannot be seen: while a text is written, the keyboard is there. */
  constructor(canvas, field) {
    this.#canvas = canvas;
    this.#field = field;
  }

  /** Called by the application once it draws. */
  attach(engine) {
    this.#engine = engine;
    this.#followFocus();
    this.#followKeys();
    this.#followText();
    this.#followWheel();
    this.#followTouch();
    this.#followClipboard();
    this.#followGraphics();
  }

  /** Called by the application before it ends. */
  detach() {
    for (const undo of this.#undo.splice(0)) undo();
    if (this.#graphics.there && !this.#graphics.given) this.#graphics.context?.loseContext();
  }

  /** A text is being written, or no longer: the hidden field brings up phones' keyboards and input methods. */
  followWriting(writing) {
    const owner = writing ? this.#field : this.#canvas;
    if (this.#focused && this.#canvas.getRootNode().activeElement !== owner) focus(owner);
  }

  /** Gives the graphics context back to the browser, which grants only a few, or asks for it again. */
  wantGraphics(wanted) {
    this.#graphics.wanted = wanted;
    this.#settleGraphics();
  }

  #listen(target, type, handler, options) {
    target.addEventListener(type, handler, options);
    this.#undo.push(() => target.removeEventListener(type, handler, options));
  }

  get #writing() {
    return (this.#engine.keyboardState() & 1) !== 0;
  }

  #followFocus() {
    const owners = [this.#canvas, this.#field];
    const set = (value) => {
      if (this.#focused === value) return;
      this.#focused = value;
      this.#claimTouch();
      this.#engine.focus(value);
    };
    for (const owner of owners) {
      this.#listen(owner, 'focus', () => set(true));
      this.#listen(owner, 'blur', (event) => {
        if (!owners.includes(event.relatedTarget)) set(false);
      });
    }
    this.#listen(this.#canvas, 'mousedown', (event) => {
      event.preventDefault();
      this.#moveField(event);
      if (!this.#focused) focus(this.#canvas);
    });
    this.#listen(this.#canvas, 'contextmenu', (event) => event.preventDefault());
  }

  #wants(event) {
    if (/^F[0-9]+$/.test(event.key)) return false;
    if (event.key === 'Control' || event.key === 'Meta') return true;
    if (event.ctrlKey || event.metaKey) {
      if (this.#writing) return WHILE_WRITING.has(event.key);
      return (this.#engine.keyboardState() & 2) !== 0 && WHILE_SELECTED.has(event.key);
    }
    if (event.altKey && !IS_MAC) return false;
    // Out of a text, Tab leaves the canvas.
    return event.key !== 'Tab' || this.#writing;
  }

  // True if the key was the application's.
  #takeKey(event) {
    // What an input method makes of keys comes as a text.
    if (event.isComposing || event.keyCode === 229) return false;
    // The third level of a keyboard looks like Ctrl and Alt.
    const letter = event.key.length === 1 && event.getModifierState('AltGraph');
    if (letter && event.type === 'keydown' && this.#writing) {
      this.#engine.insert(event.key);
      event.preventDefault();
      return true;
    }
    if (letter || !this.#wants(event)) return false;
    this.#engine.key(event);
    return true;
  }

  #followKeys() {
    for (const owner of [this.#canvas, this.#field]) {
      for (const type of ['keydown', 'keypress']) {
        this.#listen(owner, type, (event) => {
          if (this.#takeKey(event)) event.stopPropagation();
        });
      }
      this.#listen(owner, 'keyup', (event) => this.#engine.key(event));
    }
  }

  #clearField() {
    this.#text = this.#field.value = GROUND;
    this.#field.setSelectionRange(GROUND.length, GROUND.length);
  }

  // Sends what has changed in the field since the last look.
  #sendText() {
    const before = this.#text;
    const now = this.#field.value;
    let same = 0;
    while (same < now.length && same < before.length && now[same] === before[same]) ++same;
    this.#engine.erase([...before.slice(same)].length);
    const text = now.slice(same).replaceAll(INVISIBLE, '');
    if (text) this.#engine.insert(text);
    this.#text = now;
  }

  // Texts that come without keys: from phones' keyboards, input methods, dictation.
  #followText() {
    this.#clearField();
    this.#listen(this.#field, 'input', (event) => {
      this.#sendText();
      if (!event.isComposing) this.#clearField();
    });
    this.#listen(this.#field, 'compositionend', () => {
      this.#sendText();
      this.#clearField();
    });
  }

  // Without the focus the wheel scrolls the page; so it does where nothing here can scroll.
  #followWheel() {
    const take = (event) => {
      if (!this.#focused && !event.ctrlKey) return;
      const unit = [100, 3, 1 / 80][event.deltaMode];
      // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
      const pinch = event.ctrlKey && event.deltaMode === 0 && Math.abs(event.deltaY) < 50 ? 8 : 1;
      if (!this.#engine.wheel(event.deltaX / unit, (pinch * event.deltaY) / unit)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    this.#listen(this.#canvas, 'wheel', take, { passive: false });
  }

  // Without the focus a finger scrolls the page, and a tap takes the focus, as the mouse would. Where the page
  // cannot scroll, every touch is ours.
  get #touchIsMine() {
    const page = document.scrollingElement;
    if (this.#focused || !page || page.scrollHeight <= page.clientHeight) return true;
    return [page, document.body].some((element) => getComputedStyle(element).overflowY === 'hidden');
  }

  #claimTouch() {
    this.#canvas.style.touchAction = this.#touchIsMine ? 'none' : 'auto';
  }

  #followTouch() {
    this.#claimTouch();
    this.#listen(window, 'resize', () => this.#claimTouch());
    let mine = false;
    const filter = (event) => {
      const begins = event.type === 'touchstart';
      if (begins && event.touches.length === 1) mine = this.#touchIsMine;
      if (!mine) return event.stopImmediatePropagation();
      if (begins) this.#moveField(event.changedTouches[0]);
      if (begins && !this.#focused) focus(this.#canvas);
    };
    for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) {
      this.#listen(this.#canvas, type, filter, { capture: true, passive: false });
    }
    // A phone shows its keyboard only if the field gets the focus while the tap is being handled.
    this.#listen(this.#canvas, 'touchend', () => this.#engine.settle());
  }

  // Where input methods show their suggestions, and what a phone keeps in view.
  #moveField({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    this.#field.style.left = `${Math.max(0, clientX - left)}px`;
    this.#field.style.top = `${Math.max(0, clientY - top)}px`;
  }

  #followClipboard() {
    for (const type of ['copy', 'cut']) {
      this.#listen(document, type, (event) => {
        const text = this.#focused ? this.#engine.copy(type === 'cut') : '';
        if (!text) return;
        event.clipboardData.setData('text/plain', text);
        event.preventDefault();
      });
    }
    this.#listen(document, 'paste', (event) => {
      if (!this.#focused) return;
      this.#engine.insert(event.clipboardData.getData('text/plain'));
      event.preventDefault();
    });
  }

  // A context that was given away comes back when it is wanted; one that the browser took, when it can.
  #followGraphics() {
    this.#graphics.context = this.#canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
    this.#listen(this.#canvas, 'webglcontextlost', (event) => {
      event.preventDefault();
      this.#graphics.there = false;
      this.#engine.graphics(false);
      // It may be asked for again once this event has been handled.
      setTimeout(() => this.#settleGraphics());
    });
    this.#listen(this.#canvas, 'webglcontextrestored', () => {
      this.#graphics.there = true;
      this.#engine.graphics(true);
      this.#settleGraphics();
    });
  }

  #settleGraphics() {
    const graphics = this.#graphics;
    if (graphics.wanted && !graphics.there && graphics.given) {
      graphics.given = false;
      graphics.context.restoreContext();
    } else if (!graphics.wanted && graphics.there && !graphics.given) {
      graphics.given = true;
      graphics.context?.loseContext();
    }
  }
}

function focus(element) {
  element.focus({ preventScroll: true });
}
