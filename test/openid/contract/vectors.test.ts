import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuthenticationFactor, IdentityLevel } from '#identity';
import { registrableVectors } from '#partners';
import { codeIn, goToEntry, openBrowser, proveFactors, readArrival, signIn } from '../support/people.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';
import { authorizeAddress, registerService, type TestService } from '../support/service.ts';
import { createKnown, tellOf, type Known } from '../support/told.ts';
import { visitsOf, type Visits } from '../support/visits.ts';

/** The contract's rules of Vectors of Trust, row by row: what a request may ask for, and what it is answered. */

const levels = ['P0', 'P5', 'P9'] as const;
const ways = ['Cp', 'Cp.Cd', 'Cp.Ck', 'Cm'] as const;

let provider: TestProvider;
let service: TestService;
let visits: Visits;
const people = new Map<IdentityLevel, Known>();
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    scopes: ['openid', 'profile'],
    vectors: [...registrableVectors],
  });
  visits = visitsOf(provider, service);
  for (const level of levels) people.set(level, await createKnown(provider, level));
});
after(() => provider.close());

function at(level: IdentityLevel): Known {
  return people.get(level) ?? assert.fail();
}

type Asked = readonly string[] | undefined;

const asking = (vtr: Asked, scope = 'openid') => ({
  scope,
  vtr: vtr === undefined ? undefined : JSON.stringify(vtr),
});

/** @returns the vector that a service is answered for somebody who does what is missing, or proves these factors */
async function votFor(
  level: IdentityLevel,
  vtr: Asked,
  factors?: readonly AuthenticationFactor[],
): Promise<unknown> {
  const { person } = at(level);
  const by = factors === undefined ? { person } : { person, factors };
  const { idToken, accessToken } = await tellOf(provider, service, by, asking(vtr));
  assert.equal(accessToken['vot'], idToken['vot']);
  return idToken['vot'];
}

async function refusalOf(vtr: string | undefined, asker: TestService = service): Promise<string> {
  const address = authorizeAddress(asker, { scope: 'openid', vtr, state: 'kept' });
  const { searchParams } = (await goToEntry(openBrowser(provider), address)).address;
  assert.equal(searchParams.get('error'), 'invalid_request');
  assert.equal(searchParams.get('state'), 'kept');
  return searchParams.get('error_description') ?? '';
}

describe('each profile', () => {
  for (const level of levels) {
    for (const way of ways) {
      const vector = `${level}.${way}`;
      test(`${vector}: asks for just that, and is answered with it`, async () => {
        const { missing } = await visits.ask(openBrowser(provider), asking([vector]));
        assert.deepEqual(missing, way.split('.'));
        assert.equal(await votFor(level, [vector]), vector);
      });
    }
  }
});

interface Row {
  readonly row: string;
  readonly vtr: Asked;
  readonly who: IdentityLevel;
  /** What somebody who comes anew is asked for. */
  readonly missing: readonly AuthenticationFactor[];
  /** What they prove, if not just that. */
  readonly proves?: readonly AuthenticationFactor[];
  readonly vot: string;
}

const both = ['Cp', 'Cd'] as const;
const rows: readonly Row[] = [
  { row: 'left out, the authentication: P0', vtr: ['P0'], who: 'P0', missing: ['Cp'], vot: 'P0' },
  { row: 'left out, the authentication: P5', vtr: ['P5'], who: 'P5', missing: ['Cp'], vot: 'P5' },
  { row: 'left out, the authentication: P9', vtr: ['P9'], who: 'P9', missing: ['Cp'], vot: 'P9' },
  { row: 'left out, the identity: Cp', vtr: ['Cp'], who: 'P0', missing: ['Cp'], vot: 'Cp' },
  { row: 'left out, the identity: Cp.Cd', vtr: ['Cp.Cd'], who: 'P9', missing: both, vot: 'Cp.Cd' },
  { row: 'ANDed: Cp.Cd needs both', vtr: ['P0.Cp.Cd'], who: 'P0', missing: both, vot: 'P0.Cp.Cd' },
  {
    row: 'ANDed: in any order, answered as written',
    vtr: ['Cd.P0.Cp'],
    who: 'P0',
    missing: both,
    vot: 'Cd.P0.Cp',
  },
  {
    row: 'ORed: the least effort is asked for',
    vtr: ['P0.Cp.Cd', 'P0.Cp'],
    who: 'P0',
    missing: ['Cp'],
    vot: 'P0.Cp',
  },
  {
    row: 'the default: P9 with a password and a device',
    vtr: undefined,
    who: 'P9',
    missing: both,
    vot: 'P9.Cp.Cd',
  },
  {
    row: 'vot: the strongest authentication that is satisfied',
    vtr: ['P0.Cp', 'P0.Cp.Cd'],
    who: 'P0',
    missing: ['Cp'],
    proves: both,
    vot: 'P0.Cp.Cd',
  },
  {
    row: 'vot: the strongest identity that is satisfied',
    vtr: ['P0.Cp', 'P9.Cp', 'P5.Cp'],
    who: 'P9',
    missing: ['Cp'],
    vot: 'P9.Cp',
  },
  {
    row: 'vot: identity counts before authentication',
    vtr: ['P5.Cp.Cd', 'P9.Cp'],
    who: 'P9',
    missing: both,
    vot: 'P9.Cp',
  },
  {
    row: 'vot: never more than the person is known by',
    vtr: ['P9.Cp', 'P5.Cp', 'P0.Cp'],
    who: 'P5',
    missing: ['Cp'],
    vot: 'P5.Cp',
  },
  {
    row: 'vot: never more than was done, though more was asked for too',
    vtr: ['P9.Cp.Cd', 'P9.Cp'],
    who: 'P9',
    missing: ['Cp'],
    vot: 'P9.Cp',
  },
  {
    row: 'vot: nothing that was not asked for, though it was done',
    vtr: ['P0.Cp'],
    who: 'P9',
    missing: ['Cp'],
    proves: both,
    vot: 'P0.Cp',
  },
];

describe('what is asked for, and what is answered', () => {
  for (const { row, vtr, who, missing, proves, vot } of rows) {
    test(row, async () => {
      const request = await visits.ask(openBrowser(provider), asking(vtr));
      assert.deepEqual(request.missing, missing);
      assert.equal(await votFor(who, vtr, proves), vot);
    });
  }

  test('a P9 person on a P5 request: vot is a P5 vector, identity_proofing_level says P9', async () => {
    const asked = asking(['P5.Cp.Cd'], 'openid profile');
    const { idToken, userinfo } = await tellOf(provider, service, at('P9'), asked);
    assert.deepEqual(
      [idToken['vot'], idToken['identity_proofing_level'], userinfo['identity_proofing_level']],
      ['P5.Cp.Cd', 'P9', 'P9'],
    );
  });
});

describe('a vtr that can’t be read is refused with invalid_request, saying which vector and why', () => {
  const refusals: readonly (readonly [row: string, vtr: string, description: RegExp])[] = [
    ['not JSON', 'P0.Cp', /^vtr: P0\.Cp is not a JSON array/u],
    ['no array', '"P0.Cp"', /is not a JSON array/u],
    ['an object', '{"vtr":["P0.Cp"]}', /is not a JSON array/u],
    ['an empty array', '[]', /is not a JSON array of 1 to/u],
    ['a number in it', '[9]', /is not a JSON array/u],
    ['an array in it', '[["P0.Cp"]]', /is not a JSON array/u],
    ['an empty vector', '[""]', /has a component that is not known/u],
    ['an unknown level', '["P1.Cp"]', /^vtr: P1\.Cp has a component that is not known/u],
    ['an unknown factor', '["P0.Cp","P0.Cx"]', /^vtr: P0\.Cx has a component that is not known/u],
    ['small letters', '["p0.cp"]', /^vtr: p0\.cp has a component/u],
    ['a dot too many', '["P0.Cp."]', /^vtr: P0\.Cp\. has a component/u],
    ['two levels', '["P0.P9.Cp"]', /^vtr: P0\.P9\.Cp names more than one level/u],
    ['a component twice', '["P0.Cp.Cp"]', /^vtr: P0\.Cp\.Cp names a component twice/u],
    ['factors that are no way to sign in', '["P0.Cp.Cm","P0.Cp"]', /^vtr: P0\.Cp\.Cm names components/u],
  ];
  for (const [row, vtr, description] of refusals)
    test(row, async () => assert.match(await refusalOf(vtr), description));
});

describe('what the service is registered for', () => {
  const register = (...vectors: string[]) => registerService(provider, { vectors });
  const permitted: readonly (readonly [
    row: string,
    vectors: readonly string[],
    vtr: Asked,
    missing: readonly AuthenticationFactor[],
  ])[] = [
    ['the very vector', ['P0.Cp'], ['P0.Cp'], ['Cp']],
    ['one of several', ['P5.Cp', 'P0.Cp.Cd'], ['P0.Cp.Cd'], both],
    ['a category left out: as far as it is registered', ['P0.Cp.Cd'], ['P0'], both],
    ['the default, as far as it is registered', ['P9.Cp.Cd'], undefined, both],
    ['the default, with Cm and Ck registered as well', ['P9.Cm', 'P9.Cp.Ck', 'P9.Cp.Cd'], undefined, both],
  ];
  for (const [row, vectors, vtr, missing] of permitted) {
    test(`accepted: ${row}`, async () => {
      const asker = await register(...vectors);
      const request = await visits.ask(openBrowser(provider), asking(vtr), asker);
      assert.deepEqual(request.missing, missing);
    });
  }

  const refused: readonly (readonly [row: string, vectors: readonly string[], vtr: Asked, blamed: string])[] =
    [
      ['a higher level', ['P0.Cp'], ['P9.Cp'], 'P9.Cp'],
      ['a lower level', ['P9.Cp'], ['P0.Cp'], 'P0.Cp'],
      ['a factor less', ['P0.Cp.Cd'], ['P0.Cp'], 'P0.Cp'],
      ['a factor more', ['P0.Cp'], ['P0.Cp.Cd'], 'P0.Cp.Cd'],
      ['beside one that is', ['P0.Cp'], ['P0.Cp', 'P5.Cp'], 'P5.Cp'],
      ['a category left out, with nothing registered in it', ['P0.Cp'], ['P9'], 'P9'],
      ['the default, with nothing of it registered', ['P0.Cp', 'P5.Cp.Cd'], undefined, 'P9.Cp.Cd'],
    ];
  for (const [row, vectors, vtr, blamed] of refused) {
    test(`refused: ${row}`, async () => {
      assert.equal(
        await refusalOf(vtr === undefined ? undefined : JSON.stringify(vtr), await register(...vectors)),
        `vtr: ${blamed} is not among the vectors that this service is registered for`,
      );
    });
  }
});

describe('a session that does not satisfy the request', () => {
  test('is asked for the missing factor alone, and the sign-in stays the same one', async () => {
    const { person } = at('P0');
    const browser = openBrowser(provider);
    const first = await signIn(provider, service, { accountId: person.id, browser }, asking(['P0.Cp']));
    const before = await visits.idTokenAt(first);
    provider.clock.advance(60);
    const request = await visits.ask(browser, asking(['P0.Cp.Cd']));
    assert.deepEqual(
      [request.prompt, request.missing, request.mustAuthenticate, request.session?.accountId],
      ['login', ['Cd'], false, person.id],
    );
    const proven = { accountId: person.id, factors: ['Cd'] as const };
    const back = await goToEntry(browser, await proveFactors(provider, request, proven));
    const idToken = await visits.idTokenAt(back.address);
    assert.deepEqual([idToken['vot'], idToken['auth_time']], ['P0.Cp.Cd', before['auth_time']]);
  });

  test('with prompt=none: sso_login_required', async () => {
    const browser = openBrowser(provider);
    codeIn(await signIn(provider, service, { accountId: at('P0').person.id, browser }, asking(['P0.Cp'])));
    assert.equal(await visits.askSilently(browser, asking(['P0.Cp.Cd'])), 'sso_login_required');
  });

  const levelsAsked: readonly (readonly [who: IdentityLevel, vtr: readonly string[], lowest: string])[] = [
    ['P0', ['P5.Cp'], 'P5'],
    ['P0', ['P9.Cp'], 'P9'],
    ['P5', ['P9.Cp'], 'P9'],
    ['P0', ['P9.Cp', 'P5.Cp'], 'P5'],
    ['P0', ['P5.Cp', 'P9.Cp'], 'P5'],
  ];
  for (const [who, vtr, lowest] of levelsAsked) {
    test(`a ${who} person, asked for ${vtr.join(' or ')}, has to reach ${lowest}`, async () => {
      const { person } = at(who);
      const browser = openBrowser(provider);
      codeIn(await signIn(provider, service, { accountId: person.id, browser }, asking(['P0.Cp'])));
      const arrival = await goToEntry(browser, authorizeAddress(service, asking(vtr)));
      const request = await readArrival(provider, arrival);
      assert.deepEqual(
        [request.prompt, request.missing, request.level, request.missingLevel],
        ['identity', [], who, lowest],
      );
      assert.equal(await visits.askSilently(browser, asking(vtr)), 'interaction_required');
    });
  }

  test('a person who has the lowest of several levels is not asked for more', async () => {
    assert.equal(await votFor('P5', ['P9.Cp', 'P5.Cp']), 'P5.Cp');
  });
});
