import type { TestSandbox } from '../support/sandbox.ts';
import { exchange, visit, type Told } from './explained.ts';
import { later, testRows, type Row } from './explained-table.ts';

async function userinfo({ origin }: TestSandbox, authorization?: string, query = ''): Promise<Told> {
  const headers = authorization === undefined ? {} : { authorization };
  const { status, text } = await visit(`${origin}/userinfo${query}`, 'application/json', { headers });
  return { status, body: JSON.parse(text) };
}

const details: readonly Row[] = [
  {
    wrong: 'no token',
    ask: (_service, sandbox) => userinfo(sandbox),
    error: 'invalid_token',
    reason: 'access_token.missing',
    received: /no Authorization header/u,
    mend: /Bearer/u,
  },
  {
    wrong: 'a token in the address',
    ask: (_service, sandbox) => userinfo(sandbox, undefined, '?access_token=hush-hush'),
    error: 'invalid_request',
    reason: 'access_token.place',
    received: /9 characters, not shown/u,
    mend: /header Authorization/u,
  },
  {
    wrong: 'an ID token',
    ask: async (service, sandbox) => userinfo(sandbox, `Bearer ${(await exchange(service)).id_token}`),
    error: 'invalid_token',
    reason: 'access_token.kind',
    received: /token_use is id/u,
    mend: /not the id_token/u,
  },
  {
    wrong: 'a refresh token',
    ask: async (service, sandbox) => userinfo(sandbox, `Bearer ${(await exchange(service)).refresh_token}`),
    error: 'invalid_token',
    reason: 'access_token.not-a-jwt',
    received: /no JWT/u,
    mend: /not the refresh token/u,
  },
  {
    wrong: 'an expired token',
    ask: async (service, sandbox) => {
      const { access_token: token } = await exchange(service);
      return later(sandbox, 400, () => userinfo(sandbox, `Bearer ${token}`));
    },
    error: 'invalid_token',
    reason: 'access_token.expired',
    received: /exp is \d+ \(20/u,
    mend: /refresh token/u,
  },
];

testRows('reading details wrongly', details);
