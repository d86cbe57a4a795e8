import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import sharp from 'sharp';
import { Eyes, drawLights } from '../../test/support/eyes.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { openDecoder, type Decoder } from './decoding/pictures.ts';
import { forgetAccount, sweepFaceChecks } from './face-checks.ts';
import { addBurst, askAct, beginScan, judgeScan, type ScanTools } from './scan.ts';
import type { Burst } from './types.ts';

let open: TestHouse;
let second: TestHouse;
let decoder: Decoder;
let frames: readonly Uint8Array[];

let eyes: Eyes;
let tools: ScanTools;
const person = () => ({ accountId: randomUUID(), attemptId: randomUUID() });

before(async () => {
  open = await createTestHouse();
  second = await createTestHouse({ beside: open });
  decoder = openDecoder(open.house.log);
  frames = await drawLights();
});
beforeEach(() => {
  eyes = new Eyes();
  tools = { id: 'eyes', provider: eyes, decoder };
});
after(async () => {
  await decoder.close();
  await second.close();
  await open.close();
});

async function begin(of = person()): Promise<string> {
  const begun = await beginScan(open.house, tools, of);
  assert.equal(begun.outcome, 'begun');
  return begun.outcome === 'begun' ? begun.scanId : '';
}

async function ask(scanId: string, house = open.house) {
  const asked = await askAct(house, tools, scanId);
  assert.equal(asked.outcome, 'act');
  return asked.outcome === 'act' ? asked : assert.fail();
}

function burst(at: number, more: Partial<Burst> = {}): Burst {
  const capturedAt = frames.map((_, index) => at * 10_000 + index * 300);
  return { at, frames, capturedAt, ...more };
}

const send = (scanId: string, at: number, more?: Partial<Burst>, house = open.house) =>
  addBurst(house, tools, scanId, burst(at, more));

async function doAll(scanId: string): Promise<void> {
  for (let at = 0; at < 4; at += 1) {
    await ask(scanId);
    assert.equal((await send(scanId, at)).outcome, 'taken');
  }
}

describe('what is asked of somebody', () => {
  test('is told one thing at a time, and the same however often it is asked for', async () => {
    const scanId = await begin();
    const first = await ask(scanId);
    assert.deepEqual(await ask(scanId, second.house), first);
    assert.equal(first.at, 0);
    assert.deepEqual(await send(scanId, 1), { outcome: 'refused', reason: 'not_asked' });
    await send(scanId, 0);
    assert.equal((await ask(scanId)).at, 1);
  });

  test('becomes something else when its time is over, so that nobody can look for a video of it', async () => {
    const scanId = await begin();
    await ask(scanId);
    await send(scanId, 0);
    const asked = await ask(scanId);
    open.clock.advance(41);
    assert.deepEqual(await send(scanId, 1), { outcome: 'refused', reason: 'late' });
    const other = await ask(scanId);
    assert.notEqual(other.act, asked.act);
    assert.equal(other.at, 1);
    assert.ok(other.until > asked.until);
  });

  test('that comes first is asked again: everything else is measured against it', async () => {
    const scanId = await begin();
    const asked = await ask(scanId);
    open.clock.advance(41);
    assert.deepEqual(await send(scanId, 0, { act: 'look-straight' }), { outcome: 'refused', reason: 'late' });
    const again = await ask(scanId);
    assert.deepEqual([again.act, again.at], [asked.act, asked.at]);
    assert.ok(again.until > asked.until);
    assert.equal((await send(scanId, 0, { act: 'look-straight' })).outcome, 'taken');
  });

  test('is not another’s: pictures of what was asked before are late', async () => {
    const scanId = await begin();
    await ask(scanId);
    await send(scanId, 0);
    const { act } = await ask(scanId);
    open.clock.advance(41);
    await ask(scanId);
    assert.deepEqual(await send(scanId, 1, { act }), { outcome: 'refused', reason: 'late' });
  });

  test('ends when too much of it had to be asked again', async () => {
    const scanId = await begin();
    let [last, tries] = [await askAct(open.house, tools, scanId), 0];
    for (; last.outcome === 'act' && tries < 30; tries += 1) {
      open.clock.advance(41);
      last = await askAct(open.house, tools, scanId);
    }
    assert.equal(last.outcome, 'ended');
    assert.ok(tries > 5);
  });
});

describe('pictures of an act', () => {
  test('are written anew, measured, and count once, also when they are sent twice at the same time', async () => {
    const scanId = await begin();
    await ask(scanId);
    const ends = await Promise.all([send(scanId, 0), send(scanId, 0, {}, second.house)]);
    assert.deepEqual(ends.map(({ outcome }) => outcome).toSorted(), ['refused', 'taken']);
    assert.deepEqual(eyes.measured, ['look-straight']);
    assert.deepEqual(await send(scanId, 0), { outcome: 'refused', reason: 'not_asked' });
    const taken = ends.find((end) => end.outcome === 'taken');
    assert.equal(taken?.frames.length, 4);
    for (const frame of taken?.frames ?? []) assert.equal((await sharp(frame).metadata()).format, 'jpeg');
  });

  test('lose what else was in the files', async () => {
    const scanId = await begin();
    await ask(scanId);
    const withPlace = await Promise.all(
      frames.map(
        async (frame) =>
          new Uint8Array(
            await sharp(frame)
              .withExif({ IFD0: { Copyright: 'Ada' } })
              .jpeg()
              .toBuffer(),
          ),
      ),
    );
    assert.match(Buffer.from(withPlace[0] ?? []).toString('latin1'), /Ada/u);
    const end = await send(scanId, 0, { frames: withPlace });
    assert.equal(end.outcome, 'taken');
    assert.doesNotMatch(
      Buffer.concat(end.outcome === 'taken' ? end.frames : []).toString('latin1'),
      /Ada|Exif/u,
    );
  });

  const wrong: Readonly<Record<string, () => Partial<Burst>>> = {
    'are no JPEG': () => ({ frames: frames.map(() => new TextEncoder().encode('<svg></svg>')) }),
    'are damaged': () => ({ frames: frames.map((frame) => frame.subarray(0, frame.length / 2)) }),
    'are too few': () => ({ frames: frames.slice(0, 2), capturedAt: [0, 500] }),
    'are too large': () => ({ frames: frames.map(() => new Uint8Array(400_001)) }),
    'were taken in no time': () => ({ capturedAt: [0, 1, 2, 3] }),
    'were taken backwards': () => ({ capturedAt: [900, 600, 300, 0] }),
    'were taken at no time': () => ({ capturedAt: [0, Number.NaN, 600, 900] }),
    'have no time for each': () => ({ capturedAt: [0, 900] }),
  };
  for (const [what, more] of Object.entries(wrong))
    test(`that ${what} are refused, and the act is still asked`, async () => {
      const scanId = await begin();
      await ask(scanId);
      assert.deepEqual(await send(scanId, 0, more()), { outcome: 'refused', reason: 'not_pictures' });
      assert.deepEqual(eyes.measured, []);
      assert.equal((await send(scanId, 0)).outcome, 'taken');
    });

  test('that help nobody are asked for again four times, and then taken as they are', async () => {
    const scanId = await begin();
    eyes.says = { hint: 'too_dark' };
    for (let tries = 0; tries < 4; tries += 1) {
      assert.equal((await ask(scanId)).at, 0);
      assert.deepEqual(await send(scanId, 0), { outcome: 'again', hint: 'too_dark' });
    }
    await ask(scanId);
    assert.equal((await send(scanId, 0)).outcome, 'taken');
  });

  test('can be sent again to what doesn’t answer for a moment, and not for ever to what never does', async () => {
    const scanId = await begin();
    eyes.isAway = true;
    await ask(scanId);
    assert.deepEqual(await send(scanId, 0), { outcome: 'refused', reason: 'busy' });
    eyes.isAway = false;
    assert.equal((await send(scanId, 0)).outcome, 'taken');
    eyes.isAway = true;
    let tries = 0;
    for (; (await askAct(open.house, tools, scanId)).outcome === 'act' && tries < 30; tries += 1)
      await send(scanId, 1);
    assert.ok(tries < 15);
  });

  test('of a scan that another has taken the place of don’t count, even if they were on their way', async () => {
    const of = person();
    const old = await begin(of);
    await ask(old);
    const { promise, resolve } = Promise.withResolvers<void>();
    eyes.waits = promise;
    const onItsWay = send(old, 0);
    await begin(of);
    resolve();
    assert.deepEqual(await onItsWay, { outcome: 'refused', reason: 'not_asked' });
    assert.deepEqual(await askAct(open.house, tools, old), { outcome: 'ended' });
  });
});

describe('a scan', () => {
  test('goes on at any process, and comes to one verdict, which is told again', async () => {
    const scanId = await begin();
    for (let at = 0; at < 4; at += 1) {
      const { house } = at % 2 === 0 ? open : second;
      await ask(scanId, house);
      eyes.says = at === 0 ? { best: { at: 1, quality: 0.9 } } : {};
      assert.equal((await send(scanId, at, {}, house)).outcome, 'taken');
    }
    assert.deepEqual(await askAct(second.house, tools, scanId), { outcome: 'complete' });
    const portrait = frames[0] ?? new Uint8Array();
    const verdicts = await Promise.all(
      [open, second, open].map(({ house }) => judgeScan(house, tools, scanId, { portrait })),
    );
    for (const verdict of verdicts) assert.deepEqual(verdict, verdicts[0]);
    const [verdict] = verdicts;
    assert.ok(verdict?.outcome === 'judged');
    assert.equal(verdict.isPassed, true);
    assert.deepEqual(verdict.basis, { models: 'eyes', provider: 'eyes' });
    assert.equal((await sharp(verdict.still).stats()).channels[0]?.mean.toFixed(0), '60');
    assert.equal(eyes.judged, 1);
  });

  test('keeps what was measured sealed, and not at all once it is judged', async () => {
    const scanId = await begin();
    await doAll(scanId);
    const row = () =>
      open.house.database.db
        .withTables<{ 'face_checks.scan': { scan_id: string; sealed_measured: Buffer | null } }>()
        .selectFrom('face_checks.scan')
        .select('sealed_measured')
        .where('scan_id', '=', scanId)
        .executeTakeFirstOrThrow();
    const kept = (await row()).sealed_measured;
    assert.ok(kept !== null && kept.length > 100);
    assert.doesNotMatch(kept.toString('latin1'), /descriptor/u);
    await judgeScan(open.house, tools, scanId, { portrait: frames[0] ?? new Uint8Array() });
    assert.equal((await row()).sealed_measured, null);
  });

  test('is not judged before it is complete, nor taken further once it is judged', async () => {
    const scanId = await begin();
    const portrait = frames[0] ?? new Uint8Array();
    await ask(scanId);
    await send(scanId, 0);
    assert.deepEqual(await judgeScan(open.house, tools, scanId, { portrait }), { outcome: 'ended' });
    for (let at = 1; at < 4; at += 1) {
      await ask(scanId);
      await send(scanId, at);
    }
    await judgeScan(open.house, tools, scanId, { portrait });
    assert.deepEqual(await askAct(open.house, tools, scanId), { outcome: 'ended' });
    assert.deepEqual(await send(scanId, 3), { outcome: 'refused', reason: 'not_asked' });
  });

  test('that takes longer than a quarter of an hour has ended; a verdict goes after a day', async () => {
    const slow = await begin();
    open.clock.advance(15 * 60);
    assert.deepEqual(await askAct(open.house, tools, slow), { outcome: 'ended' });
    const scanId = await begin();
    await doAll(scanId);
    const portrait = frames[0] ?? new Uint8Array();
    const judge = async () => (await judgeScan(open.house, tools, scanId, { portrait })).outcome;
    open.clock.advance(23 * 3600);
    assert.equal(await judge(), 'judged');
    open.clock.advance(2 * 3600);
    assert.equal(await judge(), 'ended');
    await sweepFaceChecks(open.house.deps);
    open.clock.advance(-26 * 3600);
    assert.equal(await judge(), 'ended');
  });

  test('can be begun fifteen times in a day, however many attempts there are', async () => {
    const { accountId } = person();
    const outcomes: string[] = [];
    for (let count = 0; count < 17; count += 1)
      outcomes.push((await beginScan(open.house, tools, { accountId, attemptId: randomUUID() })).outcome);
    assert.deepEqual([outcomes.indexOf('spent'), outcomes.at(-1)], [15, 'spent']);
  });

  test('is forgotten with the login', async () => {
    const of = person();
    const scanId = await begin(of);
    await open.house.transact((deps) => forgetAccount(deps, of.accountId));
    assert.deepEqual(await askAct(open.house, tools, scanId), { outcome: 'ended' });
  });
});
