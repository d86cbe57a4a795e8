const { SimpleWebAuthnBrowser: webauthn } = window;

const form = document.querySelector('[data-passkey]');
const { passkey: optionsAddress, autofill } = form.dataset;
// Not by the form's names: errors lead to the button, which has this one as its id.
const answer = form.querySelector('[name=passkey]');

if (webauthn.browserSupportsWebAuthn()) {
  form.hidden = false;
  for (const replaced of document.querySelectorAll('[data-without-passkey]')) replaced.hidden = true;
  form.addEventListener('submit', (event) => {
    if (answer.value !== '') return;
    event.preventDefault();
    void askByButton();
  });
  if (autofill !== undefined) void offerByAutofill();
  // A page that is shown again on the way back still has what was sent, which is good once.
  window.addEventListener('pageshow', () => {
    answer.value = '';
  });
}

/** @returns {Promise<object>} what the browser is to ask for; good for one answer */
async function fetchOptions() {
  const response = await fetch(optionsAddress, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

async function ask(useBrowserAutofill) {
  const optionsJSON = await fetchOptions();
  const used = await webauthn.startAuthentication({ optionsJSON, useBrowserAutofill });
  answer.value = JSON.stringify(used);
  form.submit();
}

async function askByButton() {
  const failed = form.querySelector('[data-passkey-failed]');
  failed.textContent = '';
  try {
    await ask(false);
  } catch {
    failed.textContent = form.querySelector('[data-passkey-words]').content.textContent;
  }
}

/** Offers passkeys where the e-mail address is typed. Who does something else never knows that it was there. */
async function offerByAutofill() {
  if (!(await webauthn.browserSupportsWebAuthnAutofill())) return;
  try {
    await ask(true);
  } catch {
    // Not taken, or asked for by the button instead.
  }
}
