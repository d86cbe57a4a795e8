import { releasableScopes } from '#consent';
import type { Finding } from '#foundation/http';
import type { ServiceRequest } from '#openid';
import { authenticatesAt, type Facts } from './facts.ts';
import { shown, shownMember } from './received.ts';
import { listed } from './reasons/reason.ts';

type Answer = ServiceRequest['answer'];

const addressOf: Readonly<Record<ServiceRequest['endpoint'], string>> = {
  authorize: '/authorize',
  return: 'The browser, back from the journeys,',
  par: '/par',
  token: '/token',
  revoke: '/revoke',
  userinfo: '/userinfo',
  'sign-out': '/session/end',
  discovery: 'The discovery document',
  keys: 'The public keys',
};

const factorWords: Readonly<Record<string, string>> = {
  Cp: 'a password',
  Cd: 'a security code, or a remembered browser',
  Ck: 'an authenticator app',
  Cm: 'a passkey',
};

const promptWords: Readonly<Record<string, string>> = {
  login: 'The person is asked to sign in',
  availability: 'The person is told that the service is not for where they live',
  identity: 'The person is told that the service needs to know better who they are',
  consent: 'The person is asked what to share',
};

const reasonWords: Readonly<Record<string, string>> = {
  no_session: 'nobody is signed in in this browser',
  login_prompt: 'prompt=login asks for a new sign-in',
  max_age: 'the sign-in is older than max_age',
  id_token_hint: 'somebody else is signed in than id_token_hint names',
  vtr: 'the sign-in does not satisfy vtr yet',
  level: 'vtr asks for a higher level of identity than is known of them',
  hand_over: 'asserted_login_identity was not accepted',
  hand_over_ended: 'the session that was handed over has ended',
  account_closed: 'the account was closed',
  sign_in_ended: 'the sign-in was ended',
  consent_prompt: 'prompt=consent asks for it',
  op_scopes_missing: 'there are scopes that were not agreed to before',
  nation: 'the service is not registered for their nation',
};

/** Tells a request step by step: how it came, what the person did, how it was answered and why. */
export function tellStory(facts: Facts, findings: readonly Finding[]): string[] {
  const { request } = facts;
  return [arrival(facts), ...personsPart(request), ...outcome(facts, findings)];
}

function arrival({ request, params, client, claimedId }: Facts): string {
  const place = addressOf[request.endpoint];
  if (request.endpoint === 'discovery' || request.endpoint === 'keys') return `${place} was asked for.`;
  const named = client === undefined ? shown(claimedId ?? 'no service that could be told') : client.clientId;
  if (request.endpoint === 'return') return `${place} arrived for ${named}.`;
  const told = ['response_type', 'scope', 'vtr', 'prompt', 'grant_type'].flatMap((name) => {
    const value = params.get(name);
    return value === undefined ? [] : [`${name}=${shown(value)}`];
  });
  return `${place} arrived by ${shown(request.method)} for ${named}${told.length === 0 ? '' : `, with ${listed(told)}`}.`;
}

function personsPart({ person }: ServiceRequest): string[] {
  switch (person?.did) {
    case 'sign-in':
      return [
        `The person signed in with ${listed(person.factors.map((factor) => factorWords[factor] ?? 'something else'))}.`,
      ];
    case 'agree':
      return ['The person agreed to share.'];
    case 'refuse':
      return ['The person went no further, or refused to share.'];
    case undefined:
      return [];
  }
}

function outcome(facts: Facts, findings: readonly Finding[]): string[] {
  const { answer } = facts.request;
  switch (answer.outcome) {
    case 'refused':
      return refusal(answer, findings);
    case 'waiting': {
      const because = answer.reasons.map((reason) => reasonWords[reason] ?? reason.replaceAll('_', ' '));
      return [
        ...accepted(facts),
        `${promptWords[answer.prompt] ?? 'The person is asked for something'}, because ${listed(because)}.`,
      ];
    }
    case 'code':
      return [
        ...accepted(facts),
        ...(answer.isSilent ? ['The sign-in in this browser was enough: no page was shown.'] : []),
        `The browser was sent to the redirect URI with a code for ${listed(answer.scopes)}; vot is ${shown(answer.vot)}. It is good for 10 minutes, once.`,
      ];
    case 'served':
      return served(facts, answer);
  }
}

function refusal(answer: Extract<Answer, { outcome: 'refused' }>, findings: readonly Finding[]): string[] {
  const told = answer.byRedirect
    ? 'told to the service at its redirect URI'
    : `answered with status ${answer.status}`;
  return [
    `Refused with ${shown(answer.error)}, ${told}: ${findings[0]?.received ?? 'something did not fit'}.`,
    ...findings.slice(1).map(({ received }) => `Also wrong: ${received}.`),
  ];
}

function accepted({ request, params }: Facts): string[] {
  if (request.endpoint !== 'authorize') return [];
  const scopes = (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const ignored = scopes.filter((scope) => !releasableScopes.includes(scope));
  return [
    'Accepted: the client, its redirect URI, the scopes and vtr are as registered.',
    ...(ignored.length === 0
      ? []
      : [`Ignored, because nothing is released for it here: ${shown(ignored.join(' '))}.`]),
  ];
}

function served(
  { request, params, assertion }: Facts,
  { scopes }: Extract<Answer, { outcome: 'served' }>,
): string[] {
  if (request.endpoint === 'userinfo')
    return request.method === 'PATCH'
      ? ['The access token was good: client_user_metadata was changed.']
      : ['The access token was good: the details that the person shares were given.'];
  if (request.endpoint === 'sign-out')
    return [
      'It is as registered: whoever is signed in is asked whether to sign out; where nobody is, the browser goes on at once.',
    ];
  if (!authenticatesAt(request.endpoint)) return ['It was given.'];
  const kid = assertion?.header['kid'];
  const grant = params.get('grant_type');
  const authenticated = `The service authenticated with its assertion${kid === undefined ? '' : `, kid ${shownMember('kid', kid)}`}.`;
  if (request.endpoint === 'par')
    return [authenticated, 'The request was kept: its request_uri is good for 90 seconds, once.'];
  if (request.endpoint === 'revoke')
    return [
      authenticated,
      'The token, and all others of its sign-in, are revoked; one that is not known here is, too.',
    ];
  const given = `for ${listed(scopes)}: an access token for 5 minutes, a refresh token for 30 days`;
  if (grant === 'authorization_code')
    return [authenticated, `The code was exchanged ${given}, and an ID token.`];
  if (grant === 'refresh_token')
    return [authenticated, `The refresh token was exchanged ${given} in place of the one that was sent.`];
  return [authenticated, 'It was answered.'];
}
