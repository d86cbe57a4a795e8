import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import {
  changeSimulatedDetails,
  changeSupplier,
  loadGpSystems,
  readPractice,
  setGpSystemFault,
  type Connecting,
} from '#gp-systems';
import { readIdentity, type GpCredentials } from '#identity';
import { openVouching } from '#openid';
import { readNoAccess, startProofingWork } from '#proofing';
import { personas } from '#sandbox';
import { z } from 'zod';
import { asApplication } from '../support/gp-systems.ts';
import { createTestHouse } from '../support/house.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { call, locationIn, registerService, signIn, type TestService } from './support.ts';

const scope = 'openid profile gp_integration_credentials';
const scopes = scope.split(' ');
const vectors = ['P5.Cp.Cd', 'P9.Cp', 'P9.Cp.Cd'];
const shared = z
  .object({ gp_user_id: z.string(), gp_linkage_key: z.string(), gp_ods_code: z.string() })
  .optional();
type Shared = NonNullable<z.output<typeof shared>>;

let sandbox: TestSandbox;
let service: TestService;
before(async () => {
  sandbox = await openTestSandbox();
  service = await registerService(sandbox, { scopes, vectors, im1_enabled: true });
});
after(() => sandbox.close());

const personOf = (id: string) => personas.find((persona) => persona.id === id);
const accountOf = (id: string) => personOf(id)?.account?.sub ?? '';
const codeOf = (text: string): OdsCode => readOdsCode(text) ?? assert.fail('not an ODS code');

/** Signs in at the service. @returns the credentials that it is given then */
async function come(persona: string, { vtr = '["P9.Cp.Cd"]' } = {}) {
  const location = locationIn(await signIn(sandbox, { url: await service.ask({ scope, vtr }), persona }));
  const { userinfo } = await service.exchange(location);
  return shared.parse(userinfo['gp_integration_credentials']);
}

/** As {@link come}, when enough time has passed for another look. */
async function comeAgain(persona: string) {
  sandbox.home.clock.advance(6 * 60);
  return come(persona);
}

/** What somebody had at first; a service may be given it until it was found to be worth nothing. */
function seededOf(persona: string): Shared | undefined {
  return toldAs(personOf(persona)?.account?.identity?.gpCredentials);
}

function toldAs(kept: GpCredentials | undefined): Shared | undefined {
  if (kept === undefined) return undefined;
  return { gp_user_id: kept.gpUserId, gp_linkage_key: kept.gpLinkageKey, gp_ods_code: kept.gpOdsCode };
}

async function keptOf(persona: string): Promise<Shared | undefined> {
  const identity = await readIdentity(sandbox.home.house.deps, accountOf(persona));
  return toldAs(identity.level === 'P0' ? undefined : identity.gpCredentials);
}

const untilRenewed = (persona: string, before: Shared | undefined) =>
  until(async () => {
    const kept = await keptOf(persona);
    return kept === undefined || kept.gp_linkage_key === before?.gp_linkage_key ? undefined : kept;
  });

async function countEvents(type: string, persona: string): Promise<number> {
  const { rows } = await sandbox.home.house.database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM audit.event WHERE type = $1 AND account_id = $2',
    [type, accountOf(persona)],
  );
  return rows[0]?.count ?? 0;
}

/** Connects as the service's own software would, under the name that suppliers know it by. */
async function connectAs(application: string, persona: string, credentials: Shared): Promise<Connecting> {
  const environment = await asApplication(sandbox.gpEnvironment, application);
  const { familyName = '', birthdate = '' } = personOf(persona)?.says ?? {};
  const gpSystems = await loadGpSystems(sandbox.home.house, { environment });
  return gpSystems.register({
    odsCode: codeOf(credentials.gp_ods_code),
    accountId: credentials.gp_user_id,
    linkageKey: credentials.gp_linkage_key,
    familyName,
    birthdate,
  });
}

let applications = 0;
async function assertAccepted(persona: string, credentials: Shared | undefined): Promise<void> {
  assert.ok(credentials);
  applications += 1;
  const application = `00000000-0000-4000-8000-${String(applications).padStart(12, '0')}`;
  const connected = await connectAs(application, persona, credentials);
  assert.ok(connected.outcome === 'connected', JSON.stringify(connected));
  assert.deepEqual(connected.nhsNumbers, [personOf(persona)?.says?.nhsNumber]);
}

suite('a service that may reach practices’ systems', () => {
  test('is given what the practice’s system accepts', async () => {
    await assertAccepted('p9-with-gp-details', await come('p9-with-gp-details'));
  });

  test('is given nothing after a password alone, nor about anybody at P5; one that may not can’t even ask', async () => {
    assert.equal(await come('p9-with-gp-details', { vtr: '["P9.Cp"]' }), undefined);
    assert.equal(await come('p5', { vtr: '["P5.Cp.Cd"]' }), undefined);
    const registration = { client_name: 'Hilltop', redirect_uris: [service.redirectUri], scopes, vectors };
    assert.equal((await call(sandbox, 'POST', '/clients', registration)).status, 400);
    const url = `/clients/${service.clientId}`;
    assert.equal((await call(sandbox, 'PATCH', url, { im1_enabled: false })).status, 400);
  });

  test('is given a new key when the practice has made one', async () => {
    await come('im1-credentials-stale');
    await untilRenewed('im1-credentials-stale', seededOf('im1-credentials-stale'));
    await assertAccepted('im1-credentials-stale', await come('im1-credentials-stale'));
  });

  test('is given details of the practice to which somebody has moved', async () => {
    const old = seededOf('im1-moved-practice');
    assert.equal(old?.gp_ods_code, 'Z99001');
    await come('im1-moved-practice');
    await untilRenewed('im1-moved-practice', old);
    const fresh = await come('im1-moved-practice');
    assert.equal(fresh?.gp_ods_code, 'Z99003');
    await assertAccepted('im1-moved-practice', fresh);
  });

  test('is given new details of somebody who was proven without any', async () => {
    assert.equal(seededOf('fast-track-ready'), undefined);
    await come('fast-track-ready');
    await untilRenewed('fast-track-ready', undefined);
    await assertAccepted('fast-track-ready', await come('fast-track-ready'));
  });

  test('is given nothing any more where nothing new can be had, and why is kept as a code', async () => {
    await come('im1-access-lost');
    await until(async () => ((await keptOf('im1-access-lost')) === undefined ? true : undefined));
    assert.equal(await come('im1-access-lost'), undefined);
    const { deps } = sandbox.home.house;
    assert.equal(await readNoAccess(deps, accountOf('im1-access-lost')), 'account_not_valid');
    assert.equal(await countEvents('identity.gp-credentials-withdrawn', 'im1-access-lost'), 1);
    // Neither by coming back at once, nor later.
    await comeAgain('im1-access-lost');
    assert.equal(await come('im1-access-lost'), undefined);
  });

  test('is given details of the new system when the practice has changed its supplier', async () => {
    const persona = 'gp-details-ready-z99003';
    const before = await come(persona);
    assert.ok(before);
    const { house } = sandbox.home;
    const practice = await readPractice(house.deps, codeOf('Z99001'));
    assert.ok(practice);
    await house.transact((deps) =>
      changeSupplier(deps, { odsCode: codeOf('Z99003'), supplierId: practice.supplierId }),
    );
    await comeAgain(persona);
    await untilRenewed(persona, before);
    await assertAccepted(persona, await come(persona));
  });
});

suite('what is renewed', () => {
  test('goes by pauses that grow when it does not last, and is withheld meanwhile', async () => {
    const persona = 'gp-details-ready-z99001';
    const first = await come(persona);
    assert.ok(first);
    const reissue = (accountId: string) =>
      changeSimulatedDetails(sandbox.home.house, {
        details: { odsCode: codeOf('Z99001'), accountId },
        to: 'reissued',
      });
    await reissue(first.gp_user_id);
    await comeAgain(persona);
    const second = await untilRenewed(persona, first);
    await reissue(second.gp_user_id);
    await comeAgain(persona);
    await until(async () => ((await keptOf(persona)) === undefined ? true : undefined));
    const keptSoFar = await countEvents('identity.gp-credentials-kept', persona);
    assert.equal(await comeAgain(persona), undefined);
    assert.equal(await countEvents('identity.gp-credentials-kept', persona), keptSoFar);
    sandbox.home.clock.advance(15 * 60);
    await come(persona);
    await untilRenewed(persona, second);
    await assertAccepted(persona, await come(persona));
  });

  test('stays as it was while the practice’s system does not answer, and is renewed when it does', async () => {
    const persona = 'gp-details-ready-z99002';
    const first = await come(persona);
    assert.ok(first);
    await changeSimulatedDetails(sandbox.home.house, {
      details: { odsCode: codeOf('Z99002'), accountId: first.gp_user_id },
      to: 'reissued',
    });
    await call(sandbox, 'POST', '/faults', {
      target: 'gp',
      kind: 'unavailable',
      times: 3,
      odsCode: 'Z99002',
    });
    assert.deepEqual(await comeAgain(persona), first);
    await assertAccepted(persona, await untilRenewed(persona, first));
  });

  test('is not lost when the system could not say at once whose the new connection is', async () => {
    const persona = 'im1-credentials-stale';
    const { house } = sandbox.home;
    await call(sandbox, 'POST', `/personas/${persona}/reset`);
    const { supplierId = '' } = (await readPractice(house.deps, codeOf('Z99001'))) ?? {};
    await setGpSystemFault(house.deps, { supplierId, kind: 'fail', operation: 'sessions', times: 3 });
    await come(persona);
    const renewed = await untilRenewed(persona, seededOf(persona)).catch(() =>
      untilRenewed(persona, seededOf(persona)),
    );
    assert.equal(await countEvents('identity.gp-credentials-withdrawn', persona), 0);
    await assertAccepted(persona, renewed);
  });

  test('is renewed once, however many services and processes there are', async (t) => {
    const persona = 'p9';
    const second = await createTestHouse({ beside: sandbox.home });
    t.after(() => second.close());
    const gpSystems = await loadGpSystems(second.house, {
      environment: sandbox.gpEnvironment,
      vouchFor: await openVouching(second.house),
    });
    await startProofingWork(second.house, second.jobs, { gpSystems });
    await Promise.all(Array.from({ length: 6 }, () => come(persona)));
    await untilRenewed(persona, undefined);
    await come(persona);
    assert.equal(await countEvents('identity.gp-credentials-kept', persona), 1);
  });
});
