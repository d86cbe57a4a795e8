import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { Upload } from 'tus-js-client';
import {
  openEvidence,
  startEvidenceWork,
  sweepEvidence,
  takeUpload,
  type Evidence,
  type EvidenceFile,
} from '#evidence';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { drawPicture } from '../support/pictures.ts';
import { until } from '../support/until.ts';
import {
  ask,
  askToBegin,
  begin,
  contentOf,
  keepingAll,
  mayUpload,
  offsetOf,
  openTestBundle,
  patch,
  patchSlowly,
  startTestUploads,
  type TestSender,
  type TestUploads,
} from '../support/uploads.ts';

const megabyte = 1024 * 1024;
const chunk = 256 * 1024;

let here: TestHouse;
let beside: TestHouse;
let evidence: Evidence;
let one: TestUploads;
let other: TestUploads;
before(async () => {
  here = await createTestHouse();
  beside = await createTestHouse({ beside: here });
  const opened = await openEvidence(here.house);
  const { video } = keepingAll(opened).examine;
  evidence = { ...opened, examine: { ...opened.examine, video } };
  await startEvidenceWork(here.house, here.jobs, evidence);
  one = await startTestUploads({ house: here.house, evidence });
  other = await startTestUploads({ house: beside.house, evidence });
});
after(async () => {
  await one.close();
  await other.close();
  await evidence.close();
  await beside.close();
  await here.close();
});

const openFor = async (kind: TestSender['kind'], accountId?: string): Promise<TestSender> => ({
  bundleId: await openTestBundle(here.house, accountId),
  kind,
});
const idOf = (address: string): string => address.split('/').at(-1) ?? '';

async function received({ bundleId }: TestSender, address: string): Promise<EvidenceFile> {
  const take = () => takeUpload(here.house, evidence, { bundleId, uploadId: idOf(address) });
  await until(async () => (await take()).outcome === 'received');
  const taken = await take();
  assert.ok(taken.outcome === 'received');
  return taken.file;
}

const keptOf = async (sender: TestSender, address: string): Promise<Buffer> =>
  contentOf({ house: here.house, evidence }, await received(sender, address));

suite('an upload', () => {
  test('of a picture comes in small parts from a client of the protocol, and is looked at', async () => {
    const sender = await openFor('image');
    const content = await drawPicture();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const upload = new Upload(content, {
      endpoint: one.endpoint,
      headers: mayUpload(sender.bundleId, sender.kind),
      chunkSize: 10_001,
      retryDelays: [],
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
    const { width, mediaType } = await received(sender, await promise);
    assert.deepEqual([width, mediaType], [1200, 'image/jpeg']);
  });

  test('goes on at another process, at the byte at which the first one stopped', async () => {
    const sender = await openFor('video');
    const content = randomBytes(megabyte + 12_345);
    const address = await begin(one, sender, content.length);
    const elsewhere = address.replace(one.origin, other.origin);
    const first = await patch(address, sender, { offset: 0, body: content.subarray(0, 300_000) });
    assert.deepEqual([first.status, first.headers.get('upload-offset')], [204, '300000']);
    const { status, headers } = await ask(elsewhere, sender);
    assert.deepEqual(
      [status, headers.get('upload-offset'), headers.get('upload-length')],
      [200, '300000', String(content.length)],
    );
    const rest = { offset: 300_000, body: content.subarray(300_000) };
    assert.equal((await patch(elsewhere, sender, rest)).status, 204);
    assert.equal((await patch(address, sender, rest)).status, 409);
    assert.ok((await keptOf(sender, address)).equals(content));
    assert.equal(
      await offsetOf(address, sender),
      content.length,
      'a client that asks is told that it is done',
    );
  });

  test('keeps what has come when its connection breaks', async () => {
    const sender = await openFor('video');
    const content = randomBytes(chunk + 5000);
    const address = await begin(one, sender, content.length);
    const line = patchSlowly(address, sender, { offset: 0, length: content.length });
    line.send(content.subarray(0, chunk + 1000));
    await until(async () => (await offsetOf(address, sender)) === chunk);
    line.breakOff();
    await until(async () => (await offsetOf(address, sender)) === chunk + 1000);
    const rest = { offset: chunk + 1000, body: content.subarray(chunk + 1000) };
    assert.equal((await patch(address, sender, rest)).status, 204);
    assert.ok((await keptOf(sender, address)).equals(content));
  });

  test('never mixes what two connections send at once, at whichever process', async () => {
    const sender = await openFor('video');
    const [ours, theirs] = [randomBytes(4 * chunk), randomBytes(4 * chunk)];
    const address = await begin(one, sender, ours.length);
    const elsewhere = address.replace(one.origin, other.origin);
    const left = patchSlowly(address, sender, { offset: 0, length: ours.length });
    left.send(ours.subarray(0, chunk + 1000));
    await until(async () => (await offsetOf(address, sender)) === chunk);
    const right = patchSlowly(elsewhere, sender, { offset: chunk, length: 3 * chunk });
    right.send(theirs.subarray(chunk, 2 * chunk + 1));
    await until(async () => (await offsetOf(address, sender)) === 2 * chunk);
    left.send(ours.subarray(chunk + 1000));
    assert.equal(await left.end(), 409);
    right.send(theirs.subarray(2 * chunk + 1));
    assert.equal(await right.end(), 204);
    const whole = Buffer.concat([ours.subarray(0, chunk), theirs.subarray(chunk)]);
    assert.ok((await keptOf(sender, address)).equals(whole));
  });

  test('takes one of ten parts that claim the same place', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, 10 * megabyte);
    const parts = Array.from({ length: 10 }, () => randomBytes(megabyte));
    const answers = await Promise.all(
      parts.map((body, index) =>
        patch(index % 2 === 0 ? address : address.replace(one.origin, other.origin), sender, {
          offset: 0,
          body,
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    assert.ok(statuses.filter((status) => status === 204).length <= 1, statuses.join());
    assert.ok(
      statuses.every((status) => status === 204 || status === 409),
      statuses.join(),
    );
  });

  test('holds the memory of one connection at a process: those whose turn is over are sent away at once', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, megabyte);
    const idle = [];
    for (let times = 0; times < 20; times += 1) {
      const patching = patchSlowly(address, sender, { offset: 0, length: 1000 });
      patching.send(randomBytes(10));
      const { pool } = here.house.database;
      await until(async () => {
        const { rows } = await pool.query('SELECT FROM evidence.content WHERE id = $1 AND turn > $2', [
          idOf(address),
          times,
        ]);
        return rows.length > 0;
      });
      idle.push(patching);
    }
    const last = idle.pop();
    assert.deepEqual(new Set(await Promise.all(idle.map(({ answered }) => answered))), new Set([409]));
    last?.send(randomBytes(990));
    assert.equal(await last?.end(), 204);
    assert.equal(await offsetOf(address, sender), 1000);
  });

  test('is there for nobody else, and whoever may send nothing is told nothing', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, 1000);
    const body = randomBytes(1000);
    const stranger = await openFor('video');
    for (const who of [stranger, { ...sender, bundleId: '' }, { ...sender, bundleId: randomUUID() }])
      for (const [where, sent] of [
        [address, who],
        [`${one.endpoint}/${randomUUID()}`, sender],
        [`${one.endpoint}/x`, sender],
        [`${one.endpoint}/%00`, sender],
      ] as const) {
        assert.equal((await ask(where, sent)).status, 404);
        assert.equal((await patch(where, sent, { offset: 0, body })).status, 404);
        assert.equal((await ask(where, sent, { method: 'DELETE' })).status, 404);
      }
    const nobody = await fetch(one.endpoint, {
      method: 'POST',
      headers: { 'tus-resumable': '1.0.0', 'upload-length': '10' },
    });
    assert.equal(nobody.status, 403);
    assert.equal(await offsetOf(address, sender), 0);
  });

  test('can’t be begun or gone on with by a page of another site', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, 1000);
    const length = { 'upload-length': '1000' };
    const foreign = [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      assert.equal((await askToBegin(one, sender, { ...length, ...headers })).status, 403);
      const part = { offset: 0, body: randomBytes(10), headers };
      assert.equal((await patch(address, sender, part)).status, 403);
      assert.equal((await ask(address, sender, { method: 'DELETE', headers })).status, 403);
    }
    const own = { origin: here.house.settings.issuer, 'sec-fetch-site': 'same-origin' };
    assert.equal((await askToBegin(one, sender, { ...length, ...own })).status, 201);
    // What a form of another site can send has none of the headers that are needed, and no preflight allows them.
    const form = await fetch(one.endpoint, {
      method: 'POST',
      headers: mayUpload(sender.bundleId, sender.kind),
      body: new URLSearchParams({ a: 'b' }),
    });
    assert.ok([412, 415].includes(form.status), String(form.status));
    const preflight = await fetch(address, { method: 'OPTIONS' });
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
  });

  test('refuses what the protocol has no sense for', async () => {
    const sender = await openFor('image');
    for (const length of ['', '-1', '1e3', '0x10', 'ten', '99999999999999', '1.5'])
      assert.equal((await askToBegin(one, sender, { 'upload-length': length })).status, 400, length);
    assert.equal((await askToBegin(one, sender, { 'upload-length': '0' })).status, 400);
    assert.equal((await askToBegin(one, sender, { 'upload-defer-length': '1' })).status, 400);
    const spoken = { 'upload-length': '10', 'tus-resumable': '0.2.2' };
    const old = await askToBegin(one, sender, spoken);
    assert.deepEqual([old.status, old.headers.get('tus-version')], [412, '1.0.0']);
    const address = await begin(one, sender, 1000);
    const body = randomBytes(10);
    const wrong = async (headers: Record<string, string>) =>
      (await patch(address, sender, { offset: 0, body, headers })).status;
    assert.equal(await wrong({ 'content-type': 'application/octet-stream' }), 415);
    assert.equal(await wrong({ 'upload-offset': '' }), 400);
    assert.equal(await wrong({ 'upload-offset': '-1' }), 400);
    assert.equal(await wrong({ 'upload-offset': '1' }), 409);
    assert.equal((await patch(address, sender, { offset: 0, body: randomBytes(1001) })).status, 413);
    assert.equal(await offsetOf(address, sender), 0);
    const { status, headers } = await fetch(one.endpoint, { method: 'OPTIONS' });
    assert.deepEqual(
      [status, headers.get('tus-version'), headers.get('tus-extension')],
      [204, '1.0.0', 'creation,expiration,termination'],
    );
  });

  test('that lies about its length with no length of its parts keeps no more than it said', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, chunk);
    const line = patchSlowly(address, sender, { offset: 0 });
    for (let count = 0; count < 8; count += 1) line.send(randomBytes(chunk / 4));
    // Whoever still sends when the answer comes may see the connection close before it.
    assert.ok([413, 0].includes(await line.answered));
    assert.equal(await offsetOf(address, sender), chunk);
  });

  test('has a limit for each kind of file', async () => {
    const limits = { image: 10 * megabyte, video: 60 * megabyte };
    for (const kind of ['image', 'video'] as const) {
      const sender = await openFor(kind);
      const most = limits[kind];
      assert.equal((await askToBegin(one, sender, { 'upload-length': String(most) })).status, 201);
      const refused = await askToBegin(one, sender, { 'upload-length': String(most + 1) });
      assert.equal(refused.status, 413);
      assert.deepEqual(await refused.json(), { error: 'too_big' });
    }
  });

  test('is one of three that an account may have unfinished: a fourth takes the place of the oldest', async () => {
    const accountId = randomUUID();
    const [sender, another] = [await openFor('video', accountId), await openFor('video', accountId)];
    const addresses: string[] = [];
    for (const who of [sender, another, sender, another]) addresses.push(await begin(one, who, 1000));
    const [first = '', second = '', third = '', fourth = ''] = addresses;
    assert.equal((await ask(first, sender)).status, 404);
    for (const [address, who] of [
      [second, another],
      [third, sender],
      [fourth, another],
    ] as const)
      assert.equal((await ask(address, who)).status, 200);
    const begun = await Promise.all(Array.from({ length: 8 }, () => begin(one, sender, 1000)));
    const standing = await Promise.all(begun.map(async (address) => (await ask(address, sender)).status));
    assert.equal(standing.filter((status) => status === 200).length, 3);
  });

  test('is one of 120 that an account may begin in an hour, with whatever bundle', async (t) => {
    t.after(() => here.clock.reset());
    const accountId = randomUUID();
    for (let count = 0; count < 120; count += 1) {
      const sender = await openFor('image', accountId);
      await begin(count % 3 === 0 ? one : other, sender, 1000);
    }
    const another = await openFor('image', accountId);
    const refused = await askToBegin(one, another, { 'upload-length': '1000' });
    assert.deepEqual([refused.status, await refused.json()], [429, { error: 'busy' }]);
    here.clock.advance(3700);
    assert.equal((await askToBegin(one, another, { 'upload-length': '1000' })).status, 201);
  });

  test('of a video is not taken while three of the account wait to be looked at', async () => {
    const sender = await openFor('video');
    await here.house.database.pool.query(
      `INSERT INTO evidence.upload (id, bundle_id, kind, state, begun_at, turn, looks, expires_at)
       SELECT gen_random_uuid(), $1, 'video', 'arrived', $2, 0, 0, $2::timestamptz + interval '1 day'
       FROM generate_series(1, 3)`,
      [sender.bundleId, here.clock.now()],
    );
    assert.equal((await askToBegin(one, sender, { 'upload-length': '1000' })).status, 429);
    assert.equal((await askToBegin(one, await openFor('video'), { 'upload-length': '1000' })).status, 201);
  });

  test('that comes in ever so many bits is taken no more of', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, 1000);
    await here.house.database.pool.query('UPDATE evidence.content SET turn = 3999 WHERE id = $1', [
      idOf(address),
    ]);
    assert.equal((await patch(address, sender, { offset: 0, body: randomBytes(1) })).status, 204);
    assert.equal((await patch(address, sender, { offset: 1, body: randomBytes(1) })).status, 409);
  });

  test('does not keep its process from ending, and goes on at another', async () => {
    const sender = await openFor('video');
    const third = await startTestUploads({ house: here.house, evidence });
    const content = randomBytes(chunk + 2000);
    const address = await begin(third, sender, content.length);
    const line = patchSlowly(address, sender, { offset: 0, length: content.length });
    line.send(content.subarray(0, chunk + 1000));
    await until(async () => (await offsetOf(address, sender)) === chunk);
    const began = Date.now();
    await third.close();
    // Whoever sends nothing for long is broken off in any case.
    assert.ok(Date.now() - began < 15_000);
    assert.equal(await line.answered, 0);
    const elsewhere = address.replace(third.origin, one.origin);
    const offset = await offsetOf(elsewhere, sender);
    assert.equal(offset, chunk + 1000);
    assert.equal((await patch(elsewhere, sender, { offset, body: content.subarray(offset) })).status, 204);
    assert.ok((await keptOf(sender, elsewhere)).equals(content));
  });

  test('has no room in a bundle that is full', async () => {
    const full = await openFor('video');
    await here.house.database.pool.query(
      `INSERT INTO evidence.content (id, bundle_id, bytes, turn, has_objects) VALUES ($1, $2, $3, 0, false)`,
      [randomUUID(), full.bundleId, 390 * megabyte],
    );
    assert.equal((await askToBegin(one, full, { 'upload-length': String(20 * megabyte) })).status, 429);
    assert.equal((await askToBegin(one, full, { 'upload-length': String(5 * megabyte) })).status, 201);
  });

  test('ends when it is told to, also while it comes', async () => {
    const sender = await openFor('video');
    const address = await begin(one, sender, 4 * chunk);
    const line = patchSlowly(address, sender, { offset: 0, length: 4 * chunk });
    line.send(randomBytes(chunk + 1));
    await until(async () => (await offsetOf(address, sender)) === chunk);
    assert.equal((await ask(address, sender, { method: 'DELETE' })).status, 204);
    line.send(randomBytes(3 * chunk - 1));
    assert.equal(await line.end(), 409);
    assert.equal((await ask(address, sender)).status, 404);
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [sender.bundleId],
    );
    assert.equal(rows.length, 0);
  });

  test('that is not gone on with for a day is forgotten, with what had come of it', async (t) => {
    t.after(() => here.clock.reset());
    const sender = await openFor('video');
    const address = await begin(one, sender, 4 * chunk);
    const { headers } = await patch(address, sender, { offset: 0, body: randomBytes(chunk + 1) });
    const expires = new Date(headers.get('upload-expires') ?? '').getTime();
    assert.ok(Math.abs(expires - here.clock.now().getTime() - 24 * 3600 * 1000) < 10_000);
    const contents = async () => {
      const { rows } = await here.house.database.pool.query(
        'SELECT FROM evidence.content WHERE bundle_id = $1',
        [sender.bundleId],
      );
      return rows.length;
    };
    here.clock.advance(23 * 3600);
    await sweepEvidence(here.house.deps);
    assert.equal(await contents(), 1);
    here.clock.advance(3600);
    assert.equal((await patch(address, sender, { offset: chunk + 1, body: randomBytes(10) })).status, 404);
    await sweepEvidence(here.house.deps);
    assert.equal(await contents(), 0);
  });
});
