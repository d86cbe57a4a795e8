import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { readIdentity, recheckLater, startIdentityWork } from '#identity';
import { askAgain, refuseRequest } from '#openid';
import { registrableVectors } from '#partners';
import { openRegister, readPatient } from '#pds';
import { until } from '../support/until.ts';
import {
  askUserinfo,
  backOf,
  changeEntry,
  createKnownPerson,
  everything,
  grace,
  signInAs,
  startProviderWithRegister,
  tellService,
  type KnownPerson,
  type ProviderWithRegister,
} from './support/known-people.ts';
import { createPerson, goToEntry, openBrowser, readArrival } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { registerService, type Parameters, type TestService } from './support/service.ts';
import { visitsOf } from './support/visits.ts';

const hour = 3600;
/** So long a sign-in waits for the register: more than it takes to answer, also on a machine with much else to do. */
const mostMs = 1500;

let home: ProviderWithRegister;
let service: TestService;
before(async () => {
  home = await startProviderWithRegister({ BEVAN_PDS_SIGN_IN_TIMEOUT_MS: String(mostMs) });
  service = await registerService(home, {
    scopes: ['openid', 'profile', 'profile_extended', 'gp_registration_details', 'phone', 'email'],
    vectors: [...registrableVectors],
  });
  // The queue is there, as in any installation; nobody works on it yet.
  const worker = await startProvider({ beside: home });
  await startIdentityWork(worker.house, worker.jobs, { register: openRegister(worker.house) });
  await worker.close();
});
after(() => home.close());

/** Another process, which has not yet made up its mind about whether the register answers. */
let provider: TestProvider;
beforeEach(async () => {
  await home.register.clearFaults();
  await provider?.close();
  provider = await startProvider({ beside: home });
  await waitForRegister();
});
after(() => provider.close());

/** When it was asked too often, all processes pause for a while. */
async function waitForRegister(): Promise<void> {
  const nhsNumber = await home.register.addPatient(grace);
  const register = openRegister(home.house);
  assert.ok(register !== undefined);
  await until(async () => (await readPatient(register, nhsNumber)).outcome === 'found');
}

const signIn = (
  { account }: KnownPerson,
  changes: Parameters = everything,
  browser = openBrowser(provider),
) => signInAs(provider, service, { accountId: account.id, browser }, changes);
const told = async (person: KnownPerson) => tellService(provider, service, backOf(await signIn(person)));
const identityOf = ({ account }: KnownPerson) => readIdentity(home.house.deps, account.id);
const away = () => home.register.setFault('fail', 1000);

suite('while the register does not answer', () => {
  test('people go on signing in, as what it said last, and nobody is raised by it', async () => {
    const [person, unknown] = [await createKnownPerson(home), await createPerson(home)];
    const was = await identityOf(person);
    await changeEntry(home, person, { familyName: 'Murray' });
    await away();
    for (const hours of [0, 1, 22]) {
      home.clock.advance(hours * hour);
      const { idToken } = await told(person);
      assert.deepEqual([idToken['vot'], idToken['family_name']], ['P5.Cp', 'Hopper']);
      const nobody = await signInAs(provider, service, { accountId: unknown.id });
      assert.equal(nobody.prompt, 'identity');
    }
    assert.deepEqual(await identityOf(person), was);
  });

  for (const kind of [
    'fail',
    'malformed',
    'half',
    'too-many',
    'token-refused',
    'unavailable',
    'timeout408',
  ] as const) {
    test(`its answer “${kind}” changes nothing`, async () => {
      const person = await createKnownPerson(home);
      const was = await identityOf(person);
      await changeEntry(home, person, { deceased: true });
      await home.register.setFault(kind, 1000);
      assert.equal((await told(person)).idToken['family_name'], 'Hopper');
      assert.deepEqual(await identityOf(person), was);
    });
  }

  test('a sign-in waits no longer for it than the settings say', async () => {
    const person = await createKnownPerson(home);
    const timeSignIn = async () => {
      const began = performance.now();
      backOf(await signIn(person, { ...everything, scope: 'openid' }));
      return performance.now() - began;
    };
    const otherwise = await timeSignIn();
    await home.register.setFault('stall', 1000);
    const took = await timeSignIn();
    assert.ok(took >= mostMs - 50 && took < otherwise + 4 * mostMs, `${took} ms, otherwise ${otherwise} ms`);
  });

  test('an account that could not be used still can’t', async () => {
    const person = await createKnownPerson(home);
    await changeEntry(home, person, { invalidated: true });
    assert.equal((await signIn(person)).prompt, 'record');
    await away();
    await changeEntry(home, person, {});
    const landing = await signIn(person);
    assert.ok('standing' in landing && landing.standing === 'withdrawn');
  });
});

suite('when what the register said last is more than a day old', () => {
  let person: KnownPerson;
  beforeEach(async () => {
    person = await createKnownPerson(home);
    home.clock.advance(24 * hour + 60);
    await away();
  });

  test('people are told to try again, and services that it is temporary', async () => {
    const browser = openBrowser(provider);
    const landing = await signIn(person, everything, browser);
    assert.ok('uid' in landing);
    assert.deepEqual([landing.prompt, landing.standing], ['record', undefined]);
    const visits = visitsOf(provider, service);
    assert.equal(await visits.askSilently(browser, everything), 'temporarily_unavailable');
    const { uid } = landing;
    const refusal = { uid, error: 'temporarily_unavailable', description: 'DetailsNotChecked' } as const;
    const { address } = await provider.house.transact((deps) => refuseRequest(deps, refusal));
    const { searchParams } = (await goToEntry(browser, address)).address;
    assert.deepEqual(
      ['error', 'error_description', 'code'].map((name) => searchParams.get(name)),
      ['temporarily_unavailable', 'DetailsNotChecked', null],
    );
  });

  test('trying again goes on without a second password, once the register answers', async () => {
    const browser = openBrowser(provider);
    const landing = await signIn(person, everything, browser);
    assert.ok('uid' in landing);
    await home.register.clearFaults();
    const { uid } = landing;
    const accountId = person.account.id;
    const { address } = await provider.house.transact((deps) => askAgain(deps, { uid, accountId }));
    const next = await readArrival(provider, await goToEntry(browser, address));
    assert.equal(next.prompt, 'consent');
    assert.ok((await identityOf(person)).level === 'P5');
  });

  test('what needs no more than an account goes on all the same, and says no more of anybody', async () => {
    const asking = { scope: 'openid email phone', vtr: '["P0.Cp","P5.Cp"]' };
    const { idToken, userinfo } = await tellService(provider, service, backOf(await signIn(person, asking)));
    assert.equal(idToken['vot'], 'P0.Cp');
    assert.equal(userinfo['email'], person.account.email);
    assert.equal((await signIn(person, { ...asking, scope: 'openid profile' })).prompt, 'record');
    assert.equal((await signIn(person, { ...asking, vtr: '["P5.Cp"]' })).prompt, 'record');
  });
});

/** Waits until somebody's entry has been read in the background. */
async function waitForJob(person: KnownPerson): Promise<void> {
  const was = await identityOf(person);
  await until(async () => {
    const identity = await identityOf(person);
    assert.ok(identity.level !== 'P0' && was.level !== 'P0');
    return identity.checkedAt > was.checkedAt;
  }, 'a reading of the entry in the background');
}

async function jobsOf({ account }: KnownPerson): Promise<string[]> {
  const { rows } = await home.house.database.pool.query<{ state: string }>(
    `SELECT state::text FROM jobs.job WHERE name = 'identity.recheck' AND singleton_key = $1`,
    [account.id],
  );
  return rows.map(({ state }) => state);
}

test('whoever signed in meanwhile is looked up once it answers again, once, and what follows follows', async () => {
  const [moved, gone] = [await createKnownPerson(home), await createKnownPerson(home)];
  const next = await home.register.addPatient(grace);
  await away();
  for (const person of [moved, gone, moved]) backOf(await signIn(person));
  const { tokens } = await told(gone);
  assert.deepEqual([(await jobsOf(moved)).length, (await jobsOf(gone)).length], [1, 1]);
  await changeEntry(home, moved, { supersededBy: next });
  await changeEntry(home, gone, { invalidated: true });
  await home.register.clearFaults();
  await startIdentityWork(home.house, home.jobs, { register: openRegister(home.house) });
  await Promise.all([waitForJob(moved), waitForJob(gone)]);
  const identity = await identityOf(moved);
  assert.ok(identity.level === 'P5' && identity.details.nhsNumber === next);
  assert.equal((await identityOf(gone)).standing, 'withdrawn');
  assert.equal((await askUserinfo(provider, tokens.access)).status, 401);
});

test('a look-up in the background that gets no answer is tried again', async () => {
  const person = await createKnownPerson(home);
  await home.register.setFault('fail', 3);
  await recheckLater(home.house.deps, person.account.id);
  await waitForJob(person);
});
