/* Looks every few seconds how far somebody has come with their phone, and goes on when they are done there. */
const place = document.getElementById('on-phone');
const form = document.getElementById('on-phone-finished');
const secondsBetween = 3;
/** After this long without a change nobody is waiting in front of the page. */
const mostLooks = (30 * 60) / secondsBetween;

let looks = 0;
let failures = 0;

async function look() {
  looks += 1;
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    failures = 0;
  } catch {
    failures += 1;
  }
  if (looks < mostLooks && failures < 20) setTimeout(look, 1000 * secondsBetween * Math.min(1 + failures, 5));
}

function show({ state, parts }) {
  if (state === 'finished') {
    form.requestSubmit();
    looks = mostLooks;
    return;
  }
  // What there is to do has changed: the page says it.
  const shown = [...document.querySelectorAll('[data-part]')].map(({ dataset }) => dataset.part).join();
  const changed = shown !== '' && parts.map(({ part }) => part).join() !== shown;
  if (state !== place.dataset.state || changed) {
    looks = mostLooks;
    location.reload();
    return;
  }
  for (const { part, isDone } of parts) {
    const status = document.querySelector(`[data-part="${part}"]`);
    if (status === null || !isDone || status.textContent === status.dataset.done) continue;
    status.textContent = status.dataset.done;
    looks = 0;
  }
}

if (place !== null && form !== null) setTimeout(look, 1000 * secondsBetween);
