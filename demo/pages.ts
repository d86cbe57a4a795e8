import { explanations, openToken, readable } from './claims.ts';
import { html, type Html } from './html.ts';
import type { Session } from './sessions.ts';
import type { DemoSettings } from './settings.ts';

/** The vectors and scopes that the front page offers. */
export const offeredVectors = [
  { vector: 'P0.Cp', says: 'password only' },
  { vector: 'P0.Cp.Cd', says: 'password, and a code to the phone or a remembered device' },
  { vector: 'P5.Cp.Cd', says: 'the same, and the person matches one NHS record' },
  { vector: 'P9.Cp.Cd', says: 'the same, and the person has proven who they are' },
] as const;
export const offeredScopes = [
  { scope: 'email', says: 'e-mail address', isUsual: true },
  { scope: 'phone', says: 'phone number', isUsual: true },
  { scope: 'profile', says: 'NHS number, last name and date of birth', isUsual: false },
  { scope: 'profile_extended', says: 'first names', isUsual: false },
  { scope: 'landline', says: 'landline', isUsual: false },
  { scope: 'gp_registration_details', says: 'GP surgery', isUsual: false },
  { scope: 'gp_integration_credentials', says: 'details for the GP surgery’s system (IM1)', isUsual: false },
  { scope: 'client_metadata', says: 'what this service keeps there about the person', isUsual: false },
] as const;

const serviceName = 'Riverbank Appointments';

function page(title: string, body: Html): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – ${serviceName}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="nhsuk-skip-link" href="#content">Skip to main content</a>
<header class="riverbank-header"><div class="nhsuk-width-container"><a href="/">${serviceName}</a></div></header>
<div class="nhsuk-width-container">
<main class="nhsuk-main-wrapper" id="content">
<p class="riverbank-note">A made-up service, for trying out sign-in. Nothing here is real. <a href="/about">About this service</a></p>
${body}
</main>
</div>
</body>
</html>
`.html;
}

function radio(name: string, value: string, label: string, isChosen: boolean): Html {
  const checked = isChosen ? html` checked` : html``;
  const id = `${name}-${value}`;
  return html`<div class="nhsuk-radios__item">
<input class="nhsuk-radios__input" id="${id}" name="${name}" type="radio" value="${value}"${checked}>
<label class="nhsuk-label nhsuk-radios__label" for="${id}">${label}</label></div>`;
}

function fieldset(legend: string, kind: 'radios' | 'checkboxes', items: readonly Html[]): Html {
  const group =
    kind === 'radios'
      ? html`<div class="nhsuk-radios">${items}</div>`
      : html`<div class="nhsuk-checkboxes">${items}</div>`;
  return html`<div class="nhsuk-form-group"><fieldset class="nhsuk-fieldset">
<legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${legend}</legend>${group}</fieldset></div>`;
}

/** The front page. */
export function homePage(settings: DemoSettings, session: Session | undefined): string {
  const signedIn =
    session?.received === undefined
      ? html``
      : html`<p><a href="/tokens">See what was received when you signed in</a></p>`;
  return page(
    'Book an appointment',
    html`<h1>Book an appointment</h1>
<p>You need to sign in to see and book your appointments.</p>
${signedIn}
<form method="get" action="/sign-in">
${fieldset(
  'How strongly should you sign in, and how well should you be known?',
  'radios',
  offeredVectors.map(({ vector, says }, index) => radio('vector', vector, `${vector}: ${says}`, index === 1)),
)}
${fieldset(
  'What should this service ask for, besides who you are?',
  'checkboxes',
  offeredScopes.map(
    ({ scope, says, isUsual }) => html`<div class="nhsuk-checkboxes__item">
<input class="nhsuk-checkboxes__input" id="scope-${scope}" name="scope" type="checkbox" value="${scope}"${isUsual ? html` checked` : html``}>
<label class="nhsuk-label nhsuk-checkboxes__label" for="scope-${scope}">${scope}: ${says}</label></div>`,
  ),
)}
${fieldset('What if you are signed in already?', 'radios', [
  radio('prompt', 'default', 'carry on without asking', true),
  radio('prompt', 'login', 'prompt=login: ask again', false),
  radio('prompt', 'none', 'prompt=none: show no page, or fail', false),
])}
<button class="nhsuk-button" type="submit">Continue with ${settings.loginName}</button>
</form>`,
  );
}

function table(caption: string, values: Readonly<Record<string, unknown>>): Html {
  const rows = Object.entries(values).map(
    ([name, value]) => html`<tr class="nhsuk-table__row">
<th class="nhsuk-table__header" scope="row"><code>${name}</code></th>
<td class="nhsuk-table__cell riverbank-value"><code data-claim="${name}">${readable(name, value)}</code></td>
<td class="nhsuk-table__cell">${explanations[name] ?? ''}</td></tr>`,
  );
  return html`<div class="riverbank-scroll" tabindex="0" role="region" aria-label="${caption}"><table class="nhsuk-table">
<caption class="nhsuk-table__caption nhsuk-table__caption--m">${caption}</caption>
<thead class="nhsuk-table__head"><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">What it tells you</th></tr></thead>
<tbody class="nhsuk-table__body">${rows}</tbody></table></div>`;
}

function button(address: string, label: string, session: Session): Html {
  return html`<form class="riverbank-inline" method="post" action="${address}">
<input type="hidden" name="token" value="${session.formToken}">
<button class="nhsuk-button nhsuk-button--secondary" type="submit">${label}</button></form>`;
}

/** What its listing in the directory leads to: help, privacy and accessibility. */
export function aboutPage(settings: DemoSettings): string {
  return page(
    'About this service',
    html`<h1>About this service</h1>
<h2 id="help">Help</h2>
<p>Choose on the <a href="/">first page</a> how to sign in. If you cannot sign in, ${settings.loginName} says why, and what to do.</p>
<h2 id="privacy">Privacy</h2>
<p>This service shows what it receives from ${settings.loginName} to you alone. It keeps it in memory only, and forgets it when you sign out or the program stops. An hour after you last used it nobody can see it any more. It hands it on to nobody.</p>
<h2 id="accessibility">Accessibility</h2>
<p>Every page works without JavaScript, with a keyboard alone, and at twice the text size. Wide tables scroll sideways on their own.</p>`,
  );
}

/** What was received, token by token. */
export function tokensPage(
  settings: DemoSettings,
  session: Session,
  received: NonNullable<Session['received']>,
): string {
  const { what, before, choices } = received;
  const idToken = openToken(what.idToken);
  const accessToken = openToken(what.accessToken);
  const again = new URLSearchParams([
    ['vector', choices.vector],
    ...choices.scopes.map((scope): [string, string] => ['scope', scope]),
  ]);
  const refreshed =
    before === undefined
      ? html``
      : html`<h2>After the refresh</h2>
<p>The refresh token was exchanged: the one used before is gone, and this one took its place.</p>
${table('Refresh tokens', { before: before.refreshToken ?? 'none', after: what.refreshToken ?? 'none' })}`;
  return page(
    'You are signed in',
    html`<h1>You are signed in</h1>
<p>This is all that ${serviceName} received from ${settings.loginName}. It asked for <code>${choices.vector}</code> and the scopes <code>${['openid', ...choices.scopes].join(' ')}</code>.</p>
<div>${button('/refresh', 'Refresh the access token', session)} ${button('/sign-out', 'Sign out of this service', session)}</div>
<p><a href="/sign-in?${again.toString()}">Sign in again</a></p>
${refreshed}
<h2>1. The code was exchanged for tokens</h2>
${table('Answer of the token endpoint', what.tokenAnswer)}
<h2>2. The ID token</h2>
${table('ID token: header', idToken.header)}
${table('ID token: claims', idToken.claims)}
<h2>3. The access token</h2>
${table('Access token: header', accessToken.header)}
${table('Access token: claims', accessToken.claims)}
<h2>4. The person’s details</h2>
${table('Answer of /userinfo', what.userinfo)}
<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">As JSON</span></summary>
<div class="nhsuk-details__text"><pre class="riverbank-value" id="userinfo">${JSON.stringify(what.userinfo, null, 2)}</pre></div></details>`,
  );
}

/** The person chose not to share. */
export function notSharedPage(settings: DemoSettings): string {
  return cannotContinuePage(
    `You chose not to share your information from ${settings.loginName} with ${serviceName}. Without it we do not know whose appointments to show.`,
  );
}

/** It is not known well enough who the person is. */
export function notKnownPage(settings: DemoSettings): string {
  return cannotContinuePage(
    `${settings.loginName} does not know well enough who you are, so we cannot show your appointments here. You can sign in another way, or call your GP surgery.`,
  );
}

/** The service says that it can't continue, why, and where else help is. */
function cannotContinuePage(why: string): string {
  return page(
    'You cannot continue',
    html`<h1>You cannot continue</h1>
<p>${why}</p>
<p><a class="nhsuk-button" href="/">Go back and choose again</a></p>
<h2>If you need medical help now</h2>
<p>You do not have to sign in anywhere to get help:</p>
<ul>
<li>for a life-threatening emergency, call 999 or go to A&amp;E</li>
<li>if you need help but are not sure what to do, use 111 online or call 111</li>
<li>for anything else, contact your GP surgery</li>
</ul>`,
  );
}

/** Anything else that went wrong, in words for the person and for the developer. */
export function problemPage(problem: {
  heading: string;
  says: string;
  details?: Readonly<Record<string, string>>;
}): string {
  const details = problem.details === undefined ? html`` : table('For developers', problem.details);
  return page(
    problem.heading,
    html`<h1>${problem.heading}</h1>
<p>${problem.says}</p>
<p><a class="nhsuk-button" href="/">Go to the start</a></p>
${details}`,
  );
}
