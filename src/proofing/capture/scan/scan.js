import { closeCamera, openCamera, takePicture } from './camera.js';
import { openScans } from './scans.js';
import { voiceFor } from './aloud.js';

/*
 * Asks for one thing after another, takes pictures while it is done, and sends them; what is asked next is said by the answer. Nothing
 * blinks or moves here, but the bar that tells how far it is.
 */

const scanner = document.querySelector('[data-scanner]');
const find = (selector) => scanner.querySelector(selector);
const findAll = (selector) => [...scanner.querySelectorAll(selector)];
const { address, ticket, language, mostBytes } = scanner.dataset;

const spoken = find('[data-say]');
const words = spoken.dataset;
const preview = find('[data-preview]');
const progress = find('[data-progress]');
const doing = find('[data-doing]');
const speakButton = find('[data-do=speak]');

/** Pictures of one act, and how they are spread over the time in which it is done. */
const pictures = 6;
const msForPictures = 2400;
/** Until somebody has read, and begins; and longer where they have to be told what was wrong. */
const msToRead = 1200;
const msToReadHint = 3500;
const arrows = { 'turn-left': '←', 'turn-right': '→', 'look-up': '↑', 'look-down': '↓' };

let stream;
let voice;
let isSpeaking = false;
/** What is under way counts only as long as nothing has taken its place. */
let turn = 0;
const isOurTurn = (ours) => ours === turn;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const scans = openScans({ address, ticket }, () => say(words.retrying));

/** Shows the parts of a state, and leads to its heading, so that those who can't see it hear where they are. */
function show(state, { why, moves = true } = {}) {
  scanner.dataset.state = state;
  for (const part of findAll('[data-in]')) part.hidden = !part.dataset.in.split(' ').includes(state);
  for (const part of findAll('[data-why]'))
    part.hidden = why === undefined || !part.dataset.why.split(' ').includes(why);
  document.querySelector('[data-tips]').hidden = state !== 'start';
  const heading = findAll('h2').find(({ hidden, parentElement }) => !hidden && !parentElement.hidden);
  if (moves) heading?.focus();
}

function say(text) {
  spoken.textContent = text;
  doing.textContent = text;
}

function close() {
  turn += 1;
  closeCamera(stream);
  stream = undefined;
  preview.srcObject = null;
  voice?.stop();
}

function cannot(why) {
  close();
  show('cannot', { why });
}

async function open() {
  close();
  show('opening', { moves: false });
  const opened = await openCamera();
  if (opened.stream === undefined) return cannot(opened.why);
  stream = opened.stream;
  stream.getVideoTracks()[0].addEventListener('ended', () => cannot('busy'));
  preview.srcObject = stream;
  await preview.play().catch(() => {});
  voice = voiceFor(language);
  speakButton.hidden = voice === undefined;
  return show('camera');
}

async function begin() {
  const ours = (turn += 1);
  show('checking', { moves: false });
  say(words.checking);
  let stand = await scans.begin();
  while (isOurTurn(ours) && stand?.state === 'act') stand = await doAct(ours, stand);
  if (isOurTurn(ours)) end(stand);
}

/** @returns what is asked next */
async function doAct(ours, { act, at, of, hint, isLate }) {
  const text = find(`[data-act-words="${act}"]`).textContent;
  const why = isLate ? words.late : hint === undefined ? '' : find(`[data-hint-words="${hint}"]`).textContent;
  find('[data-step]').textContent = find('[data-step]')
    .dataset.text.replace('{at}', at + 1)
    .replace('{of}', of);
  find('[data-act]').textContent = text;
  scanner.dataset.scanAct = act;
  find('[data-hint]').textContent = why;
  find('[data-hint]').hidden = why === '';
  // As in a mirror: to the left is to the left.
  find('[data-arrow]').textContent = arrows[act] ?? '';
  find('[data-arrow]').dataset.to = act;
  find('[data-oval]').classList.toggle('bevan-scanner__oval--near', act === 'move-closer');
  progress.value = 0;
  doing.textContent = '';
  spoken.textContent = why;
  show('act');
  const read = isSpeaking && voice !== undefined ? voice.read(`${why} ${text}`) : undefined;
  await Promise.all([read, wait(why === '' ? msToRead : msToReadHint)]);
  const taken = await takePictures(ours);
  if (!isOurTurn(ours)) return undefined;
  show('checking', { moves: false });
  say(words.checking);
  return scans.send({ act, at }, taken);
}

async function takePictures(ours) {
  const taken = [];
  const began = performance.now();
  for (let index = 0; index < pictures && isOurTurn(ours); index += 1) {
    const due = began + (index * msForPictures) / (pictures - 1);
    await wait(Math.max(0, due - performance.now()));
    taken.push(await takePicture(preview, Number(mostBytes)));
    progress.value = Math.round(((index + 1) / pictures) * 100);
  }
  return taken;
}

function end(stand) {
  close();
  switch (stand?.state) {
    case 'complete':
      say(words.done);
      find('[data-finish]').requestSubmit();
      return;
    case 'spent':
    case 'unavailable':
      show('cannot', { why: stand.state });
      return;
    case undefined:
      show('unsent');
      return;
    default:
      show('ended');
  }
}

const deeds = {
  open,
  begin,
  speak: () => {
    isSpeaking = !isSpeaking;
    speakButton.setAttribute('aria-pressed', String(isSpeaking));
    if (!isSpeaking) voice?.stop();
  },
};

scanner.addEventListener('click', ({ target }) => {
  const { do: deed } = target.closest('[data-do]')?.dataset ?? {};
  if (deed !== undefined) void deeds[deed]();
});
addEventListener('pagehide', close);

if (navigator.mediaDevices?.getUserMedia !== undefined) {
  document.querySelector('[data-without]').hidden = true;
  scanner.hidden = false;
  scanner.dataset.state = 'start';
  // Some browsers know their voices only after they have been asked once.
  globalThis.speechSynthesis?.getVoices();
}
