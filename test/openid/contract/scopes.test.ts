import assert from 'node:assert/strict';
import { constants, KeyObject, privateDecrypt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setPhone } from '#accounts';
import type { IdentityLevel } from '#identity';
import { registrableVectors } from '#partners';
import { gpCredentials, makeKnown } from '../../support/identities.ts';
import { createPerson, goToEntry, openBrowser } from '../support/people.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';
import { authorizeAddress, registerService, type TestService } from '../support/service.ts';
import {
  createKnown,
  landline,
  patchUserinfo,
  readUserinfo,
  tellOf,
  type Claims,
  type Known,
} from '../support/told.ts';

/** The contract's table of scopes, row by row: what each releases at each level of identity, and nothing else. */

const levels = ['P0', 'P5', 'P9'] as const;
const scopes = [
  'openid profile basic_demographics profile_extended email phone landline',
  'gp_registration_details gp_integration_credentials client_metadata',
].flatMap((line) => line.split(' '));

let provider: TestProvider;
let service: TestService;
const people = new Map<IdentityLevel, Known>();
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { scopes, vectors: [...registrableVectors], im1Enabled: true });
  for (const level of levels) people.set(level, await createKnown(provider, level));
});
after(() => provider.close());

function at(level: IdentityLevel): Known {
  return people.get(level) ?? assert.fail();
}

const asking = (level: IdentityLevel, scope: string) => ({ scope, vtr: `["${level}.Cp.Cd"]` });

interface Released {
  readonly userinfo?: Claims;
  readonly idToken?: Claims;
  readonly accessToken?: Claims;
}

interface Row {
  readonly scope: string;
  /** What it releases, besides what is always told, about somebody of that level. */
  readonly releases: (known: Known) => Released;
}

const isKnown = ({ level }: Known) => level !== 'P0';

function demographics({ level }: Known): Claims {
  const identified = { family_name: 'Hopper', birthdate: '1986-12-09' };
  return { identity_proofing_level: level, ...(level === 'P0' ? {} : identified) };
}

const rows: readonly Row[] = [
  { scope: 'openid', releases: () => ({}) },
  {
    scope: 'profile',
    releases: (known) => {
      const { nhsNumber } = known;
      if (nhsNumber === undefined) return { userinfo: demographics(known), idToken: demographics(known) };
      const claims = { ...demographics(known), nhs_number: nhsNumber };
      const reason = { reason_for_request: 'patientaccess', requesting_patient: nhsNumber };
      return { userinfo: claims, idToken: claims, accessToken: { nhs_number: nhsNumber, ...reason } };
    },
  },
  {
    scope: 'basic_demographics',
    releases: (known) => ({ userinfo: demographics(known), idToken: demographics(known) }),
  },
  {
    scope: 'profile_extended',
    releases: (known) => (isKnown(known) ? { userinfo: { given_name: 'Grace' } } : {}),
  },
  {
    scope: 'email',
    releases: ({ person }) => ({ userinfo: { email: person.email, email_verified: true } }),
  },
  {
    scope: 'phone',
    releases: (known) => ({
      userinfo: {
        phone_number: known.person.phone,
        phone_number_verified: true,
        phone_number_pds_matched: isKnown(known),
      },
    }),
  },
  {
    scope: 'landline',
    releases: () => ({ userinfo: { landline_number: landline, landline_number_verified: true } }),
  },
  {
    scope: 'gp_registration_details',
    releases: (known) =>
      isKnown(known) ? { userinfo: { gp_registration_details: { gp_ods_code: 'Z99001' } } } : {},
  },
  {
    scope: 'gp_integration_credentials',
    releases: ({ level }) => (level === 'P9' ? { userinfo: { gp_integration_credentials: atPractice } } : {}),
  },
];
const atPractice = {
  gp_user_id: gpCredentials.gpUserId,
  gp_linkage_key: gpCredentials.gpLinkageKey,
  gp_ods_code: gpCredentials.gpOdsCode,
};

const inBoth = 'iss sub aud exp iat jti auth_time vot vtm token_use'.split(' ');
const always = {
  idToken: [...inBoth, 'nonce'],
  accessToken: [...inBoth, 'scope', 'client_id', 'version'],
};

/** @returns what a token says besides what every token of its kind says, all of which must be there */
function beyond(claims: Claims, names: readonly string[]): Claims {
  for (const name of names) assert.ok(Object.hasOwn(claims, name), name);
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

describe('a scope releases', () => {
  for (const level of levels) {
    for (const { scope, releases } of rows) {
      test(`${scope} at ${level}`, async () => {
        const known = at(level);
        const wanted = scope === 'openid' ? scope : `openid ${scope}`;
        const told = await tellOf(provider, service, known, asking(level, wanted));
        const { userinfo = {}, idToken = {}, accessToken = {} } = releases(known);
        const subject = { iss: provider.issuer, sub: known.person.id, aud: service.clientId };
        assert.deepEqual(told.userinfo, { ...subject, ...userinfo });
        assert.deepEqual(beyond(told.idToken, always.idToken), idToken);
        assert.deepEqual(beyond(told.accessToken, always.accessToken), accessToken);
        assert.equal(told.accessToken['scope'], wanted);
      });
    }

    test(`client_metadata at ${level}: what starts as a random number, for the service alone to read`, async () => {
      const known = at(level);
      const told = await tellOf(provider, service, known, asking(level, 'openid client_metadata'));
      const { client_user_metadata: metadata, ...rest } = told.userinfo;
      assert.deepEqual(rest, { iss: provider.issuer, sub: known.person.id, aud: service.clientId });
      assert.match(String(metadata), /^[\w-]{342}$/u);
      assert.equal(decrypt(metadata).length, 32);
      for (const claims of [told.idToken, told.accessToken]) assert.ok(!('client_user_metadata' in claims));
    });
  }
});

function decrypt(metadata: unknown): Buffer {
  return privateDecrypt(
    { key: KeyObject.from(service.privateKey), padding: constants.RSA_PKCS1_OAEP_PADDING },
    Buffer.from(String(metadata), 'base64url'),
  );
}

describe('a request is refused with invalid_scope', () => {
  const refusals: readonly (readonly [row: string, scope: string, registered: readonly string[]])[] = [
    ...scopes
      .filter((scope) => scope !== 'openid')
      .map((scope) => [`${scope}: known, but not registered`, `openid ${scope}`, ['openid']] as const),
    ['profile and basic_demographics together', 'openid profile basic_demographics', scopes],
    ['the same in the other order', 'basic_demographics profile openid', scopes],
  ];
  for (const [row, scope, registered] of refusals) {
    test(row, async () => {
      const asker = await registerService(provider, { scopes: registered, im1Enabled: true });
      const { address } = await goToEntry(openBrowser(provider), authorizeAddress(asker, { scope }));
      assert.equal(address.searchParams.get('error'), 'invalid_scope');
      assert.equal(address.searchParams.get('code'), null);
    });
  }
});

describe('gp_integration_credentials', () => {
  const scope = 'openid gp_integration_credentials';

  test('not after a password alone', async () => {
    const { userinfo } = await tellOf(provider, service, at('P9'), { scope, vtr: '["P9.Cp"]' });
    assert.ok(!('gp_integration_credentials' in userinfo));
  });

  test('not to a service that is not enabled for IM1', async () => {
    const without = await registerService(provider, { scopes, vectors: [...registrableVectors] });
    const { userinfo } = await tellOf(provider, without, at('P9'), asking('P9', scope));
    assert.ok(!('gp_integration_credentials' in userinfo));
  });
});

describe('phone_number_pds_matched', () => {
  const asked = asking('P5', 'openid phone');

  test('false for a number that is not the one on the record', async () => {
    const person = await createPerson(provider);
    await makeKnown(provider, { accountId: person.id, level: 'P5', phoneMatched: false });
    const { userinfo } = await tellOf(provider, service, { person }, asked);
    assert.equal(userinfo['phone_number_pds_matched'], false);
  });

  test('set true once and never refreshed', async () => {
    const { person, nhsNumber } = await createKnown(provider, 'P5');
    assert.ok(nhsNumber !== undefined);
    const { tokens } = await tellOf(provider, service, { person }, asked);
    const again = { accountId: person.id, level: 'P9' as const, phoneMatched: false };
    await makeKnown(provider, { ...again, nhsNumber });
    await setPhone(provider.house.deps, { accountId: person.id, phone: '+447700900999' });
    const userinfo = await readUserinfo(provider, tokens['access_token']);
    assert.deepEqual(
      [userinfo['phone_number'], userinfo['phone_number_pds_matched']],
      ['+447700900999', true],
    );
  });
});

describe('client_user_metadata', () => {
  const scope = 'openid client_metadata';
  const patches: readonly (readonly [row: string, value: string, isKept: (read: unknown) => boolean])[] = [
    ['a text is kept as it is', 'a note', (read) => read === 'a note'],
    ['1024 characters are kept', 'x'.repeat(1024), (read) => read === 'x'.repeat(1024)],
    ['"" clears it', '', (read) => read === undefined],
    ['"auto" makes a new random number', 'auto', (read) => decrypt(read).length === 32],
  ];
  for (const [row, value, isKept] of patches) {
    test(row, async () => {
      const person = await createPerson(provider);
      const { tokens, userinfo } = await tellOf(provider, service, { person }, asking('P0', scope));
      const answer = await patchUserinfo(provider, tokens['access_token'], { client_user_metadata: value });
      assert.deepEqual([answer.status, await answer.text()], [204, '']);
      const { client_user_metadata: read } = await readUserinfo(provider, tokens['access_token']);
      assert.ok(isKept(read), String(read));
      assert.notEqual(read, userinfo['client_user_metadata']);
    });
  }

  test('one service’s is not another’s', async () => {
    const person = await createPerson(provider);
    const other = await registerService(provider, { scopes, vectors: [...registrableVectors] });
    const mine = await tellOf(provider, service, { person }, asking('P0', scope));
    await patchUserinfo(provider, mine.tokens['access_token'], { client_user_metadata: 'mine' });
    const { userinfo } = await tellOf(provider, other, { person }, asking('P0', scope));
    assert.match(String(userinfo['client_user_metadata']), /^[\w-]{342}$/u);
  });
});

describe('the values', () => {
  const everything = scopes.filter((scope) => scope !== 'basic_demographics').join(' ');

  test('a claim without a value is left out: never null, never empty', async () => {
    const person = await createPerson(provider, { phone: null });
    for (const level of ['P0', 'P5'] as const) {
      if (level === 'P5') await makeKnown(provider, { accountId: person.id, level });
      const { userinfo } = await tellOf(provider, service, { person }, asking(level, everything));
      for (const name of Object.keys(userinfo)) assert.doesNotMatch(name, /^(phone|landline)_/u);
      for (const [name, value] of Object.entries(userinfo)) assert.ok(value !== null && value !== '', name);
    }
  });

  test('booleans are booleans', async () => {
    const { userinfo } = await tellOf(provider, service, at('P9'), asking('P9', everything));
    const flags = Object.entries(userinfo).filter(([name]) => /_(verified|matched)$/u.test(name));
    assert.equal(flags.length, 4);
    for (const [name, value] of flags) assert.equal(typeof value, 'boolean', name);
  });

  test('birthdate is YYYY-MM-DD', async () => {
    const { userinfo, idToken } = await tellOf(provider, service, at('P9'), asking('P9', everything));
    for (const claims of [userinfo, idToken])
      assert.match(String(claims['birthdate']), /^\d{4}-\d{2}-\d{2}$/u);
  });
});
