import { shown } from '../received.ts';
import type { Facts } from '../facts.ts';

/** What an error code means when nothing more exact is known. */
interface General {
  readonly see: string;
  readonly rule: string;
  readonly mend: string;
}

const authorizeErrors = 'RFC 6749 §4.1.2.1';
const ssoRequired: General = {
  see: 'OpenID Connect Core §3.1.2.6; the contract’s error codes',
  rule: 'With prompt=none no page is shown: the browser must have a sign-in here that satisfies vtr, and the person must have agreed to share before.',
  mend: 'This is an answer, not a fault: send the person to /authorize again without prompt=none, and they will be asked for what is missing.',
};

/** Answers that depend on the person, by their description. */
const described: Readonly<Record<string, General>> = {
  ConsentNotGiven: {
    see: 'the contract’s answer when a person refuses',
    rule: 'A person may refuse to share their details.',
    mend: 'Nothing is broken: show the person a page that says why your service needs the details, with a button to try again.',
  },
  NotAvailableInNation: {
    see: 'the nations of your registration',
    rule: 'A person signs in only to services for the nation where they live: as they say, and from P5 on as the address in the national register says.',
    mend: 'Nothing is broken: tell the person where your service is available; or register more nations.',
  },
  AccountDisabled: {
    see: 'what a sign-in at P5 or P9 rests on',
    rule: 'The record of a person who is known at P5 or P9 is looked at in every sign-in, and theirs does not let the account be used for now.',
    mend: 'Nothing is broken: they were told whom to contact. Offer them another way to reach you, and do not ask why.',
  },
  DetailsNotChecked: {
    see: 'what a sign-in at P5 or P9 rests on',
    rule: 'The record of a person who is known at P5 or P9 is looked at in every sign-in; while the national register can’t be asked, what it said last is believed for a day.',
    mend: 'Nothing is broken: let the person try again in some minutes.',
  },
  'authorization request has expired': {
    see: 'this login’s sessions',
    rule: 'A sign-in is finished in the browser in which it began, within an hour, with cookies on.',
    mend: 'Begin again at /authorize, in one browser. An app has to use the system’s browser and let it keep cookies.',
  },
};

const byCode: Readonly<Record<string, General>> = {
  temporarily_unavailable: {
    see: authorizeErrors,
    rule: 'Something that the answer rests on does not answer itself for now.',
    mend: 'Nothing is broken in your request: send it again in some minutes.',
  },
  sso_login_required: ssoRequired,
  login_required: ssoRequired,
  interaction_required: ssoRequired,
  consent_required: ssoRequired,
  account_selection_required: ssoRequired,
  access_denied: {
    see: authorizeErrors,
    rule: 'The person, or this login for them, said no.',
    mend: 'Nothing is broken: tell the person that they are not signed in, with a button to try again.',
  },
  unauthorized_client: {
    see: authorizeErrors,
    rule: 'A service uses only what it is registered for.',
    mend: 'Compare the request with your registration.',
  },
  request_not_supported: {
    see: 'OpenID Connect Core §6.1',
    rule: 'The parameter request is taken only from services that registered for it.',
    mend: 'Send the parameters themselves, without request.',
  },
  request_uri_not_supported: {
    see: 'OpenID Connect Core §6.2',
    rule: 'The parameter request_uri is taken only from services that registered for it.',
    mend: 'Send the parameters themselves, without request_uri.',
  },
  registration_not_supported: {
    see: 'OpenID Connect Core §7.2.1',
    rule: 'Services are registered beforehand.',
    mend: 'Leave registration out.',
  },
  invalid_request_object: {
    see: 'RFC 9101 §6',
    rule: 'A request object is a JWT that one of the service’s registered keys signed.',
    mend: 'Check its signature, aud, iss and exp; or send the parameters themselves.',
  },
  invalid_request_uri: {
    see: 'RFC 9126 §4',
    rule: 'A request_uri is one that was given out here, used once and soon.',
    mend: 'Push the request again, and use the new request_uri at once.',
  },
  invalid_redirect_uri: {
    see: 'RFC 9700 §2.1',
    rule: 'redirect_uri is, letter for letter, a registered one.',
    mend: 'Send one of your registered redirect URIs.',
  },
  invalid_scope: {
    see: 'RFC 6749 §3.3',
    rule: 'scope names what the service may have, with openid among it.',
    mend: 'Compare scope with your registration.',
  },
  invalid_client: {
    see: 'RFC 6749 §5.2',
    rule: 'The service is registered here and shows that it is itself.',
    mend: 'Compare client_id, key and assertion with your registration.',
  },
  invalid_grant: {
    see: 'RFC 6749 §5.2',
    rule: 'A code or refresh token is good while its sign-in stands: the account is there, nobody ended its sign-ins (a new password does), and the person still shares.',
    mend: 'Have the person sign in again.',
  },
  invalid_token: {
    see: 'RFC 6750 §3.1',
    rule: 'An access token is good for 5 minutes, while its sign-in stands: not revoked, the account there, the person still sharing.',
    mend: 'Get a new one with the refresh token, or have the person sign in again; and look whether a code was used twice, which revokes.',
  },
  insufficient_scope: {
    see: 'RFC 6750 §3.1',
    rule: 'The token was issued with the scope that this needs.',
    mend: 'Ask for the scope at /authorize; it must be registered for your service.',
  },
  invalid_request: {
    see: authorizeErrors,
    rule: 'A request is complete, well-formed and in UTF-8.',
    mend: 'Compare the request with the settings at /sandbox; encode every value once, and keep it below 8000 characters.',
  },
};

const unknown: General = {
  see: authorizeErrors,
  rule: 'The request did not fit.',
  mend: 'Compare the request with the settings at /sandbox.',
};

/** @returns what is known from the error's code and description alone */
export function describeGenerally({ request: { answer, params } }: Facts) {
  if (answer.outcome !== 'refused') return undefined;
  const { error, description } = answer;
  const general = described[description ?? ''] ?? byCode[error] ?? unknown;
  const prompt = params.find(([name]) => name === 'prompt')?.[1];
  const received = [
    `the answer ${shown(error)}`,
    ...(description === undefined ? [] : [`“${shown(description)}”`]),
    ...(prompt === undefined ? [] : [`to prompt=${shown(prompt)}`]),
  ];
  return { reason: `answer.${error}`, received: received.join(' '), ...general };
}
