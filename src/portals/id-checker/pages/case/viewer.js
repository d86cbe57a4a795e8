const least = 1;
const most = 5;
const panStep = 40;
/** Of a video whose frames have no other length that could be known: 25 in a second. */
const frameSeconds = 1 / 25;
const speeds = [0.25, 0.5, 0.75, 1, 1.5, 2];

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const fresh = () => ({ scale: 1, x: 0, y: 0, turn: 0, brightness: 100, contrast: 100 });

/** A picture or a video that is moved, turned and lit, with buttons and with keys. */
class Viewer {
  #state = fresh();

  constructor(figure, words) {
    this.figure = figure;
    this.words = words;
    this.stage = figure.querySelector('[data-stage]');
    this.media = figure.querySelector('.bevan-viewer__media');
    this.isVideo = figure.dataset.viewer === 'video';
    this.tools = document.getElementById('viewer-tools').content.cloneNode(true).firstElementChild;
    this.tools.querySelector('[data-video-only]').hidden = !this.isVideo;
    this.frames = [...figure.querySelectorAll('[data-frames] a')];
    this.tools.querySelector('[data-frames-only]').hidden = this.frames.length === 0;
    this.said = this.tools.querySelector('[data-said]');
    figure.append(this.tools);
    figure.classList.add('bevan-viewer--ready');
    const name = figure.querySelector('figcaption').textContent;
    this.stage.tabIndex = 0;
    this.stage.setAttribute('role', 'group');
    this.stage.setAttribute('aria-label', words.stage.replace('#', name));
    this.tools.setAttribute('aria-label', `${this.tools.getAttribute('aria-label')}: ${name}`);
    this.#listen();
  }

  /** Does what a button or a key asks for. @returns whether there is such a thing */
  act(name) {
    const acts = {
      in: () => this.#zoom(this.#state.scale * 1.25),
      out: () => this.#zoom(this.#state.scale / 1.25),
      left: () => this.#turn(-90),
      right: () => this.#turn(90),
      reset: () => this.#reset(),
      wide: () => this.#widen(),
      'pan-left': () => this.#pan(panStep, 0),
      'pan-right': () => this.#pan(-panStep, 0),
      'pan-up': () => this.#pan(0, panStep),
      'pan-down': () => this.#pan(0, -panStep),
      brighter: () => this.#light('brightness', 10),
      darker: () => this.#light('brightness', -10),
      harder: () => this.#light('contrast', 10),
      softer: () => this.#light('contrast', -10),
      ...(this.isVideo && {
        play: () => this.#play(),
        back: () => this.#step(-frameSeconds),
        forward: () => this.#step(frameSeconds),
        slower: () => this.#speed(-1),
        faster: () => this.#speed(1),
      }),
      ...(this.frames.length > 0 && {
        back: () => this.#showNext(-1),
        forward: () => this.#showNext(1),
      }),
    };
    if (!Object.hasOwn(acts, name)) return false;
    acts[name]();
    return true;
  }

  #listen() {
    this.tools.addEventListener('click', (event) => {
      const button = event.target.closest('[data-act]');
      if (button !== null) this.act(button.dataset.act);
    });
    for (const input of this.tools.querySelectorAll('[data-set]'))
      input.addEventListener('input', () => this.#set(input.dataset.set, Number(input.value)));
    this.stage.addEventListener(
      'wheel',
      (event) => {
        if (!event.altKey) return;
        event.preventDefault();
        this.#zoom(this.#state.scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1), event);
      },
      { passive: false },
    );
    if (!this.isVideo)
      this.stage.addEventListener('dblclick', (event) =>
        this.#zoom(this.#state.scale >= most ? least : this.#state.scale * 1.6, event),
      );
    this.#listenToDrags();
    if (this.isVideo) {
      for (const name of ['play', 'pause']) this.media.addEventListener(name, () => this.#showPlaying());
      this.media.addEventListener('ratechange', () => {
        const select = this.tools.querySelector('[data-set="speed"]');
        if (speeds.includes(this.media.playbackRate)) select.value = String(this.media.playbackRate);
      });
    }
    for (const frame of this.frames)
      frame.addEventListener('click', (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.#show(frame);
      });
    this.media.addEventListener('error', () => this.#say(this.words.failed));
    new ResizeObserver(() => this.#apply()).observe(this.stage);
  }

  /** A video's own controls have to be reached: it is dragged when it is bigger than its place. */
  #listenToDrags() {
    let from;
    this.stage.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || this.#state.scale === 1) return;
      from = { x: event.clientX, y: event.clientY };
      this.stage.setPointerCapture(event.pointerId);
    });
    this.stage.addEventListener('pointermove', (event) => {
      if (from === undefined) return;
      this.#pan(event.clientX - from.x, event.clientY - from.y);
      from = { x: event.clientX, y: event.clientY };
    });
    for (const name of ['pointerup', 'pointercancel'])
      this.stage.addEventListener(name, () => {
        from = undefined;
      });
  }

  #set(what, value) {
    if (what === 'speed') this.media.playbackRate = value;
    else {
      this.#state[what] = value;
      this.#apply();
    }
  }

  /** @param at a pointer whose place stays where it is */
  #zoom(wanted, at) {
    const scale = clamp(Math.abs(wanted - 1) < 0.05 ? 1 : wanted, least, most);
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const [fromX, fromY] =
      at === undefined ? [0, 0] : [at.clientX - left - width / 2, at.clientY - top - height / 2];
    const grown = scale / this.#state.scale;
    this.#state.x = fromX - (fromX - this.#state.x) * grown;
    this.#state.y = fromY - (fromY - this.#state.y) * grown;
    this.#state.scale = scale;
    this.#apply();
    this.#say(this.words.zoom.replace('#', String(Math.round(scale * 100))));
  }

  #pan(x, y) {
    this.#state.x += x;
    this.#state.y += y;
    this.#apply();
  }

  #turn(degrees) {
    this.#state.turn = (this.#state.turn + degrees + 360) % 360;
    this.#apply();
    this.#say(this.words.turn.replace('#', String(this.#state.turn)));
  }

  #light(what, change) {
    this.#state[what] = clamp(this.#state[what] + change, 40, 250);
    this.#apply();
  }

  #reset() {
    this.#state = fresh();
    if (this.isVideo) this.media.playbackRate = 1;
    this.#apply();
    this.#say(this.words.zoom.replace('#', '100'));
  }

  #widen() {
    const isWide = this.figure.classList.toggle('bevan-viewer--wide');
    this.tools.querySelector('[data-act="wide"]').setAttribute('aria-pressed', String(isWide));
    this.figure.closest('.bevan-part__columns')?.classList.toggle('bevan-part__columns--wide', isWide);
    this.figure.scrollIntoView({ block: 'nearest' });
  }

  #play() {
    if (!this.media.paused) this.media.pause();
    else this.media.play().catch(() => this.#say(this.words.failed));
  }

  #step(seconds) {
    this.media.pause();
    this.media.currentTime = clamp(this.media.currentTime + seconds, 0, this.media.duration || 0);
  }

  #showNext(change) {
    const at = this.frames.findIndex((frame) => frame.hasAttribute('aria-current'));
    this.#show(this.frames[clamp(at + change, 0, this.frames.length - 1)]);
  }

  /** Shows another picture of the same act, as large and as turned as the one before. */
  #show(frame) {
    for (const one of this.frames) one.removeAttribute('aria-current');
    frame.setAttribute('aria-current', 'true');
    const { alt } = frame.firstElementChild;
    this.media.src = frame.href;
    this.media.alt = alt;
    this.#say(alt);
  }

  #speed(change) {
    const at = speeds.indexOf(this.media.playbackRate);
    this.media.playbackRate = speeds[clamp((at < 0 ? 3 : at) + change, 0, speeds.length - 1)];
  }

  #showPlaying() {
    this.tools.querySelector('[data-act="play"]').textContent = this.media.paused
      ? this.words.play
      : this.words.pause;
  }

  #apply() {
    const { stage, media } = this;
    const state = this.#state;
    const isAcross = state.turn % 180 !== 0;
    const [width, height] = [media.offsetWidth, media.offsetHeight];
    // Lying on its side it has to fit as well.
    const fit =
      isAcross && width > 0 && height > 0
        ? Math.min(stage.clientWidth / height, stage.clientHeight / width)
        : 1;
    const size = state.scale * fit;
    const [shownWidth, shownHeight] = isAcross
      ? [height * size, width * size]
      : [width * size, height * size];
    const [roomX, roomY] = [
      Math.max(0, (shownWidth - stage.clientWidth) / 2),
      Math.max(0, (shownHeight - stage.clientHeight) / 2),
    ];
    state.x = clamp(state.x, -roomX, roomX);
    state.y = clamp(state.y, -roomY, roomY);
    media.style.transform = `translate(${state.x}px, ${state.y}px) rotate(${state.turn}deg) scale(${size})`;
    media.style.filter =
      state.brightness === 100 && state.contrast === 100
        ? ''
        : `brightness(${state.brightness}%) contrast(${state.contrast}%)`;
    stage.classList.toggle('bevan-viewer__stage--zoomed', state.scale > 1);
    for (const what of ['brightness', 'contrast'])
      this.tools.querySelector(`[data-set="${what}"]`).value = String(state[what]);
  }

  #say(text) {
    this.said.textContent = text;
  }
}

const viewers = new WeakMap();

/** Adds what moves, turns and lights them to the pictures and videos below an element. */
export function makeViewers(root) {
  const words = document.getElementById('viewer-said').content.firstElementChild.dataset;
  for (const figure of root.querySelectorAll('[data-viewer]:not(.bevan-viewer--ready)'))
    viewers.set(figure, new Viewer(figure, words));
}

/** @returns the viewer in which an element is; undefined for none */
export function viewerOf(element) {
  const figure = element?.closest('[data-viewer]');
  return figure === null || figure === undefined ? undefined : viewers.get(figure);
}
