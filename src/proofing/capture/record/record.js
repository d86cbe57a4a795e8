import { closeCamera, openCamera, record } from './camera.js';
import { keptVideo, keepVideo } from './kept-video.js';
import { sendVideo } from './send-video.js';

const recorder = document.querySelector('[data-recorder]');
const find = (selector) => recorder.querySelector(selector);
const findAll = (selector) => [...recorder.querySelectorAll(selector)];
const { way, challenge, key, ticket, secondsLeft, mostSeconds, mostBytes } = recorder.dataset;

const spoken = find('[data-say]');
const words = spoken.dataset;
const preview = find('[data-preview]');
const playback = find('[data-playback]');
const filePart = document.querySelector('[data-file]');
/** One second more than is taken: what a slow device records is shorter than it took. */
const fewestSeconds = 4;

let stream;
let video;
let recording;

/** Shows the parts of a state, and leads to its heading, so that those who can't see it hear where they are. */
function show(state, { notice, why } = {}) {
  recorder.dataset.state = state;
  for (const part of findAll('[data-in]')) part.hidden = !part.dataset.in.split(' ').includes(state);
  for (const text of findAll('[data-notice]')) text.hidden = text.dataset.notice !== notice;
  find('[data-notices]').hidden = notice === undefined;
  for (const text of findAll('[data-why]')) text.hidden = text.dataset.why !== why;
  const heading = findAll('h2').find(({ hidden, parentElement }) => !hidden && !parentElement.hidden);
  heading?.focus();
}

function say(text) {
  spoken.textContent = text;
}

const fill = (text, count) => text.replace('{count}', count);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function open() {
  forgetRecording();
  const opened = await openCamera(way === 'say');
  if (opened.why !== undefined) {
    showFilePart();
    return show('cannot', { why: opened.why });
  }
  stream = opened.stream;
  preview.srcObject = stream;
  return show('camera');
}

function forgetRecording() {
  closeCamera(stream);
  stream = undefined;
  preview.srcObject = null;
  video = undefined;
  if (playback.src !== '') URL.revokeObjectURL(playback.src);
  playback.removeAttribute('src');
}

async function countDown() {
  const shown = find('[data-count]');
  for (const count of [3, 2, 1]) {
    shown.textContent = count;
    say(fill(words.countdown, count));
    await wait(1000);
  }
  shown.textContent = '';
}

async function recordOnce() {
  const button = find('[data-do=record]');
  button.disabled = true;
  await countDown();
  button.disabled = false;
  if (stream === undefined || recorder.dataset.state !== 'camera') return;
  recording = record(stream);
  show('recording');
  say(words.begun);
  const clock = showSecondsLeft(recording.stop);
  const recorded = await recording.result;
  clearInterval(clock);
  say(words.stopped);
  if (recorded === undefined) {
    forgetRecording();
    return show('start', { notice: 'interrupted' });
  }
  if (recorded.seconds < fewestSeconds) return show('camera', { notice: 'short' });
  return review(recorded.video);
}

function showSecondsLeft(stop) {
  const shown = find('[data-left-shown]');
  const began = performance.now();
  const tick = () => {
    const left = Math.max(0, Math.ceil(mostSeconds - (performance.now() - began) / 1000));
    shown.textContent = fill(words.left, left);
    if (left === 10 || left === 5) say(fill(words.left, left));
    if (left === 0) stop();
  };
  tick();
  return setInterval(tick, 250);
}

function review(recorded) {
  forgetRecording();
  video = recorded;
  playback.src = URL.createObjectURL(video);
  show('review');
}

async function send() {
  if (video.size > Number(mostBytes)) return show('start', { notice: 'too_big' });
  show('sending');
  // A device that keeps nothing, such as in a private window, sends all the same.
  await keepVideo({ challenge, key }, video).catch(() => undefined);
  const outcome = await sendVideo({ video, challenge, ticket }, { onProgress, onTrouble });
  if (outcome.outcome === 'not_wanted') return show('old');
  if (outcome.outcome === 'unsent') return show('unsent');
  say(words.done);
  const form = find('[data-hand-over]');
  form.elements.upload.value = outcome.upload;
  return form.submit();
}

let saidPercent = 0;
function onProgress(sent, of) {
  const percent = Math.floor((sent / of) * 100);
  find('[data-progress]').value = percent;
  find('[data-progress-text]').textContent = fill(words.percent, percent);
  if (percent - saidPercent < 25) return;
  saidPercent = percent;
  say(fill(words.percent, percent));
}

function onTrouble(trouble) {
  const shown = find('[data-trouble]');
  shown.hidden = trouble === undefined;
  const text = trouble === undefined ? '' : words[trouble];
  if (shown.textContent === text) return;
  shown.textContent = text;
  if (text !== '') say(text);
}

function showFilePart() {
  filePart.hidden = false;
  for (const part of findAll('[data-do=file]')) part.parentElement.remove();
}

function sendFile(event) {
  const [file] = event.target.elements.video.files;
  if (file === undefined) return;
  event.preventDefault();
  forgetRecording();
  video = file;
  void send();
}

const deeds = {
  open,
  record: recordOnce,
  stop: () => recording?.stop(),
  send,
  file: () => {
    showFilePart();
    filePart.querySelector('#video').focus();
  },
};

recorder.addEventListener('click', ({ target }) => {
  const { do: deed } = target.closest('[data-do]')?.dataset ?? {};
  if (deed !== undefined) void deeds[deed]();
});
filePart.querySelector('form').addEventListener('submit', sendFile);
addEventListener('pagehide', () => closeCamera(stream));

// Numbers that have expired are not spoken any more; a video that is being sent goes on.
setTimeout(
  () => {
    if (!['recording', 'sending', 'unsent'].includes(recorder.dataset.state)) show('old');
  },
  Math.max(0, Number(secondsLeft)) * 1000,
);

recorder.hidden = false;
recorder.dataset.state = 'start';
if (filePart.querySelector('.nhsuk-error-message') === null) filePart.hidden = true;
else showFilePart();

const begun = await keptVideo({ challenge, key }).catch(() => undefined);
if (begun !== undefined) {
  video = begun;
  void send();
}
