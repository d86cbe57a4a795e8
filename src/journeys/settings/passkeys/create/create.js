const { SimpleWebAuthnBrowser: webauthn } = window;

const form = document.querySelector('[data-new-passkey]');
// Not by the form's names: errors lead to the button, which has this one as its id.
const answer = form.querySelector('[name=passkey]');

if (webauthn.browserSupportsWebAuthn()) {
  form.hidden = false;
  for (const replaced of document.querySelectorAll('[data-without-passkey]')) replaced.hidden = true;
  form.addEventListener('submit', (event) => {
    if (answer.value !== '') return;
    event.preventDefault();
    void create();
  });
  // A page that is shown again on the way back still has what was sent, which is good once.
  window.addEventListener('pageshow', () => {
    answer.value = '';
  });
}

async function create() {
  const failed = form.querySelector('[data-passkey-failed]');
  failed.textContent = '';
  try {
    const response = await fetch(form.dataset.newPasskey, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`${response.status}`);
    const made = await webauthn.startRegistration({ optionsJSON: await response.json() });
    form.elements.device.value = kindOfDevice(made);
    answer.value = JSON.stringify(made);
    form.submit();
  } catch (error) {
    const why = error.name === 'InvalidStateError' ? 'known' : 'failed';
    failed.textContent = form.querySelector(`[data-words="${why}"]`).content.textContent;
  }
}

/** What to call the passkey until it gets a name; nothing where it was made on some other device. */
function kindOfDevice({ authenticatorAttachment }) {
  if (authenticatorAttachment !== 'platform') return '';
  const { userAgent, maxTouchPoints } = navigator;
  const isTablet = userAgent.includes('iPad') || (userAgent.includes('Macintosh') && maxTouchPoints > 1);
  if (isTablet) return 'iPad';
  const kinds = {
    iPhone: 'iPhone',
    Macintosh: 'Mac',
    Android: 'Android',
    Windows: 'Windows',
    CrOS: 'Chromebook',
  };
  const known = Object.keys(kinds).find((word) => userAgent.includes(word));
  if (known !== undefined) return kinds[known];
  return userAgent.includes('Linux') ? 'Linux' : '';
}
