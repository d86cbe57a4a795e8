import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { findAccountId, listAccountIds } from '#accounts';
import { readNhsNumber } from '#foundation/identifiers';
import { levelOf, readIdentity } from '#identity';
import { personas } from '#sandbox';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, signIn } from './support.ts';

const everything = {
  scopes:
    'openid profile profile_extended email phone landline gp_registration_details gp_integration_credentials client_metadata'.split(
      ' ',
    ),
  im1_enabled: true,
};
const scope = everything.scopes.join(' ');
const made = z
  .object({ id: z.string(), sub: z.string(), email: z.string(), password: z.string(), level: z.string() })
  .loose();
const listed = z.array(
  z.object({
    id: z.string(),
    sub: z.string().optional(),
    level: z.string().nullable(),
    nhsNumber: z.string().optional(),
    birthdate: z.string().optional(),
    odsCode: z.string().optional(),
    gp: z.object({ userId: z.string(), linkageKey: z.string(), odsCode: z.string() }).optional(),
  }),
);

let sandbox: TestSandbox;
before(async () => {
  sandbox = await openTestSandbox();
});
after(() => sandbox.close());

async function make(person: Record<string, unknown> = {}) {
  const { status, body } = await call(sandbox, 'POST', '/people', person);
  assert.equal(status, 201, JSON.stringify(body));
  return made.parse(body);
}

suite('personas whose identity is known', () => {
  test('are listed with NHS number, date of birth, practice and GP details, which nobody really has', async () => {
    const people = listed.parse((await call(sandbox, 'GET', '/personas')).body);
    const known = people.filter(({ level }) => level === 'P5' || level === 'P9');
    assert.deepEqual(
      known.map(({ id, gp }) => [id, gp !== undefined]),
      [
        ['p5', false],
        ['p9', false],
        ['p9-with-gp-details', true],
        ['superseded-number', false],
        ['record-withdrawn', false],
        ['record-shows-death', false],
        ['gp-details-ready-z99001', true],
        ['gp-details-ready-z99002', true],
        ['gp-details-ready-z99003', true],
        ['gp-details-used', true],
        ['gp-details-expired', true],
        ['gp-details-wrong-practice', true],
        ['gp-details-moved-practice', true],
        ['gp-details-withdrawn', true],
        ['im1-credentials-stale', true],
        ['fast-track-ready', false],
        ['fast-track-blocked', false],
        ['practice-limited', true],
        ['im1-access-lost', true],
        ['im1-moved-practice', true],
        ['photo-check-pending', false],
        ['photo-check-on-hold', false],
        ['photo-check-approved', false],
        ['photo-check-declined-new-photo', false],
        ['photo-check-declined-other-document', false],
        ['photo-check-declined-new-video', false],
        ['photo-check-declined-check-details', false],
        ['photo-check-declined-ask-practice', false],
        ['photo-check-declined-another-way', false],
      ],
    );
    for (const { nhsNumber = '', birthdate = '', odsCode = '' } of known) {
      assert.equal(readNhsNumber(nhsNumber), nhsNumber);
      assert.match(nhsNumber, /^999/u);
      assert.match(birthdate, /^\d{4}-\d\d-\d\d$/u);
      assert.match(odsCode, /^Z99\d{3}$/u);
    }
    for (const { id, sub } of people.filter(({ level }) => level === 'P0'))
      assert.equal(await levelOf(sandbox.home.house.deps, sub ?? ''), 'P0', id);
  });

  for (const persona of ['p5', 'p9', 'p9-with-gp-details']) {
    test(`${persona} signs in without a browser, and a service reads what the list says`, async () => {
      const service = await registerService(sandbox, everything);
      const level = persona.slice(0, 2).toUpperCase();
      const url = await service.ask({ scope, vtr: `["${level}.Cp.Cd"]` });
      const { idToken, userinfo } = await service.exchange(
        locationIn(await signIn(sandbox, { url, persona })),
      );
      const { account } = personas.find(({ id }) => id === persona) ?? {};
      const { details, phoneMatched, gpCredentials } = account?.identity ?? {};
      assert.deepEqual(
        [idToken.sub, idToken['vot'], idToken['identity_proofing_level'], idToken['nhs_number']],
        [account?.sub, `${level}.Cp.Cd`, level, details?.nhsNumber],
      );
      assert.deepEqual(
        {
          family: userinfo['family_name'],
          given: userinfo['given_name'],
          born: userinfo['birthdate'],
          matched: userinfo['phone_number_pds_matched'],
          practice: userinfo['gp_registration_details'],
          // Who has none is given some, at whichever time that is done in the background.
          key:
            gpCredentials === undefined
              ? undefined
              : z.object({ gp_linkage_key: z.string() }).parse(userinfo['gp_integration_credentials']),
        },
        {
          family: details?.familyName,
          given: details?.givenName,
          born: details?.birthdate,
          matched: phoneMatched,
          practice: { gp_ods_code: details?.gpOdsCode },
          key: gpCredentials === undefined ? undefined : { gp_linkage_key: gpCredentials.gpLinkageKey },
        },
      );
    });
  }

  test('p0 goes back to a service that needs to know more', async () => {
    const service = await registerService(sandbox, everything);
    const url = await service.ask({ scope, vtr: '["P9.Cp.Cd"]' });
    const { searchParams } = new URL(locationIn(await signIn(sandbox, { url, persona: 'p0' })));
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('error_description')],
      ['access_denied', 'IdentityLevelNotReached'],
    );
  });

  test('are known again after a reset, and whoever is reset to “new” is not', async () => {
    const { house } = sandbox.home;
    const p9 = personas.find(({ id }) => id === 'p9')?.account?.sub ?? '';
    assert.equal((await call(sandbox, 'POST', '/personas/p9/reset')).status, 200);
    assert.equal(await levelOf(house.deps, p9), 'P9');
    const { sub } = await make({ email: 'new@people.example', level: 'P9' });
    await call(sandbox, 'POST', '/personas/new/reset');
    assert.deepEqual(await readIdentity(house.deps, sub), { level: 'P0' });
  });
});

suite('people of one’s own', () => {
  test('are made with nothing said, and sign in', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask({ vtr: '["P0.Cp.Cd"]' });
    const { id, sub, email, level } = await make();
    assert.equal(level, 'P0');
    const { idToken, userinfo } = await service.exchange(
      locationIn(await signIn(sandbox, { url, persona: id })),
    );
    assert.deepEqual([idToken.sub, userinfo.email], [sub, email]);
  });

  test('are as they were described, with a password of their own', async () => {
    const service = await registerService(sandbox, everything);
    const { id, ...told } = await make({
      level: 'P9',
      email: 'Ada.Lovelace@people.example',
      password: 'analytical engine 1843',
      mobile: '07700 900 815',
      landline: '01632 960 815',
      nation: 'wales',
      language: 'cy',
      nhsNumber: '999 123 4586',
      familyName: 'Lovelace',
      givenName: 'Ada',
      birthdate: '1915-12-10',
      odsCode: 'Z99815',
      phoneMatched: true,
      gp: { userId: 'ada', linkageKey: '  x'.trim(), odsCode: 'Z99815' },
    });
    assert.equal(told['mobile'], '+447700900815');
    const url = await service.ask({ scope, vtr: '["P9.Cp.Cd"]' });
    const wrong = await signIn(sandbox, { url, persona: id });
    assert.deepEqual([wrong.status, refusalIn(wrong).error], [409, 'password_changed']);
    const right = await call(sandbox, 'POST', '/sign-in', {
      authorize_url: url,
      persona: 'ada.lovelace@people.example',
      password: 'analytical engine 1843',
    });
    const { userinfo } = await service.exchange(locationIn(right));
    const { iss: _, aud: __, client_user_metadata: ___, ...claims } = userinfo;
    assert.deepEqual(claims, {
      sub: told.sub,
      nhs_number: '9991234586',
      family_name: 'Lovelace',
      given_name: 'Ada',
      birthdate: '1915-12-10',
      identity_proofing_level: 'P9',
      email: 'Ada.Lovelace@people.example',
      email_verified: true,
      phone_number: '+447700900815',
      phone_number_verified: true,
      phone_number_pds_matched: true,
      landline_number: '+441632960815',
      landline_number_verified: true,
      gp_registration_details: { gp_ods_code: 'Z99815' },
      gp_integration_credentials: { gp_user_id: 'ada', gp_linkage_key: 'x', gp_ods_code: 'Z99815' },
    });
  });

  test('at a higher level have details made up, each an NHS number of their own', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => make({ level: 'P5', mobile: null })));
    const numbers = people.map((person) => String(person['nhsNumber']));
    assert.equal(new Set(numbers).size, 6);
    for (const number of numbers) assert.equal(readNhsNumber(number), number);
    assert.ok(people.every((person) => person['mobile'] === undefined));
  });

  test('who share a number, which are fewer than they, sign in at the same moment, each with their own code', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask({ vtr: '["P0.Cp.Cd"]' });
    const people = await Promise.all(
      Array.from({ length: 4 }, () => make({ level: 'P0', mobile: '+447700900877' })),
    );
    const answers = await Promise.all(people.map(({ id }) => signIn(sandbox, { url, persona: id })));
    for (const answer of answers)
      assert.deepEqual([answer.status, answer.status === 200 ? undefined : answer.body], [200, undefined]);
  });

  test('share neither an e-mail address nor an NHS number with somebody, and then are not made at all', async () => {
    const first = await make({ level: 'P5' });
    const before = (await listAccountIds(sandbox.home.house.deps)).length;
    const sameEmail = await call(sandbox, 'POST', '/people', { email: first.email.toUpperCase() });
    assert.deepEqual([sameEmail.status, refusalIn(sameEmail).error], [409, 'email_taken']);
    const email = 'second@people.example';
    const sameNumber = await call(sandbox, 'POST', '/people', {
      level: 'P5',
      email,
      nhsNumber: first['nhsNumber'],
    });
    assert.deepEqual([sameNumber.status, refusalIn(sameNumber).error], [409, 'nhs_number_taken']);
    assert.equal(await findAccountId(sandbox.home.house.deps, email), undefined);
    assert.equal((await listAccountIds(sandbox.home.house.deps)).length, before);
  });

  test('who can’t be are refused with a message for each member', async () => {
    const answer = await call(sandbox, 'POST', '/people', {
      level: 'P9',
      email: 'nonsense',
      mobile: '020 7946 0018',
      landline: '07700 900 815',
      nhsNumber: '943 476 5870',
      birthdate: '1990-02-30',
      odsCode: 'lower',
      gp: { userId: '', linkageKey: 'x'.repeat(65), odsCode: 'Z99001' },
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(
      refusalIn(answer).problems.map(({ field }) => field),
      ['email', 'mobile', 'landline', 'nhsNumber', 'birthdate', 'odsCode', 'gp.userId', 'gp.linkageKey'],
    );
    for (const wrong of [
      { nhsNumber: '9990000107' },
      { level: 'P0', gp: { userId: 'a', linkageKey: 'b', odsCode: 'Z99001' } },
      { level: 'P1' },
      { alias: 'x' },
    ])
      assert.equal((await call(sandbox, 'POST', '/people', wrong)).status, 400);
  });

  test('are gone after a reset of everything', async () => {
    const { sub } = await make({ level: 'P9' });
    assert.equal((await call(sandbox, 'POST', '/reset')).status, 204);
    assert.equal(await levelOf(sandbox.home.house.deps, sub), 'P0');
    const p9 = personas.find(({ id }) => id === 'p9')?.account?.sub ?? '';
    assert.equal(await levelOf(sandbox.home.house.deps, p9), 'P9');
  });
});
