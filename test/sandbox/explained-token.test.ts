import { post, visit } from './explained.ts';
import { testRows, type Row } from './explained-table.ts';

const grant = {
  grant_type: 'authorization_code',
  code: 'x'.repeat(43),
  redirect_uri: 'https://hilltop.example/callback',
};

const shape: readonly Row[] = [
  {
    wrong: 'JSON',
    ask: (_service, { origin }) =>
      post(`${origin}/token`, JSON.stringify(grant), { 'content-type': 'application/json' }),
    error: 'invalid_request',
    reason: 'token.content-type',
    received: /application\/json/u,
    mend: /not JSON/u,
  },
  {
    wrong: 'GET',
    ask: async (_service, { origin }) => {
      const { status, text } = await visit(`${origin}/token`);
      return { status, body: JSON.parse(text) };
    },
    error: 'invalid_request',
    reason: 'token.method',
    received: /GET/u,
    mend: /POST/u,
  },
  {
    wrong: 'a parameter that comes twice',
    ask: (_service, { origin }) => post(`${origin}/token`, 'grant_type=authorization_code&code=a&code=b'),
    error: 'invalid_request',
    reason: 'parameter.repeated',
    received: /more than once: code/u,
    mend: /once/u,
  },
  {
    wrong: 'damaged characters',
    ask: (_service, { origin }) => post(`${origin}/token`, 'grant_type=%FF'),
    error: 'invalid_request',
    reason: 'answer.invalid_request',
    received: /the form is not UTF-8/u,
    mend: /encode every value once/u,
  },
  {
    wrong: 'no grant_type',
    ask: (service) => service.token({}),
    error: 'invalid_request',
    reason: 'grant_type.missing',
    received: /no grant_type/u,
    mend: /authorization_code/u,
  },
  {
    wrong: 'another grant_type',
    ask: (service) => service.token({ grant_type: 'password' }),
    error: 'unsupported_grant_type',
    reason: 'grant_type.unsupported',
    received: /grant_type=password/u,
    mend: /authorization_code/u,
  },
  {
    wrong: 'no code',
    ask: (service) => service.token({ ...grant, code: undefined }),
    error: 'invalid_request',
    reason: 'code.missing',
    received: /no code/u,
    mend: /redirect URI/u,
  },
  {
    wrong: 'no redirect_uri',
    ask: (service) => service.token({ ...grant, redirect_uri: undefined }),
    error: 'invalid_request',
    reason: 'redirect_uri.missing',
    received: /no redirect_uri/u,
    mend: /again/u,
  },
];

testRows('asking for tokens wrongly', shape);
