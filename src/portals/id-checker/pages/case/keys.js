import { goToNext } from './answers.js';
import { viewerOf } from './viewer.js';

const stored = 'bevan-id-checker-keys';

/** What keys do while a picture or a video has the focus. */
const ofViewer = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  ArrowLeft: 'pan-left',
  ArrowRight: 'pan-right',
  ArrowUp: 'pan-up',
  ArrowDown: 'pan-down',
  r: 'right',
  l: 'left',
  b: 'brighter',
  B: 'darker',
  c: 'harder',
  C: 'softer',
  0: 'reset',
  w: 'wide',
  ' ': 'play',
  k: 'play',
  ',': 'back',
  '.': 'forward',
  '[': 'slower',
  ']': 'faster',
};

/**
 * Listens to keys while a question or a picture has the focus, and nowhere else: whoever reads with a screen reader or types
 * meets none of them. They can be switched off.
 */
export function listenToKeys() {
  const dialog = document.getElementById('keys');
  const box = document.getElementById('keys-on');
  box.checked = read() !== 'off';
  box.addEventListener('change', () => write(box.checked ? 'on' : 'off'));
  const place = document.querySelector('[data-keys-place]');
  place?.append(document.getElementById('keys-button').content.cloneNode(true));
  place?.querySelector('[data-keys]').addEventListener('click', () => dialog.showModal());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener('keydown', (event) => {
    if (!box.checked || dialog.open || event.ctrlKey || event.altKey || event.metaKey) return;
    if (press(event.key, event.target, dialog)) event.preventDefault();
  });
}

/** @returns whether the key meant something there */
function press(key, at, dialog) {
  const viewer = viewerOf(at);
  const isQuestion = at.closest('.bevan-question, .bevan-outcome') !== null;
  if (viewer === undefined && !isQuestion) return false;
  if (key === '?') {
    dialog.showModal();
    return true;
  }
  if (answer(key)) return true;
  // A button or a slider among the tools keeps the keys that are its own.
  const isStage = at.matches('[data-stage]');
  return viewer !== undefined && isStage && Object.hasOwn(ofViewer, key) && viewer.act(ofViewer[key]);
}

function answer(key) {
  const next = document.getElementById('next');
  const click = (selector) => {
    const target = next?.querySelector(selector);
    target?.click();
    return target !== null && target !== undefined;
  };
  switch (key) {
    case 'y':
      return click('[data-answer="yes"] button');
    case 'n':
      return click('[data-answer="no"] button');
    case 's':
      return click('[data-primary]');
    case 'q':
      goToNext();
      return true;
    case 'e':
      next?.closest('[data-part]')?.querySelector('[data-stage]')?.focus();
      return true;
    default:
      return false;
  }
}

function read() {
  try {
    return localStorage.getItem(stored);
  } catch {
    return null;
  }
}

function write(value) {
  try {
    localStorage.setItem(stored, value);
  } catch {
    // A browser that keeps nothing has them on each time.
  }
}
