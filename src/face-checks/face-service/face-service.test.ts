import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, suite, test } from 'node:test';
import { createLog } from '#foundation/log';
import { createMetrics } from '#foundation/metrics';
import type { FaceProvider, Picture } from '../provider.ts';
import type { ScanAct } from '../types.ts';
import { openFaceService } from './client.ts';
import { startFaceServiceSimulator, type FaceServiceSimulator } from './simulator.ts';

const key = 'the-key-that-nobody-else-has';
const acts: readonly ScanAct[] = ['look-straight', 'turn-left', 'look-up', 'move-closer'];
/** A JPEG to whoever looks at its first bytes only. */
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const picture: Picture = { jpeg, pixels: Buffer.alloc(3), width: 1, height: 1 };
const pictures = [picture, picture, picture, picture];

let simulator: FaceServiceSimulator;
let provider: FaceProvider;
const lines: string[] = [];
const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
const open = (options: { readonly key?: string; readonly callMs?: number; readonly url?: string } = {}) =>
  openFaceService({ url: simulator.url, key, callMs: 4000, ...options }, { log, metrics: createMetrics() });

before(async () => {
  simulator = await startFaceServiceSimulator({ key });
});
beforeEach(() => {
  simulator.find({});
  simulator.fail('down', 0);
  provider = open();
});
after(() => simulator.close());

async function begin(): Promise<{ readonly scanId: string; readonly begun: unknown }> {
  const scanId = randomUUID();
  const begun = await provider.begin?.({ scanId, acts });
  assert.ok(begun?.outcome === 'begun');
  // As it comes back from where it was kept.
  return { scanId, begun: JSON.parse(JSON.stringify(begun.begun)) };
}

type Scan = Awaited<ReturnType<typeof begin>>;

const measure = (scan: Scan, at = 0) =>
  provider.measure({
    ...scan,
    at,
    act: acts[at] ?? 'look-straight',
    pictures,
    capturedAt: [0, 300, 600, 900],
    earlier: [],
  });
const judge = (scan: Scan) =>
  provider.judge({
    ...scan,
    acts,
    bursts: acts.map((_, at) => ({ capturedAt: [0, 1], askedAt: at, arrivedAt: at + 1, kept: null })),
    portrait: picture,
  });
const passed = { end: 'pass', reasons: [] };

suite('a service elsewhere compares faces', () => {
  test('it is sent pictures and a random reference, and has nothing left of them when it has judged', async () => {
    const scan = await begin();
    for (const at of acts.keys()) assert.equal((await measure(scan, at)).outcome, 'measured');
    const sent = simulator.received().find(({ reference }) => reference === scan.scanId);
    assert.deepEqual([sent?.bursts.size, sent?.holdsPictures], [4, true]);
    const judged = await judge(scan);
    assert.deepEqual(judged, {
      outcome: 'judged',
      checks: { 'one-face': passed, pose: passed, live: passed, sequence: passed, likeness: passed },
      basis: { version: 'simulated-1' },
    });
    const left = simulator.received().find(({ reference }) => reference === scan.scanId);
    assert.equal(left?.holdsPictures, false);
    assert.deepEqual(await judge(scan), judged);
  });

  test('what it says is taken for no more than it says', async () => {
    simulator.find({
      checks: {
        live: { end: 'fail', reasons: [] },
        likeness: { end: 'unsure', reasons: ['a word of theirs' as 'other', 'not_like_document'] },
      },
      best: { at: 40, quality: 1 },
    });
    const scan = await begin();
    const measured = await measure(scan);
    assert.ok(measured.outcome === 'measured');
    assert.equal(measured.best, undefined);
    const judged = await judge(scan);
    assert.ok(judged.outcome === 'judged');
    assert.deepEqual(judged.checks.live, { end: 'fail', reasons: ['other'] });
    assert.deepEqual(judged.checks.likeness, { end: 'unsure', reasons: ['other', 'not_like_document'] });
  });

  for (const fault of ['nonsense', 'half-a-verdict', 'refused'] as const)
    test(`an answer that is of no use is no verdict: ${fault}`, async () => {
      const scan = await begin();
      simulator.fail(fault, 1);
      assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
    });

  for (const fault of ['down', 'breaks-off', 'still-working'] as const)
    test(`it is asked again, and then it answers: ${fault}`, async () => {
      const scan = await begin();
      simulator.fail(fault, 1);
      assert.equal((await judge(scan)).outcome, 'judged');
    });

  test('a verdict that takes longer than somebody waits is none', async () => {
    const scan = await begin();
    provider = open({ callMs: 1200 });
    simulator.fail('still-working', 100);
    assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
    simulator.fail('never', 1);
    assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
  });

  test('too much to do is told, so that the pictures are sent again', async () => {
    const scan = await begin();
    simulator.fail('busy', 1);
    assert.deepEqual(await measure(scan), { outcome: 'busy' });
    assert.equal((await measure(scan)).outcome, 'measured');
  });

  test('down for long, it is not waited for any more', async () => {
    const scan = await begin();
    simulator.fail('down', 100);
    for (const _ of [1, 2]) assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
    // By now it would answer.
    simulator.fail('down', 0);
    assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
  });

  test('another key, or nobody there, is no scan', async () => {
    for (const wrong of [open({ key: 'some-other-key-of-somebody' }), open({ url: 'http://127.0.0.1:9' })])
      assert.deepEqual(await wrong.begin?.({ scanId: randomUUID(), acts }), { outcome: 'unavailable' });
  });

  test('what was kept of a scan and is not of this service leads nowhere', async () => {
    for (const begun of [undefined, null, { id: '../verdict' }, { id: '..' }, { id: 'a/b?c' }]) {
      const scan = { scanId: randomUUID(), begun };
      assert.deepEqual(await measure(scan), { outcome: 'unavailable' });
      assert.deepEqual(await judge(scan), { outcome: 'unavailable' });
    }
  });

  test('neither key nor pictures are in the log', () => {
    assert.ok(lines.length > 0);
    for (const line of lines) {
      assert.ok(!line.includes(key));
      assert.ok(!line.includes(jpeg.toString('base64')));
    }
  });
});
