import { blackness, openCamera, takeStill, torchOf, turnTorch } from './camera.js';
import { measure, readable, shrunk } from './picture.js';

/*
 * Takes a photo with the device's camera, or helps with one from its files. Either is put into the form's own field and sent as the
 * form would be without this: whatever goes wrong here, the form is there.
 */

const section = document.querySelector('[data-camera]');
const form = document.querySelector('[data-photo-form]');
const field = form?.querySelector('input[type="file"]');
const preview = section?.querySelector('[data-preview]');

/** So often the live picture is looked at, and so long a hint stands before another takes its place. */
const msBetweenLooks = 600;
const msBetweenHints = 2500;
const msUntilBlack = 4000;
const leastShortSide = 800;

let stream;
let looking;
let taken;

const find = (name) => [...section.querySelectorAll(`[data-${name}]`)];

/** Shows the parts of the page that belong to a state, and moves on to its heading. */
function show(state, { moves = true } = {}) {
  for (const part of find('in')) part.hidden = !part.dataset.in.split(' ').includes(state);
  const heading = section.querySelector(`[data-in~="${state}"] [tabindex="-1"]`);
  if (moves) heading?.focus();
}

function say(text) {
  section.querySelector('[data-say]').textContent = text;
}

function close() {
  clearInterval(looking);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
}

async function open() {
  close();
  taken = undefined;
  show('opening');
  const opened = await openCamera();
  if (opened.stream === undefined) return cannot(opened.why);
  stream = opened.stream;
  stream.getVideoTracks()[0].addEventListener('ended', () => cannot('busy'));
  preview.srcObject = stream;
  await preview.play().catch(() => {});
  const torch = section.querySelector('[data-do="torch"]');
  torch.hidden = !torchOf(stream);
  torch.setAttribute('aria-pressed', 'false');
  show('live');
  watch();
}

function cannot(why) {
  close();
  for (const part of find('why')) part.hidden = !part.dataset.why.split(' ').includes(why);
  show('cannot');
}

/** Says what could be better while the camera is pointed, one thing at a time. */
function watch() {
  const shown = section.querySelector('[data-shown]');
  const startedAt = performance.now();
  let saidAt = 0;
  let said = '';
  let last = '';
  looking = setInterval(() => {
    if (preview.videoWidth === 0) return;
    if (blackness(preview) && performance.now() - startedAt > msUntilBlack) return cannot('black');
    const [problem = 'good'] = measure(preview, preview.videoWidth, preview.videoHeight);
    // What is seen twice in a row is not a movement of the hand.
    const isSteady = problem === last;
    last = problem;
    const now = performance.now();
    if (!isSteady || problem === said || now - saidAt < msBetweenHints) return;
    const words = section.querySelector(`[data-words="${problem}"]`).textContent;
    [said, saidAt] = [problem, now];
    shown.textContent = words;
    shown.classList.toggle('bevan-camera__say--good', problem === 'good');
    say(words);
  }, msBetweenLooks);
}

async function take() {
  if (stream === undefined || preview.videoWidth === 0) return;
  const canvas = section.querySelector('[data-taken]');
  await takeStill(stream, preview, canvas, leastShortSide);
  if (Math.min(canvas.width, canvas.height) < leastShortSide) return cannot('coarse');
  close();
  const problems = measure(canvas, canvas.width, canvas.height);
  taken = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
  if (problems.length === 0) return send();
  for (const item of find('taken-is')) item.hidden = !problems.includes(item.dataset.takenIs);
  show('taken');
}

function send() {
  const files = new DataTransfer();
  files.items.add(new File([taken], 'photo.jpg', { type: 'image/jpeg' }));
  field.files = files.files;
  show('sending');
  form.submit();
}

/** Says what could be better of a file before it is sent, and makes a huge one smaller. Nothing here refuses it. */
async function lookAtFile() {
  const file = field.files?.[0];
  tell([]);
  if (file === undefined) return;
  const most = Number(form.dataset.mostBytes);
  const picture = await readable(file);
  if (field.files?.[0] !== file) return;
  if (picture === undefined) return tell(file.size > most ? ['too_big'] : []);
  const { width, height } = picture;
  const problems = measure(picture, width, height);
  const isSmall = Math.min(width, height) < leastShortSide;
  const smaller = await shrunk(file, picture, most);
  picture.close();
  if (field.files?.[0] !== file) return;
  if (smaller !== file) {
    const files = new DataTransfer();
    files.items.add(smaller);
    field.files = files.files;
  }
  const tooBig = smaller.size > most ? ['too_big'] : [];
  tell(isSmall ? ['too_small'] : [...tooBig, ...problems]);
}

function tell(findings) {
  for (const line of form.querySelectorAll('[data-file-is]'))
    line.hidden = !findings.includes(line.dataset.fileIs);
}

const acts = {
  open,
  take,
  send: () => Promise.resolve(send()),
  torch: async () => {
    const button = section.querySelector('[data-do="torch"]');
    const isOn = button.getAttribute('aria-pressed') !== 'true';
    if (await turnTorch(stream, isOn)) button.setAttribute('aria-pressed', String(isOn));
  },
};

if (section !== null && form !== null) {
  // With a camera on the page, the field is for what is on the device already.
  if (navigator.mediaDevices?.getUserMedia !== undefined) {
    section.hidden = false;
    field.removeAttribute('capture');
    document.querySelector('[data-or]').hidden = false;
    form.querySelector('button[type="submit"], button:not([type])')?.classList.add('nhsuk-button--secondary');
  }
  section.addEventListener('click', ({ target }) => {
    const act = acts[target.closest('[data-do]')?.dataset.do];
    void act?.();
  });
  field.addEventListener('change', () => void lookAtFile());
  form.addEventListener('submit', () => tell(['sending']));
  addEventListener('pagehide', close);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden || stream === undefined) return;
    close();
    show('start', { moves: false });
  });
  // Come back to by “Back”, the page is as it was left: with the camera off.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    show('start', { moves: false });
    tell([]);
  });
}
