import { length, readJwt, shown, shownAddress, shownMember } from '../received.ts';
import { clientUnknown } from './client.ts';
import { listed, type Reason } from './reason.ts';

const see = 'OpenID Connect RP-Initiated Logout 1.0 §2';
const names = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'];
const mostStateCharacters = 2048;

/** What can be wrong with sending somebody along to sign out. */
export const signOutReasons: readonly Reason[] = [
  {
    id: 'parameter.repeated',
    errors: ['invalid_request'],
    see: 'RFC 6749 §3.1',
    rule: 'A parameter is sent once at most.',
    find: ({ repeated }) => {
      const twice = repeated.filter((name) => names.includes(name));
      return twice.length === 0
        ? undefined
        : { received: `more than once: ${listed(twice.map(shown))}`, mend: 'Send each of them once.' };
    },
  },
  {
    id: 'id_token_hint.not-ours',
    errors: ['invalid_request'],
    see,
    rule: 'id_token_hint is an ID token that this login gave the service, however old; no access token.',
    find: ({ params, issuer }) => {
      const hint = params.get('id_token_hint');
      if (hint === undefined) return undefined;
      const claims = readJwt(hint)?.claims;
      if (claims?.['iss'] === issuer && claims['token_use'] === 'id') return undefined;
      const what =
        claims === undefined
          ? `no JWT (${length(hint)})`
          : `a JWT of ${shownMember('iss', claims['iss'])}, token_use ${shownMember('token_use', claims['token_use'])}`;
      return {
        received: `id_token_hint: ${what}`,
        mend: 'Send the id_token from the token endpoint as it is, or client_id in its place.',
      };
    },
  },
  {
    id: 'id_token_hint.other-client',
    errors: ['invalid_request'],
    see,
    rule: 'client_id, where it is sent as well, is the one that the ID token was given to.',
    find: ({ params }) => {
      const [hint, sent] = [params.get('id_token_hint'), params.get('client_id')];
      const audience = hint === undefined ? undefined : readJwt(hint)?.claims['aud'];
      if (sent === undefined || audience === undefined || audience === sent) return undefined;
      return {
        received: `client_id=${shown(sent)}, aud of the ID token is ${shownMember('aud', audience)}`,
        mend: 'Send an ID token of this service, or leave one of the two out.',
      };
    },
  },
  clientUnknown(['invalid_request']),
  {
    id: 'sign-out.not-registered',
    errors: ['invalid_request'],
    see: 'the registration of the service',
    rule: 'A service sends people to sign out if it is registered with an address for that.',
    find: ({ client }) =>
      client === undefined || client.logout !== undefined
        ? undefined
        : {
            received:
              'a service that is registered with neither post_logout_redirect_uris nor backchannel_logout_uri',
            mend: 'Register one of the two.',
          },
  },
  {
    id: 'post_logout_redirect_uri.of-nobody',
    errors: ['invalid_redirect_uri'],
    see: 'OpenID Connect RP-Initiated Logout 1.0 §3',
    rule: 'Whoever wants people back says who they are, by id_token_hint or client_id.',
    find: ({ params, claimedId }) =>
      params.has('post_logout_redirect_uri') && claimedId === undefined
        ? { received: 'post_logout_redirect_uri alone', mend: 'Send client_id or id_token_hint as well.' }
        : undefined,
  },
  {
    id: 'post_logout_redirect_uri.not-registered',
    errors: ['invalid_redirect_uri'],
    see: 'OpenID Connect RP-Initiated Logout 1.0 §3.1',
    rule: 'post_logout_redirect_uri is, letter for letter, a registered one.',
    find: ({ params, client }) => {
      const sent = params.get('post_logout_redirect_uri');
      const registered = client?.logout?.redirectUris;
      if (sent === undefined || registered === undefined || registered.includes(sent)) return undefined;
      return {
        received: `post_logout_redirect_uri=${shownAddress(sent)}`,
        mend: `Registered: ${listed(registered.map(shownAddress))}. Send one of them exactly so, or register this one.`,
      };
    },
  },
  {
    id: 'parameter.too-long',
    errors: ['invalid_request'],
    see: 'this login’s limits',
    rule: `state is at most ${mostStateCharacters} characters long.`,
    find: ({ params }) => {
      const state = params.get('state') ?? '';
      return state.length <= mostStateCharacters
        ? undefined
        : {
            received: `state of ${length(state)}`,
            mend: 'Keep data in your own session, and send only its random name.',
          };
    },
  },
];
