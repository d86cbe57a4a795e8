import { makeViewers } from './viewer.js';

/** Sends answers without leaving the page: pictures stay as they were turned, and the focus goes on to what is next. */
export function followAnswers() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.matches('[data-answer]')) return;
    event.preventDefault();
    void send(form);
  });
}

let isSending = false;

async function send(form) {
  if (isSending) return;
  isSending = true;
  document.body.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: 'text/html' },
    });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    // Whatever is not this case's page is shown as the page that it is.
    if (answer.ok && isThisPage(answer.url, page)) show(page);
    else if (answer.redirected) location.assign(answer.url);
    else form.submit();
  } catch {
    // Without a network the browser says so itself.
    form.submit();
  } finally {
    isSending = false;
    document.body.removeAttribute('aria-busy');
  }
}

function isThisPage(address, page) {
  const name = page.querySelector('main')?.dataset.page;
  return (
    new URL(address).pathname === location.pathname && name === document.querySelector('main').dataset.page
  );
}

/** Puts what has changed in its place, part by part; a part that stays keeps its pictures. */
function show(page) {
  const main = document.querySelector('main');
  const parts = [...page.querySelectorAll('[data-part]')];
  for (const old of main.querySelectorAll('[data-part]'))
    if (!parts.some(({ id }) => id === old.id)) old.remove();
  let before;
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (old === null) {
      const made = document.importNode(part, true);
      if (before === undefined) main.append(made);
      else before.after(made);
      before = made;
    } else {
      for (const live of part.querySelectorAll('[data-live]'))
        document.getElementById(live.id)?.replaceWith(document.importNode(live, true));
      before = old;
    }
  }
  makeViewers(main);
  goToNext();
}

/** Gives the focus to what is to be done now, and moves the page only if that can't be seen. */
export function goToNext() {
  const next = document.getElementById('next');
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
