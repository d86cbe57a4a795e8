import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readAccount, setLandline, type Account } from '#accounts';
import {
  agree,
  describeAsking,
  readSharing,
  releasableScopes,
  releasedClaims,
  type Agreement,
  type ClaimContext,
  type ClaimUse,
  type Sharing,
} from '#consent';
import { readNhsNumber } from '#foundation/identifiers';
import { identityLevels, levelRank, readIdentity, type Identity, type IdentityLevel } from '#identity';
import fc from 'fast-check';
import { makeAccount } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { gpCredentials, makeKnown } from '../../test/support/identities.ts';
import { watchStatements } from '../../test/support/statements.ts';

const nhsNumber = readNhsNumber('999 000 0018');
assert.ok(nhsNumber !== undefined);
const email = 'grace@people.example';
const account: Account = {
  id: '2f7f5e33-1f1c-4bd2-b9d5-29e0cb1e7a10',
  email,
  phone: '+447700900321',
  landline: '+441632960123',
  nation: 'england',
  language: 'en',
  createdAt: new Date(0),
  signInsValidFrom: new Date(0),
};
const known = {
  details: {
    nhsNumber,
    familyName: 'Hopper',
    givenName: 'Grace',
    birthdate: '1986-12-09',
    gpOdsCode: 'Z99001',
  },
  phoneMatched: true,
  checkedAt: new Date(0),
};
const identities: Record<IdentityLevel, Identity> = {
  P0: { level: 'P0' },
  P5: { level: 'P5', ...known },
  P9: { level: 'P9', ...known, gpCredentials },
};

function agreedTo(scopes: readonly string[], level: IdentityLevel): Agreement {
  const levels = new Map(scopes.map((scope) => [scope, level]));
  return { scopes, level, levels, agreedAt: new Date(0) };
}

/** @returns what is released of Grace, who agreed to it at the level that she has */
function released(
  scope: string,
  level: IdentityLevel,
  given: { use?: ClaimUse; sharing?: Partial<Sharing> } & Partial<ClaimContext> = {},
): Readonly<Record<string, unknown>> {
  const { use = 'userinfo', sharing = {}, ...context } = given;
  const scopes = ['openid', ...scope.split(' ')];
  const { sub, ...claims } = releasedClaims(
    { account, identity: identities[level], agreement: agreedTo(scopes, level), ...sharing },
    { scopes, use, vot: `${level}.Cp.Cd`, im1Enabled: true, clientMetadata: 'a note', ...context },
  );
  assert.equal(sub, account.id);
  return claims;
}

const level = (identity_proofing_level: IdentityLevel) => ({ identity_proofing_level });
const demographics = { family_name: 'Hopper', birthdate: '1986-12-09' };
const profile = { nhs_number: nhsNumber, ...demographics };
const phone = { phone_number: '+447700900321', phone_number_verified: true };
const gp = { gp_registration_details: { gp_ods_code: 'Z99001' } };
const credentials = {
  gp_integration_credentials: {
    gp_user_id: gpCredentials.gpUserId,
    gp_linkage_key: gpCredentials.gpLinkageKey,
    gp_ods_code: gpCredentials.gpOdsCode,
  },
};
const landline = { landline_number: '+441632960123', landline_number_verified: true };
const patient = { nhs_number: nhsNumber, requesting_patient: nhsNumber, reason_for_request: 'patientaccess' };
const everyLevel = (claims: object) => ({ P0: claims, P5: claims, P9: claims });

suite('what each scope releases at each level', () => {
  const atUserinfo: Record<string, Record<IdentityLevel, object>> = {
    openid: everyLevel({}),
    profile: { P0: level('P0'), P5: { ...profile, ...level('P5') }, P9: { ...profile, ...level('P9') } },
    basic_demographics: {
      P0: level('P0'),
      P5: { ...demographics, ...level('P5') },
      P9: { ...demographics, ...level('P9') },
    },
    profile_extended: { P0: {}, P5: { given_name: 'Grace' }, P9: { given_name: 'Grace' } },
    email: everyLevel({ email, email_verified: true }),
    phone: {
      P0: { ...phone, phone_number_pds_matched: false },
      P5: { ...phone, phone_number_pds_matched: true },
      P9: { ...phone, phone_number_pds_matched: true },
    },
    landline: everyLevel(landline),
    gp_registration_details: { P0: {}, P5: gp, P9: gp },
    gp_integration_credentials: { P0: {}, P5: {}, P9: credentials },
    client_metadata: everyLevel({ client_user_metadata: 'a note' }),
  };

  test('the table has every scope', () => {
    assert.deepEqual(Object.keys(atUserinfo).toSorted(), [...releasableScopes].toSorted());
  });

  for (const [scope, expected] of Object.entries(atUserinfo)) {
    for (const one of identityLevels) {
      test(`${scope} at ${one}: ${Object.keys(expected[one]).join(', ') || 'nothing'}`, () => {
        assert.deepEqual(released(scope, one), expected[one]);
      });
    }
  }

  test('the ID token has what identifies somebody, by profile or, less the NHS number, basic_demographics', () => {
    for (const scope of releasableScopes) {
      for (const one of identityLevels) {
        const isIdentifying = scope === 'profile' || scope === 'basic_demographics';
        const expected = isIdentifying ? atUserinfo[scope]?.[one] : {};
        assert.deepEqual(released(scope, one, { use: 'id_token' }), expected, `${scope} at ${one}`);
      }
    }
  });

  test('the access token has the NHS number, and for whom and why, by profile alone', () => {
    for (const scope of releasableScopes) {
      for (const one of identityLevels) {
        const expected = scope === 'profile' && one !== 'P0' ? patient : {};
        assert.deepEqual(released(scope, one, { use: 'access_token' }), expected, `${scope} at ${one}`);
      }
    }
  });
});

suite('what keeps a claim back', () => {
  test('GP integration credentials need two factors, and a service that may reach practices', () => {
    const asked = (given: Partial<ClaimContext>) => released('gp_integration_credentials', 'P9', given);
    for (const vot of ['P9.Cp', 'P9', 'P9.Cd']) assert.deepEqual(asked({ vot }), {}, vot);
    for (const vot of ['P9.Cp.Cd', 'P0.Cp.Cd', 'P9.Cm']) assert.deepEqual(asked({ vot }), credentials, vot);
    assert.deepEqual(asked({ im1Enabled: false }), {});
  });

  test('a claim without a value is left out', () => {
    const bare: Partial<Sharing> = {
      account: { ...account, phone: null, landline: null },
      identity: {
        level: 'P9',
        phoneMatched: true,
        checkedAt: new Date(0),
        details: { nhsNumber, familyName: 'Hopper', birthdate: '1986-12-09' },
      },
    };
    const claims = released(
      releasableScopes.filter((scope) => scope !== 'basic_demographics').join(' '),
      'P9',
      {
        sharing: bare,
        clientMetadata: '',
      },
    );
    assert.deepEqual(claims, { ...profile, ...level('P9'), email, email_verified: true });
  });

  test('of profile and basic_demographics together, the lesser counts', () => {
    for (const use of ['userinfo', 'id_token', 'access_token'] as const)
      assert.equal(released('profile basic_demographics', 'P9', { use })['nhs_number'], undefined);
  });

  test('who agreed at a lower level releases no more than was shown then; how well they are known is told truly', () => {
    const scopes = ['openid', 'profile', 'profile_extended', 'gp_integration_credentials'];
    const at = (agreed: IdentityLevel) =>
      released(scopes.join(' '), 'P9', { sharing: { agreement: agreedTo(scopes, agreed) } });
    assert.deepEqual(at('P0'), level('P9'));
    assert.deepEqual(at('P5'), { ...profile, ...level('P9'), given_name: 'Grace' });
  });

  test('without an agreement nothing but the subject is released', () => {
    const sharing = { agreement: undefined };
    assert.deepEqual(released(releasableScopes.join(' '), 'P9', { sharing }), {});
  });
});

const someScopes = fc.subarray([...releasableScopes]);
const someLevel = fc.constantFrom(...identityLevels);

suite('whatever is asked and agreed', () => {
  test('nothing is released that was not asked for, agreed to, and named to the person at a level they had', () => {
    fc.assert(
      fc.property(
        fc.record({
          asked: someScopes,
          agreed: someScopes,
          was: someLevel,
          is: someLevel,
          im1: fc.boolean(),
        }),
        ({ asked, agreed, was, is, im1: im1Enabled }) => {
          const agreement = agreedTo(agreed, was);
          const sharing = { account, identity: identities[is], agreement };
          for (const use of ['userinfo', 'id_token', 'access_token'] as const) {
            const { sub, ...claims } = releasedClaims(sharing, {
              scopes: asked,
              use,
              im1Enabled,
              vot: 'P0.Cp.Cd',
              clientMetadata: 'a note',
            });
            assert.equal(sub, account.id);
            const lower = levelRank(was) < levelRank(is) ? was : is;
            const both = asked.filter((scope) => agreed.includes(scope));
            const shown = describeAsking(undefined, { scopes: both, level: lower, im1Enabled }).newItems;
            for (const claim of Object.keys(claims)) {
              const item = claim.replace(/^(requesting_patient|reason_for_request)$/u, 'nhs_number');
              assert.ok(
                shown.includes(item.replace(/_verified$/u, '').replace(/^phone$/u, 'phone_number')),
                claim,
              );
            }
          }
        },
      ),
    );
  });

  test('once somebody agreed to all that is asked, nothing is new; nothing that is new was shared', () => {
    fc.assert(
      fc.property(
        fc.record({
          asked: someScopes,
          agreed: someScopes,
          was: someLevel,
          is: someLevel,
          im1: fc.boolean(),
        }),
        ({ asked, agreed, was, is, im1: im1Enabled }) => {
          const again = describeAsking(agreedTo(asked, is), { scopes: asked, level: is, im1Enabled });
          assert.deepEqual([again.newItems, again.newScopes], [[], []]);
          const now = describeAsking(agreedTo(agreed, was), { scopes: asked, level: is, im1Enabled });
          assert.ok(now.newItems.every((item) => !now.sharedItems.includes(item)));
          assert.ok(now.newScopes.every((scope) => scope !== 'openid' && asked.includes(scope)));
          const first = describeAsking(undefined, { scopes: asked, level: is, im1Enabled });
          assert.deepEqual([...now.newItems, ...now.sharedItems].toSorted(), [...first.newItems].toSorted());
        },
      ),
    );
  });
});

suite('what a person is asked', () => {
  const ask = (agreement: Agreement | undefined, scope: string, at: IdentityLevel) =>
    describeAsking(agreement, { scopes: scope.split(' '), level: at, im1Enabled: false });

  test('names only what their level would release', () => {
    assert.deepEqual(ask(undefined, 'openid profile profile_extended', 'P0').newItems, [
      'identity_proofing_level',
    ]);
    assert.deepEqual(ask(undefined, 'openid profile profile_extended', 'P5').newItems, [
      'nhs_number',
      'family_name',
      'given_name',
      'birthdate',
      'identity_proofing_level',
    ]);
    assert.deepEqual(ask(undefined, 'gp_integration_credentials', 'P9').newItems, []);
  });

  test('is asked anew when a scope stands for more at the level that they have reached', () => {
    const agreement = agreedTo(['openid', 'profile', 'email'], 'P0');
    assert.deepEqual(ask(agreement, 'openid profile email', 'P5'), {
      newItems: ['nhs_number', 'family_name', 'birthdate'],
      sharedItems: ['identity_proofing_level', 'email'],
      newScopes: ['profile'],
      sharedScopes: ['email'],
    });
    assert.deepEqual(ask(agreement, 'openid email', 'P9').newScopes, []);
  });

  test('a scope that stands for nothing yet asks for nothing', () => {
    const agreement = agreedTo(['openid', 'email'], 'P0');
    assert.deepEqual(ask(agreement, 'openid email profile_extended', 'P0').newScopes, []);
    assert.deepEqual(ask(agreement, 'openid email profile_extended', 'P5').newScopes, ['profile_extended']);
  });
});

suite('a person and what they share', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  test('are read in one statement, as each room reads them', async () => {
    const { id: accountId } = await makeAccount(home, {
      email: 'ada@people.example',
      phone: '+447700900123',
    });
    await makeKnown(home, { accountId, level: 'P9', phoneMatched: true, withGpCredentials: true });
    await setLandline(home.house.deps, { accountId, landline: '+441632960124' });
    const parties = { accountId, clientId: 'riverbank' };
    await home.house.transact((deps) =>
      agree(deps, { ...parties, scopes: ['openid', 'phone'], level: 'P9' }),
    );
    const { house, statements } = watchStatements(home.house);
    const sharing = await readSharing(house.deps, parties);
    assert.equal(statements.length, 1);
    assert.deepEqual(sharing?.account, await readAccount(home.house.deps, accountId));
    assert.deepEqual(sharing?.identity, await readIdentity(home.house.deps, accountId));
    assert.deepEqual(Object.fromEntries(sharing?.agreement?.levels ?? []), { openid: 'P9', phone: 'P9' });
  });

  test('are not there when the account is gone', async () => {
    const accountId = '8a7f3a52-6a30-4f0e-9a4e-2c8a52f3a111';
    assert.equal(await readSharing(home.house.deps, { accountId, clientId: 'riverbank' }), undefined);
  });
});
