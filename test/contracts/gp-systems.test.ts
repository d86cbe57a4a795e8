import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  changeSimulatedDetails,
  changeSupplier,
  loadGpSystems,
  loadSupplierPlugs,
  mergePractices,
  removeSimulatedPatient,
  startGpSystemSimulators,
  type Connecting,
  type RefusalReason,
} from '#gp-systems';
import { systemClock } from '#foundation/clock';
import { createLog } from '#foundation/log';
import { SettingsFault } from '#foundation/settings';
import { languages } from '#foundation/web';
import fc from 'fast-check';
import type { Ask } from '../../src/gp-systems/ask.ts';
import { bornYearsAgo } from '../support/days.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { newOdsCode, newPatient, startTestGpSystems, type TestGpSystems } from '../support/gp-systems.ts';

/** The suppliers of the product and one more, as somebody would add it: a folder. */
async function makeSocket(): Promise<string> {
  const repository = path.resolve(import.meta.dirname, '../..');
  const socket = await mkdtemp(path.join(os.tmpdir(), 'bevan-suppliers-'));
  const known = globSync('src/gp-systems/*/plug.ts', { cwd: repository });
  const files = known.map((file) => [path.basename(path.dirname(file)), file] as const);
  for (const [id, file] of [...files, ['toy', 'test/contracts/gp-systems/toy.ts'] as const]) {
    await mkdir(path.join(socket, id));
    const from = pathToFileURL(path.join(repository, file)).href;
    await writeFile(path.join(socket, id, 'plug.ts'), `export { default } from ${JSON.stringify(from)};\n`);
  }
  return socket;
}

const folder = await makeSocket();
const plugs = await loadSupplierPlugs(folder);

const lines: string[] = [];
let home: TestHouse;
let world: TestGpSystems;
before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  home = await createTestHouse({
    log,
    environment: { BEVAN_GP_REQUEST_SECONDS: '4', BEVAN_GP_CALL_SECONDS: '5' },
  });
  world = await startTestGpSystems(home, { folder });
});
after(async () => {
  await world.close();
  await home.close();
  await rm(folder, { recursive: true });
});
afterEach(() => world.clearFaults());

function assertRefused(
  answer: { readonly outcome: string; readonly reason?: string; readonly code?: number },
  reasons: readonly RefusalReason[],
): void {
  assert.equal(answer.outcome, 'refused', JSON.stringify(answer));
  assert.ok(
    reasons.some((reason) => reason === answer.reason),
    `${answer.reason} is none of ${reasons.join(', ')}`,
  );
}

function connected(answer: Connecting): Extract<Connecting, { outcome: 'connected' }> {
  assert.equal(answer.outcome, 'connected', JSON.stringify(answer));
  return answer;
}

test('there are suppliers to test, and the one that a folder has added is among them', () => {
  assert.ok(plugs.length >= 2);
  assert.ok(plugs.some(({ id }) => id === 'toy'));
  assert.deepEqual(
    world.gpSystems.suppliers.map(({ id, isOn }) => [id, isOn]),
    plugs.map(({ id }) => [id, true]),
  );
});

test('a practice that nobody knows has no supplier, and is not enabled', async () => {
  const patient = newPatient(newOdsCode());
  assert.equal(await world.gpSystems.supplierOf(patient.odsCode), undefined);
  assertRefused(await world.gpSystems.obtainLinkage(patient), ['practice_not_enabled']);
  assertRefused(await world.gpSystems.onlineServicesOf(patient), ['practice_not_enabled']);
});

test('no simulated system starts in production', async () => {
  const settings = { ...home.house.settings, mode: 'production' as const };
  await assert.rejects(startGpSystemSimulators({ ...home.house, settings }, { port: 0, folder }));
});

test('a practice whose supplier has no settings is not enabled', async () => {
  const without = await loadGpSystems(home.house, { environment: {}, folder });
  for (const plug of plugs) {
    const odsCode = await world.practiceOf(plug.id);
    assert.equal((await without.supplierOf(odsCode))?.isOn, false);
    assertRefused(await without.obtainLinkage(newPatient(odsCode)), ['practice_not_enabled']);
  }
});

for (const plug of plugs) {
  const { differences } = plug;

  describe(`the supplier ${plug.id}`, () => {
    test('has words in both languages, with names for the details if there are any', () => {
      for (const language of languages) {
        const words = plug.words[language];
        assert.equal(words.details !== undefined, differences.hasLinkageKey);
        assert.ok(words.issue.length > 0 && words.reissue.length > 0);
      }
      assert.notDeepEqual(plug.words.en.issue, plug.words.cy.issue);
    });

    test('is off without settings, and wants all that it needs when it has some', () => {
      const start = { mode: 'production' as const, clock: home.clock };
      assert.equal(plug.openSupplier({ ...start, environment: {} }), undefined);
      const variables = Object.values(plug.settings).map(({ variable }) => variable);
      const all = Object.fromEntries(
        Object.entries(world.environment).filter(([variable]) => variables.includes(variable)),
      );
      const safe = Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name, value?.replace(/^http:/u, 'https:')]),
      );
      // One that can't be asked as its real system wants it has a setting that production refuses.
      const isForProduction = Object.values(plug.settings).every(({ sandboxOnly }) => sandboxOnly !== true);
      if (isForProduction) assert.ok(plug.openSupplier({ ...start, environment: safe }));
      else assert.throws(() => plug.openSupplier({ ...start, environment: safe }), SettingsFault);
      for (const missing of Object.keys(safe)) {
        const environment = { ...safe, [missing]: undefined };
        if (Object.values(environment).every((value) => value === undefined)) continue;
        assert.throws(
          () => plug.openSupplier({ ...start, environment }),
          (fault) =>
            fault instanceof SettingsFault && fault.problems.some((line) => line.startsWith(missing)),
        );
      }
    });

    test('is asked by https alone in production, and never repeats the value of a malformed setting', () => {
      const start = { mode: 'production' as const, clock: home.clock };
      assert.throws(() => plug.openSupplier({ ...start, environment: world.environment }), SettingsFault);
      const variables = Object.values(plug.settings).map(({ variable }) => variable);
      const environment = Object.fromEntries(variables.map((variable) => [variable, 'hunter2\u0000']));
      assert.throws(
        () => plug.openSupplier({ ...start, environment }),
        (fault) => fault instanceof SettingsFault && !fault.problems.join().includes('hunter2'),
      );
    });

    test('makes nothing of what is no answer, whatever it is', async () => {
      const own = { mode: 'sandbox' as const, clock: home.clock, environment: world.environment };
      const supplier = plug.openSupplier(own) ?? assert.fail();
      const patient = newPatient(newOdsCode());
      const { odsCode, familyName, birthdate, nhsNumber } = patient;
      const idToken = idTokenOf(nhsNumber);
      const connectionToken =
        '{"accountId":"1","passphrase":"a","providerId":"b","rosuAccountId":"1","apiKey":"c"}';
      const questions: ((ask: Ask) => Promise<{ outcome: string }>)[] = [
        (ask) => supplier.createLinkage(ask, patient),
        (ask) => supplier.fetchLinkage(ask, patient),
        (ask) => supplier.onlineServicesOf(ask, patient),
        (ask) => supplier.register(ask, { odsCode, accountId: '1', linkageKey: 'k', familyName, birthdate }),
        (ask) => supplier.register(ask, { odsCode, nhsNumber, idToken }),
        (ask) => supplier.verifyConnection(ask, { odsCode, connectionToken }),
        (ask) => supplier.verifyConnection(ask, { odsCode, nhsNumber, idToken }),
      ];
      const text = fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom(
          'null',
          '[]',
          '{}',
          '<a/>',
          '<Error errorCode="__proto__"/>',
          '{"error":{"code":"x"}}',
        ),
      );
      const answer = fc.tuple(fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 409, 418), text);
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 4, maxLength: 4 }), async (given) => {
          for (const question of questions) {
            let number = 0;
            const { outcome } = await question(() => {
              const [status, told] = given[number++ % given.length] ?? [500, ''];
              return Promise.resolve({ outcome: 'answered', status, text: told });
            });
            assert.match(outcome, /^(refused|unavailable|not_offered|unreadable|unmapped|half_connected)$/u);
          }
        }),
        { numRuns: 300 },
      );
    });

    if (differences.hasLinkageKey) testDetails(plug.id, differences);
    else testIdTokens(plug.id);
    testAbsence(plug.id, differences);
  });
}

type Differences = (typeof plugs)[number]['differences'];

function testDetails(supplierId: string, differences: Differences): void {
  test('makes details for a patient, connects by them, and tells whose the connection is', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const patient = await world.patientAt(odsCode);
    const made = await world.gpSystems.obtainLinkage(patient);
    assert.equal(made.outcome, 'linkage', JSON.stringify(made));
    if (made.outcome !== 'linkage') return;
    assert.equal(made.details.odsCode, odsCode);
    const { familyName, birthdate, nhsNumber } = patient;
    const answer = connected(
      await world.gpSystems.register({ ...made.details, familyName: familyName.toUpperCase(), birthdate }),
    );
    assert.deepEqual(answer.nhsNumbers, [nhsNumber]);
    const { connectionToken } = answer;
    assert.ok(connectionToken !== undefined);
    for (let times = 0; times < 2; times += 1)
      assert.deepEqual(await world.gpSystems.verifyConnection({ odsCode, connectionToken }), {
        outcome: 'valid',
        nhsNumbers: [nhsNumber],
      });
  });

  test('tells details that there are, or says that some have to be made first', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const patient = await world.patientAt(odsCode);
    assertRefused(await world.gpSystems.fetchLinkage(patient), ['no_key_yet']);
    const made = await world.gpSystems.createLinkage(patient);
    assert.equal(made.outcome, 'linkage', JSON.stringify(made));
    for (let times = 0; times < 3; times += 1) {
      const fetched = await world.gpSystems.fetchLinkage(patient);
      if (differences.fetchesLinkage) assert.deepEqual(fetched, made);
      else assertRefused(fetched, ['no_key_yet']);
    }
    const again = await world.gpSystems.createLinkage(patient);
    if (differences.fetchesLinkage) assertRefused(again, ['conflict']);
    else assert.equal(again.outcome, 'linkage');
    if (!differences.fetchesLinkage) assert.notDeepEqual(again, made);
  });

  test('makes one account when it is asked twice at once, and both get details that work', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const patient = await world.patientAt(odsCode);
    const both = await Promise.all([
      world.gpSystems.obtainLinkage(patient),
      world.gpSystems.obtainLinkage(patient),
    ]);
    for (const { outcome } of both) assert.equal(outcome, 'linkage');
    if (differences.fetchesLinkage) assert.deepEqual(both[0], both[1]);
  });

  // Some systems say of either no more than that there is no such record.
  const refusalsOfMaking: readonly [string, Parameters<TestGpSystems['patientAt']>[1], RefusalReason][] = [
    ['is archived', { standing: 'archived' }, 'account_not_valid'],
    [
      'is too young or not competent',
      { standing: 'too-young-or-not-competent', birthdate: bornYearsAgo(systemClock(), 10) },
      'too_young_or_not_competent',
    ],
  ];
  for (const [who, more, reason] of refusalsOfMaking)
    test(`makes no details for a patient who ${who}`, async () => {
      const odsCode = await world.practiceOf(supplierId);
      const patient = await world.patientAt(odsCode, more);
      assertRefused(await world.gpSystems.obtainLinkage(patient), [reason, 'patient_not_found']);
    });

  test('makes no details for somebody who is not registered at the practice', async () => {
    const odsCode = await world.practiceOf(supplierId);
    assertRefused(await world.gpSystems.obtainLinkage(newPatient(odsCode)), ['patient_not_found']);
  });

  test('refuses details that were used, expired or withdrawn, or are not those of the person', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const register = async (
      state: 'unused' | 'used' | 'expired' | 'withdrawn',
      change: { familyName?: string; birthdate?: string; accountId?: string; linkageKey?: string } = {},
    ) => {
      const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
      const details = await world.issueDetails({ odsCode, nhsNumber, state });
      return world.gpSystems.register({ ...details, familyName, birthdate, ...change });
    };
    connected(await register('unused'));
    assertRefused(await register('used'), ['conflict', 'invalid_details']);
    assertRefused(await register('expired'), ['invalid_details', 'account_not_valid']);
    assertRefused(await register('withdrawn'), ['account_not_valid', 'invalid_details']);
    assertRefused(await register('unused', { familyName: 'Somebody' }), ['patient_not_found']);
    assertRefused(await register('unused', { birthdate: '1939-12-31' }), ['patient_not_found']);
    assertRefused(await register('unused', { linkageKey: 'another' }), [
      'invalid_details',
      'patient_not_found',
    ]);
    assertRefused(await register('unused', { accountId: '000' }), ['invalid_details', 'patient_not_found']);
  });

  test('lets details be used once, however many try at once', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const details = await world.issueDetails({ odsCode, nhsNumber });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => world.gpSystems.register({ ...details, familyName, birthdate })),
    );
    assert.equal(answers.filter(({ outcome }) => outcome === 'connected').length, 1);
    assert.equal(answers.filter(({ outcome }) => outcome === 'refused').length, 4);
  });

  test('is not asked about details that can’t be any', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const register = (accountId: string, linkageKey: string) =>
      world.gpSystems.register({
        odsCode,
        accountId,
        linkageKey,
        familyName: 'Example',
        birthdate: '1980-01-01',
      });
    await world.setFault({ supplierId, kind: 'fail', times: 100 });
    for (const malformed of ['', ' x', 'a\u0000b', 'a\nb', 'x'.repeat(65)]) {
      assertRefused(await register(malformed, 'key'), ['invalid_account_id']);
      assertRefused(await register('1', malformed), ['invalid_linkage_key']);
    }
  });

  test('keeps every character of id and key, both ways', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const printable = fc
      .oneof(
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 }),
        fc.string({ unit: fc.constantFrom(...'&<>"\'\\/*!;#%+ =x0&amp;&lt;'), minLength: 1, maxLength: 64 }),
        fc.string({
          unit: fc.constantFrom('0', '1', 'A', 'a', 'ŵ', 'é', '£', '€', '😀', '&'),
          minLength: 1,
          maxLength: 64,
        }),
      )
      .filter((text) => text.trim() === text && /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(text));
    const pairs = fc.array(fc.tuple(printable, printable), { minLength: 8, maxLength: 8 });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(pairs, async (some) => {
        await Promise.all(
          some.map(async ([id, linkageKey]) => {
            number += 1;
            // No two accounts have the same id, whatever digits one begins with.
            const accountId = Array.from(`${number}:${id}`).slice(0, 64).join('').trim();
            const patient = await world.patientAt(odsCode);
            const { nhsNumber, familyName, birthdate } = patient;
            const issued = await world.issueDetails({
              odsCode,
              nhsNumber,
              details: { accountId, linkageKey },
            });
            if (differences.fetchesLinkage)
              assert.deepEqual(await world.gpSystems.fetchLinkage(patient), {
                outcome: 'linkage',
                details: { odsCode, accountId, linkageKey },
              });
            connected(await world.gpSystems.register({ ...issued, familyName, birthdate }));
          }),
        );
      }),
      { numRuns: 63, endOnFailure: true },
    );
  });

  test('refuses what was issued before the practice changed its supplier, also when it comes back', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const details = await world.issueDetails({ odsCode, nhsNumber });
    const other = await world.issueDetails({ odsCode, nhsNumber });
    const { connectionToken } = connected(
      await world.gpSystems.register({ ...other, familyName, birthdate }),
    );
    assert.ok(connectionToken !== undefined);
    const another = plugs.find(({ id }) => id !== supplierId)?.id ?? assert.fail();
    for (const to of [another, supplierId]) {
      home.clock.advance(1);
      const change = { odsCode, supplierId: to };
      assert.deepEqual(await home.house.transact((deps) => changeSupplier(deps, change)), {
        outcome: 'changed',
      });
      const refusedAnew = await world.gpSystems.register({ ...details, familyName, birthdate });
      assert.notEqual(refusedAnew.outcome, 'connected');
      assert.notEqual(
        (await world.gpSystems.verifyConnection({ odsCode, connectionToken })).outcome,
        'valid',
      );
    }
    assertRefused(await world.gpSystems.register({ ...details, familyName, birthdate }), [
      'patient_not_found',
      'invalid_details',
    ]);
  });

  test('refuses what was issued by a practice that has merged into another', async () => {
    const [odsCode, into] = [await world.practiceOf(supplierId), await world.practiceOf(supplierId)];
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const details = await world.issueDetails({ odsCode, nhsNumber });
    const merger = { odsCodes: [odsCode], into };
    assert.deepEqual(await home.house.transact((deps) => mergePractices(deps, merger)), {
      outcome: 'changed',
    });
    assertRefused(await world.gpSystems.register({ ...details, familyName, birthdate }), [
      'practice_not_enabled',
    ]);
    assertRefused(await world.gpSystems.register({ ...details, odsCode: into, familyName, birthdate }), [
      'patient_not_found',
      'invalid_details',
    ]);
  });

  test('burns no details when a request fails on the way: either they still work, or a token is left', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const outcomes = new Set<string>();
    for (let passes = 0; passes < 6; passes += 1) {
      const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
      const details = await world.issueDetails({ odsCode, nhsNumber });
      const register = () => world.gpSystems.register({ ...details, familyName, birthdate });
      await world.setFault({ supplierId, kind: 'fail', passes, times: 3 });
      const answer = await register();
      await world.clearFaults();
      outcomes.add(answer.outcome);
      if (answer.outcome === 'connected') continue;
      if (answer.outcome === 'half_connected') {
        const { connectionToken } = answer;
        assert.deepEqual(await world.gpSystems.verifyConnection({ odsCode, connectionToken }), {
          outcome: 'valid',
          nhsNumbers: [nhsNumber],
        });
        continue;
      }
      assert.deepEqual(answer, { outcome: 'unavailable', reason: 'down' });
      connected(await register());
    }
    assert.ok(outcomes.has('unavailable') && outcomes.has('connected'), [...outcomes].join(', '));
  });

  test('refuses the details of somebody who has left the practice, and what was connected by them', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const [used, unused] = [
      await world.issueDetails({ odsCode, nhsNumber }),
      await world.issueDetails({ odsCode, nhsNumber }),
    ];
    const { connectionToken } = connected(await world.gpSystems.register({ ...used, familyName, birthdate }));
    assert.ok(connectionToken !== undefined);
    await removeSimulatedPatient(home.house, { odsCode, nhsNumber });
    assertRefused(await world.gpSystems.register({ ...unused, familyName, birthdate }), [
      'patient_not_found',
    ]);
    assertRefused(await world.gpSystems.verifyConnection({ odsCode, connectionToken }), [
      'patient_not_found',
    ]);
  });

  test('lets the old key and its connection in no more once the practice has issued another, and the new one in', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const details = await world.issueDetails({ odsCode, nhsNumber });
    const before = connected(await world.gpSystems.register({ ...details, familyName, birthdate }));
    const reissued = await changeSimulatedDetails(home.house, { details, to: 'reissued', folder });
    assert.equal(reissued.accountId, details.accountId);
    const { connectionToken = '' } = before;
    assertRefused(await world.gpSystems.verifyConnection({ odsCode, connectionToken }), [
      'account_not_valid',
      'invalid_details',
      'patient_not_found',
    ]);
    assertRefused(await world.gpSystems.register({ ...details, familyName, birthdate }), [
      'invalid_details',
      'patient_not_found',
    ]);
    const anew = connected(await world.gpSystems.register({ ...reissued, familyName, birthdate }));
    const valid = { odsCode, connectionToken: anew.connectionToken ?? assert.fail() };
    assert.equal((await world.gpSystems.verifyConnection(valid)).outcome, 'valid');
  });

  test('tells a connection of another practice, of nobody, and one that was withdrawn, from one that works', async () => {
    const [odsCode, elsewhere] = [await world.practiceOf(supplierId), await world.practiceOf(supplierId)];
    const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
    const details = await world.issueDetails({ odsCode, nhsNumber });
    const { connectionToken } = connected(
      await world.gpSystems.register({ ...details, familyName, birthdate }),
    );
    assert.ok(connectionToken !== undefined);
    const refusals: readonly RefusalReason[] = ['patient_not_found', 'invalid_details', 'account_not_valid'];
    const verify = (code: typeof odsCode, token: string) =>
      world.gpSystems.verifyConnection({ odsCode: code, connectionToken: token });
    assertRefused(await verify(elsewhere, connectionToken), refusals);
    for (const unknown of ['unknown', '{}', '<a>', connectionToken.slice(1)])
      assertRefused(await verify(odsCode, unknown), refusals);
    await changeSimulatedDetails(home.house, { details, to: 'withdrawn', folder });
    assertRefused(await verify(odsCode, connectionToken), refusals);
    const renewed = await world.gpSystems.obtainLinkage({
      ...newPatient(odsCode),
      nhsNumber,
      familyName,
      birthdate,
    });
    assert.equal(renewed.outcome, 'linkage');
    if (renewed.outcome !== 'linkage') return;
    connected(await world.gpSystems.register({ ...renewed.details, familyName, birthdate }));
  });

  if (differences.tellsOnlineServices) testOnlineServices(supplierId);
}

function testOnlineServices(supplierId: string): void {
  test('tells whether online services are on for a patient, and how the practice has checked who they are', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const stateOf = async (more: Parameters<TestGpSystems['patientAt']>[1]) =>
      world.gpSystems.onlineServicesOf(await world.patientAt(odsCode, more));
    assert.deepEqual(await stateOf({}), { outcome: 'registered', areOn: false, identityCheck: undefined });
    assert.deepEqual(await stateOf({ areServicesOn: true }), {
      outcome: 'registered',
      areOn: true,
      identityCheck: undefined,
    });
    for (const method of ['documents', 'vouching', 'vouching-with-record'] as const) {
      const identityCheck = { method, checkedOn: '2024-02-29' };
      assert.deepEqual(await stateOf({ areServicesOn: true, identityCheck }), {
        outcome: 'registered',
        areOn: true,
        identityCheck,
      });
    }
    assertRefused(await stateOf({ standing: 'archived' }), ['account_not_valid', 'patient_not_found']);
    assertRefused(await world.gpSystems.onlineServicesOf(newPatient(odsCode)), ['patient_not_found']);
  });
}

/** A token of a login here, as far as a GP system looks at it. */
function idTokenOf(nhsNumber: string, level = 'P9'): string {
  const payload = { nhs_number: nhsNumber, identity_proofing_level: level };
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2lnbmVk`;
}

function testIdTokens(supplierId: string): void {
  test('has no details, and connects whoever has an ID token at P9', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const patient = await world.patientAt(odsCode);
    const { nhsNumber } = patient;
    assert.deepEqual(await world.gpSystems.obtainLinkage(patient), { outcome: 'not_offered' });
    assert.deepEqual(await world.gpSystems.createLinkage(patient), { outcome: 'not_offered' });
    const details = { odsCode, accountId: '1', linkageKey: 'key' };
    const { familyName, birthdate } = patient;
    assert.deepEqual(await world.gpSystems.register({ ...details, familyName, birthdate }), {
      outcome: 'not_offered',
    });
    const idToken = idTokenOf(nhsNumber);
    for (let times = 0; times < 2; times += 1)
      assert.deepEqual(await world.gpSystems.register({ odsCode, nhsNumber, idToken }), {
        outcome: 'connected',
        connectionToken: undefined,
        nhsNumbers: [nhsNumber],
      });
    assert.deepEqual(await world.gpSystems.verifyConnection({ odsCode, nhsNumber, idToken }), {
      outcome: 'valid',
      nhsNumbers: [nhsNumber],
    });
  });

  test('connects nobody by a token of a lower level, of somebody else, or by none', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const { nhsNumber } = await world.patientAt(odsCode);
    const other = await world.patientAt(odsCode);
    for (const idToken of [idTokenOf(nhsNumber, 'P5'), idTokenOf(other.nhsNumber), 'none', 'a.b.c'])
      assertRefused(await world.gpSystems.register({ odsCode, nhsNumber, idToken }), ['invalid_details']);
  });

  test('connects nobody who is not registered there, archived, or too young', async () => {
    const odsCode = await world.practiceOf(supplierId);
    const register = ({ nhsNumber }: { nhsNumber: ReturnType<typeof newPatient>['nhsNumber'] }) =>
      world.gpSystems.register({ odsCode, nhsNumber, idToken: idTokenOf(nhsNumber) });
    assertRefused(await register(newPatient(odsCode)), ['patient_not_found']);
    assertRefused(await register(await world.patientAt(odsCode, { standing: 'archived' })), [
      'account_not_valid',
    ]);
    assertRefused(
      await register(await world.patientAt(odsCode, { standing: 'too-young-or-not-competent' })),
      ['too_young_or_not_competent'],
    );
  });
}

function testAbsence(supplierId: string, differences: Differences): void {
  /** @returns asks by a way of its own, which knows of no failure yet */
  const openAnew = async () => {
    const gpSystems = await loadGpSystems(home.house, { environment: world.environment, folder });
    return async (): Promise<{ outcome: string; reason?: string }> => {
      const odsCode = await world.practiceOf(supplierId);
      const { nhsNumber, familyName, birthdate } = await world.patientAt(odsCode);
      if (!differences.hasLinkageKey)
        return gpSystems.register({ odsCode, nhsNumber, idToken: idTokenOf(nhsNumber) });
      const details = await world.issueDetails({ odsCode, nhsNumber });
      return gpSystems.register({ ...details, familyName, birthdate });
    };
  };

  test('is unavailable, and nobody waits longer than they may, when it stalls', async () => {
    const ask = await openAnew();
    await world.setFault({ supplierId, kind: 'stall', times: 10 });
    const began = performance.now();
    assert.deepEqual(await ask(), { outcome: 'unavailable', reason: 'down' });
    assert.ok(performance.now() - began < 30_000);
  });

  for (const kind of ['malformed', 'half', 'fail', 'unavailable', 'lost'] as const)
    test(`is unavailable when it answers as “${kind}” has it`, async () => {
      const ask = await openAnew();
      await world.setFault({ supplierId, kind, times: 10 });
      assert.deepEqual(await ask(), { outcome: 'unavailable', reason: 'down' });
      await world.clearFaults();
      assert.equal((await ask()).outcome, 'connected');
    });

  test('is busy when it says so', async () => {
    const ask = await openAnew();
    await world.setFault({ supplierId, kind: 'too-many', times: 10 });
    assert.deepEqual(await ask(), { outcome: 'unavailable', reason: 'busy' });
  });

  test('is left alone for a while once it has not answered again and again', async () => {
    const ask = await openAnew();
    await world.setFault({ supplierId, kind: 'unavailable', times: 100 });
    for (let times = 0; times < 6; times += 1) assert.equal((await ask()).outcome, 'unavailable');
    await world.clearFaults();
    assert.deepEqual(await ask(), { outcome: 'unavailable', reason: 'down' });
  });

  test('refuses with a code that nobody knows as unknown', async () => {
    const ask = await openAnew();
    await world.setFault({ supplierId, kind: 'refuse', supplierCode: '400-987', times: 10 });
    assertRefused(await ask(), ['unknown']);
  });
}

test('nothing of a key, an id, a name, a number or a token stands in the log or the metrics', async () => {
  await world.setFault({ supplierId: 'toy', kind: 'malformed', times: 1 });
  const { rows } = await home.house.database.pool.query<{ value: string }>(
    `SELECT unnest(ARRAY[account_id, linkage_key, nhs_number]) AS value FROM gp_systems.simulated_account
     UNION SELECT family_name FROM gp_systems.simulated_patient
     UNION SELECT secret FROM gp_systems.simulated_connection`,
  );
  const secrets = rows.map(({ value }) => value).filter((value) => value.length >= 6);
  assert.ok(secrets.length > 1000);
  const told = lines.join('') + (await home.house.metrics.registry.metrics());
  assert.ok(lines.length > 10);
  // Some ids are six digits, which may stand in a longer number: a time, a request's id.
  for (const secret of secrets) {
    const stands = /^\d+$/u.test(secret)
      ? new RegExp(`(?<![\\w.])${secret}(?!\\w)`, 'u').test(told)
      : told.includes(secret);
    assert.ok(!stands, 'a secret stands there');
  }
});
