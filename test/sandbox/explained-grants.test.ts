import { randomUUID } from 'node:crypto';
import { challengeOf, exchange, makeVerifier, registerClumsy } from './explained.ts';
import { later, testRows, type Row } from './explained-table.ts';

const grant = {
  grant_type: 'authorization_code',
  code: 'x'.repeat(43),
  redirect_uri: 'https://hilltop.example/callback',
};

const codes: readonly Row[] = [
  {
    wrong: 'a code that is not known',
    ask: (service) => service.token(grant),
    error: 'invalid_grant',
    reason: 'code.unknown',
    received: /43 characters, not shown/u,
    mend: /decode it once/u,
  },
  {
    wrong: 'a code a second time',
    ask: async (service) => {
      const form = { ...grant, code: await service.code() };
      await service.token(form);
      return service.token(form);
    },
    error: 'invalid_grant',
    reason: 'code.used',
    received: /exchanged before/u,
    mend: /sends the request twice/u,
  },
  {
    wrong: 'an expired code',
    ask: async (service, sandbox) => {
      const code = await service.code();
      return later(sandbox, 601, () => service.token({ ...grant, code }));
    },
    error: 'invalid_grant',
    reason: 'code.expired',
    received: /expired at 20/u,
    mend: /at once/u,
  },
  {
    wrong: 'another service’s code',
    ask: async (service, sandbox) =>
      (await registerClumsy(sandbox)).token({ ...grant, code: await service.code() }),
    error: 'invalid_grant',
    reason: 'code.other-client',
    received: /issued to another service/u,
    mend: /one client_id/u,
  },
  {
    wrong: 'another redirect_uri',
    ask: async (service) =>
      service.token({
        ...grant,
        code: await service.code(),
        redirect_uri: 'https://hilltop.example/callback/',
      }),
    error: 'invalid_grant',
    reason: 'code.redirect_uri',
    received: /callback\//u,
    mend: /had https:\/\/hilltop\.example\/callback: send exactly that/u,
  },
  {
    wrong: 'no verifier',
    ask: async (service) =>
      service.token({
        ...grant,
        code: await service.code({
          code_challenge: challengeOf(makeVerifier()),
          code_challenge_method: 'S256',
        }),
      }),
    error: 'invalid_grant',
    reason: 'code.verifier',
    received: /no code_verifier/u,
    mend: /verifier of each authorization request/u,
  },
  {
    wrong: 'another verifier',
    ask: async (service) =>
      service.token({
        ...grant,
        code: await service.code({
          code_challenge: challengeOf(makeVerifier()),
          code_challenge_method: 'S256',
        }),
        code_verifier: makeVerifier(),
      }),
    error: 'invalid_grant',
    reason: 'code.verifier',
    received: /43 characters, not shown\) that does not belong/u,
    mend: /not hashed/u,
  },
  {
    wrong: 'a verifier without a challenge',
    ask: async (service) =>
      service.token({ ...grant, code: await service.code(), code_verifier: makeVerifier() }),
    error: 'invalid_grant',
    reason: 'code.verifier',
    received: /though the authorization request had no code_challenge/u,
    mend: /Keep the verifier/u,
  },
];

testRows('exchanging a code wrongly', codes);

const refreshing: readonly Row[] = [
  {
    wrong: 'no refresh token',
    ask: (service) => service.token({ grant_type: 'refresh_token' }),
    error: 'invalid_request',
    reason: 'refresh_token.missing',
    received: /no refresh_token/u,
    mend: /newest/u,
  },
  {
    wrong: 'a refresh token that is not known',
    ask: (service) => service.token({ grant_type: 'refresh_token', refresh_token: randomUUID() }),
    error: 'invalid_grant',
    reason: 'refresh_token.unknown',
    received: /36 characters, not shown/u,
    mend: /not the access token/u,
  },
  {
    wrong: 'a refresh token a second time',
    ask: async (service, sandbox) => {
      const { refresh_token } = await exchange(service);
      const form = { grant_type: 'refresh_token', refresh_token };
      await service.token(form);
      return later(sandbox, 60, () => service.token(form));
    },
    error: 'invalid_grant',
    reason: 'refresh_token.reused',
    received: /exchanged before/u,
    mend: /of every answer/u,
  },
  {
    wrong: 'another service’s refresh token',
    ask: async (service, sandbox) =>
      (await registerClumsy(sandbox)).token({
        grant_type: 'refresh_token',
        refresh_token: (await exchange(service)).refresh_token,
      }),
    error: 'invalid_grant',
    reason: 'refresh_token.other-client',
    received: /another service/u,
    mend: /client_id/u,
  },
  {
    wrong: 'more scopes than were granted',
    ask: async (service) =>
      service.token({
        grant_type: 'refresh_token',
        scope: 'openid phone',
        refresh_token: (await exchange(service)).refresh_token,
      }),
    error: 'invalid_scope',
    reason: 'refresh_token.scope',
    received: /of which phone was not granted/u,
    mend: /Granted: openid email/u,
  },
];

testRows('refreshing wrongly', refreshing);
