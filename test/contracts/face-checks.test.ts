import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { checkReasons, openFaceChecks, type FaceChecks } from '#face-checks';
import { SettingsFault } from '#foundation/settings';
import { faceOf } from '#sandbox';
import { z } from 'zod';
import { loadProviderPlugs } from '../../src/face-checks/face-checks.ts';
import { createTestHouse, testSettings, type TestHouse } from '../support/house.ts';
import { foundBy, photographPassport, sitFor, twoIn, type Sitter } from '../support/scans.ts';
import type { FaceWorld, OpenFaceWorld, SitterKind } from './face-checks/world.ts';

const plugs = await loadProviderPlugs();
const opens = z.object({ default: z.custom<OpenFaceWorld>((value) => typeof value === 'function') });

async function openWorldOf(id: string): Promise<FaceWorld> {
  const file = path.join(import.meta.dirname, `face-checks/${id}.ts`);
  assert.ok(existsSync(file), `a provider needs another side to be tested against: ${file}`);
  return opens.parse(await import(pathToFileURL(file).href)).default();
}

const own = faceOf('Ada O’Neill', { style: 'headscarf', skin: '#c98d64', glasses: 'none', age: 46 });
const other = faceOf('Bert Huws', {
  style: 'coils',
  skin: '#6b3f26',
  beard: 'full',
  hair: '#1d1713',
  age: 41,
});
const people: Readonly<Record<SitterKind, Sitter>> = {
  self: { face: own },
  photo: { face: own, showing: 'photo' },
  'somebody-else': { face: other },
  'two-people': { face: own, alters: twoIn },
};

test('there are providers to test, and one of them is the sandbox’s', () => {
  assert.ok(plugs.length > 1);
  assert.equal(plugs.filter(({ isSandboxes }) => isSandboxes).length, 1);
});

for (const plug of plugs) {
  describe(`what compares faces: ${plug.id}`, () => {
    let home: TestHouse;
    let world: FaceWorld;
    let faceChecks: FaceChecks;
    let passport: Buffer;
    before(async () => {
      world = await openWorldOf(plug.id);
      home = await createTestHouse({ environment: { BEVAN_FACE_CHECKS: plug.id } });
      const opened = await openFaceChecks(home.house, { environment: world.environment });
      assert.ok(opened);
      faceChecks = opened;
      passport = await photographPassport(own);
    });
    after(async () => {
      await faceChecks.close();
      await home.close();
      await world.close();
    });

    const scan = async (kind: SitterKind) => {
      const begun = await faceChecks.beginScan({ accountId: randomUUID(), attemptId: randomUUID() });
      assert.ok(begun.outcome === 'begun');
      const sitter = people[kind];
      world.expect(kind, sitter);
      const sitting = await sitFor({ faceChecks, clock: home.clock }, begun.scanId, sitter);
      const verdict = await faceChecks.judgeScan(begun.scanId, { portrait: passport });
      assert.ok(verdict.outcome === 'judged');
      for (const { end, reasons } of Object.values(verdict.checks)) {
        assert.equal(reasons.length > 0, end !== 'pass');
        for (const reason of reasons) assert.ok(checkReasons.includes(reason));
      }
      for (const value of Object.values(verdict.basis)) assert.match(String(value), /^[\w .:+/-]{1,80}$/u);
      return { sitting, verdict, found: foundBy(verdict), scanId: begun.scanId };
    };

    test('passes somebody who does what they are asked, and is the one in the document', async () => {
      const { sitting, verdict, found, scanId } = await scan('self');
      assert.equal(sitting.end, 'complete');
      assert.deepEqual(found, {
        'one-face': 'pass',
        pose: 'pass',
        live: 'pass',
        sequence: 'pass',
        likeness: 'pass',
      });
      assert.equal(verdict.isPassed, true);
      assert.equal(verdict.basis.provider, plug.id);
      assert.deepEqual(Buffer.from(verdict.still ?? []).subarray(0, 2), Buffer.from([0xff, 0xd8]));
      assert.deepEqual(await faceChecks.judgeScan(scanId, { portrait: passport }), verdict);
    });

    test('does not pass a photo that is held up', async () => {
      const { verdict, found } = await scan('photo');
      assert.equal(verdict.isPassed, false);
      assert.match(found['pose'] ?? '', /^(fail|unsure) .*act_not_followed/u);
    });

    test('does not pass the face of somebody else than the document’s', async () => {
      const { verdict, found } = await scan('somebody-else');
      assert.equal(verdict.isPassed, false);
      assert.match(found['likeness'] ?? '', /^(fail|unsure) .*like_document/u);
    });

    test('does not pass two people', async () => {
      const { verdict, found } = await scan('two-people');
      assert.equal(verdict.isPassed, false);
      assert.match(found['one-face'] ?? '', /^(fail|unsure) .*more_than_one_face/u);
    });
  });
}

test('a provider that nobody has made stops the start, and so does one whose settings are wrong', async () => {
  const home = await createTestHouse();
  after(() => home.close());
  const open = async (chosen: string, environment: Record<string, string>) => {
    const house = { ...home.house, settings: testSettings({ BEVAN_FACE_CHECKS: chosen }) };
    await (await openFaceChecks(house, { environment }))?.close();
  };
  await assert.rejects(open('nobody', {}), SettingsFault);
  await assert.rejects(open('face-service', {}), SettingsFault);
  await assert.rejects(
    open('face-service', {
      BEVAN_FACE_SERVICE_URL: 'http://faces.example',
      BEVAN_FACE_SERVICE_KEY: 'k'.repeat(20),
    }),
    (error) => error instanceof SettingsFault && /https/u.test(error.problems.join()),
  );
});
