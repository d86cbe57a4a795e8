import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { openEvidence, receiveFile, startEvidenceWork, takeUpload, type Evidence } from '#evidence';
import { eicar, startTestScanner, type ScannerTrouble, type TestScanner } from '../../test/support/clamd.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { drawPicture } from '../../test/support/pictures.ts';
import { until } from '../../test/support/until.ts';
import { openTestBundle } from '../../test/support/uploads.ts';
import { receiveUpload } from './receive.ts';

suite('with a malware scanner', () => {
  let scanner: TestScanner;
  let here: TestHouse;
  let evidence: Evidence;
  /** Whether anything was decoded. */
  let looks = 0;
  before(async () => {
    scanner = await startTestScanner();
    here = await createTestHouse({ environment: scanner.environment });
    const opened = await openEvidence(here.house);
    const { image } = opened.examine;
    const examine: Evidence['examine']['image'] = (sent, write) => {
      looks += 1;
      return image(sent, write);
    };
    evidence = { ...opened, examine: { ...opened.examine, image: examine } };
    await startEvidenceWork(here.house, here.jobs, evidence);
  });
  after(async () => {
    await evidence.close();
    await here.close();
    await scanner.close();
  });
  beforeEach(() => {
    looks = 0;
    scanner.behave();
    here.clock.reset();
  });
  const send = async (content: Buffer) => {
    const bundleId = await openTestBundle(here.house);
    const received = await receiveFile(here.house, evidence, { bundleId, kind: 'image', content: [content] });
    return { bundleId, received };
  };
  const keptOf = async (bundleId: string) => {
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [bundleId],
    );
    return rows.length;
  };

  test('a picture is taken that it finds nothing in, all of which it has seen', async () => {
    const picture = await drawPicture({ width: 2000, height: 1500 });
    const { received } = await send(picture);
    assert.equal(received.outcome, 'received');
    assert.equal(scanner.scanned.at(-1), picture.length);
  });

  test('a file in which it finds something is refused before anything decodes it, and not kept', async () => {
    // A picture to its last byte, and then something else.
    const { bundleId, received } = await send(Buffer.concat([await drawPicture(), Buffer.from(eicar)]));
    assert.deepEqual(received, { outcome: 'refused', reason: 'infected' });
    assert.equal(looks, 0);
    assert.equal(await keptOf(bundleId), 0);
    const { rows } = await here.house.database.pool.query(
      "SELECT FROM audit.event WHERE type = 'evidence.infected' AND details->>'bundleId' = $1",
      [bundleId],
    );
    assert.equal(rows.length, 1);
  });

  const troubles: ScannerTrouble[] = ['silence', 'nonsense', 'hangs-up', 'size-limit'];
  for (const trouble of troubles)
    test(`nothing is taken unscanned when it answers with trouble: ${trouble}`, async () => {
      scanner.behave(trouble);
      const { bundleId, received } = await send(await drawPicture());
      assert.deepEqual(received, { outcome: 'refused', reason: 'busy' });
      assert.equal(looks, 0);
      assert.equal(await keptOf(bundleId), 0);
    });

  test('a video waits for it, and is looked at when it is back', async () => {
    scanner.behave('hangs-up');
    const bundleId = await openTestBundle(here.house);
    const sent = await receiveUpload(here.house, evidence, {
      bundleId,
      kind: 'video',
      content: [Buffer.from(`no video, but ${eicar}`)],
    });
    assert.ok(sent.outcome === 'uploaded');
    const taking = { bundleId, uploadId: sent.uploadId };
    await until(async () => (await failedLooks()) > 0);
    assert.equal((await takeUpload(here.house, evidence, taking)).outcome, 'checking');
    scanner.behave();
    await until(async () => (await takeUpload(here.house, evidence, taking)).outcome === 'refused');
    assert.deepEqual(await takeUpload(here.house, evidence, taking), {
      outcome: 'refused',
      reason: 'infected',
    });
  });

  test('a video that has waited half an hour for it is given up', async () => {
    scanner.behave('hangs-up');
    const bundleId = await openTestBundle(here.house);
    const sent = await receiveUpload(here.house, evidence, {
      bundleId,
      kind: 'video',
      content: [Buffer.from('no video')],
    });
    assert.ok(sent.outcome === 'uploaded');
    const taking = { bundleId, uploadId: sent.uploadId };
    here.clock.advance(31 * 60);
    await until(async () => (await takeUpload(here.house, evidence, taking)).outcome === 'refused');
    assert.deepEqual(await takeUpload(here.house, evidence, taking), { outcome: 'refused', reason: 'busy' });
    assert.equal(await keptOf(bundleId), 0);
  });

  const failedLooks = async () => {
    const { rows } = await here.house.database.pool.query(
      "SELECT FROM jobs.job WHERE name = 'evidence.look' AND state = 'retry'",
    );
    return rows.length;
  };
});

test('without a scanner that listens, nothing is taken', async (t) => {
  const gone = await startTestScanner();
  await gone.close();
  const here = await createTestHouse({ environment: gone.environment });
  const evidence = await openEvidence(here.house);
  t.after(async () => {
    await evidence.close();
    await here.close();
  });
  const bundleId = await openTestBundle(here.house);
  const received = await receiveFile(here.house, evidence, {
    bundleId,
    kind: 'image',
    content: [await drawPicture()],
  });
  assert.deepEqual(received, { outcome: 'refused', reason: 'busy' });
});
