import { type TableEntry, withTheLogin } from './entry.ts';

/** What somebody shares, and where they are signed in. */
export const sharing = {
  'consent.agreement': {
    whose: 'owner',
    holds: 'what somebody shares with which service',
    kept: 'until they stop',
    section: 'agreements',
    omitted: { account_id: 'inner' },
  },
  'consent.agreement_history': {
    whose: 'owner',
    holds: 'how that came about',
    kept: withTheLogin,
    section: 'agreementChanges',
    omitted: { id: 'inner', account_id: 'inner' },
  },
  'consent.client_metadata': {
    whose: 'owner',
    holds: 'a service’s note about somebody, encrypted',
    kept: 'as long as the agreement',
    section: 'serviceNotes',
    omitted: { account_id: 'inner', sealed_value: 'opened' },
  },
  'openid.entity': {
    whose: 'owner',
    holds: 'sessions, requests under way and codes, encrypted, under digests of their names',
    kept: 'an hour without use for a session and a request, minutes for a code',
    section: 'sessions',
    omitted: {
      model: 'inner',
      id: 'secret',
      uid: 'secret',
      sealed_payload: 'opened',
      consumed_at: 'inner',
      ended_at: 'inner',
      account_id: 'inner',
    },
  },
  'openid.token_family': {
    whose: 'owner',
    holds: 'which services were given tokens, without the tokens',
    kept: '30 days without use',
    section: 'tokens',
    omitted: { family: 'secret', account_id: 'inner', session_uid: 'secret' },
  },
  'openid.ticket': {
    whose: 'owner',
    holds: 'the end of a sign-in on its way back to the service',
    kept: 'a minute',
    notTold: 'It is gone before anybody could read it.',
  },
} as const satisfies Record<string, TableEntry>;
