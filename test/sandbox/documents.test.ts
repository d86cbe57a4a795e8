import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { documentKinds } from '#proofing';
import { personas } from '#sandbox';
import sharp from 'sharp';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';

suite('documents for whoever has no camera', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(`/sandbox/documents/${path}`, sandbox.origin), {
      headers: { accept: 'text/html', ...headers },
    });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  test('are on a page for everybody who has a name, in English and Welsh', async () => {
    const front = await (await fetch(new URL('/sandbox', sandbox.origin))).text();
    assert.ok(front.includes('href="/sandbox/documents/p5"'));
    assert.ok(!front.includes('href="/sandbox/documents/p0-locked"'));
    for (const persona of personas) {
      const hasName = (persona.account?.identity?.details ?? persona.says)?.givenName !== undefined;
      assert.equal((await get(persona.id)).status, hasName ? 200 : 404, persona.id);
    }
    const english = await (await get('p5')).text();
    assert.match(english, /Documents of Priya Fields/u);
    for (const kind of documentKinds)
      assert.ok(english.includes(`/sandbox/documents/p5/photo.jpg?kind=${kind}"`), kind);
    assert.match(await (await get('p5', { cookie: 'language=cy' })).text(), /Dogfennau Priya Fields/u);
  });

  test('are downloaded as photos, also with something wrong', async () => {
    for (const query of [
      'kind=passport',
      'kind=uk-driving-licence&side=back&expiry=expired-long-ago&flaw=glare',
    ]) {
      const response = await get(`p5/photo.jpg?${query}`);
      assert.equal(response.headers.get('content-type'), 'image/jpeg');
      assert.match(
        response.headers.get('content-disposition') ?? '',
        /^attachment; filename="p5-[a-z-]+\.jpg"$/u,
      );
      const { format, width, height } = await sharp(await bytesOf(response)).metadata();
      assert.deepEqual([format, width, height], ['jpeg', 2000, 1500]);
    }
  });

  test('come with a video of the same face and the numbers that were asked for', async () => {
    for (const digits of ['4072', '4%200%207%202']) {
      const response = await get(`p5/video.webm?digits=${digits}&way=say`);
      assert.equal(response.headers.get('content-type'), 'video/webm');
      const video = await bytesOf(response);
      assert.equal(video.subarray(0, 4).toString('hex'), '1a45dfa3');
      assert.ok(video.length > 50_000 && video.length < 5_000_000);
    }
  });

  test('of nobody, of no kind, or with no numbers are not there', async () => {
    for (const path of [
      'nobody',
      'nobody/photo.jpg?kind=passport',
      'p0-locked/photo.jpg?kind=passport',
      'p5/photo.jpg',
      'p5/photo.jpg?kind=library-card',
      'p5/photo.jpg?kind=passport&flaw=torn',
      'p5/photo.jpg?kind=passport&kind=citizencard',
      'p5/video.webm',
      'p5/video.webm?digits=40721',
      'p5/video.webm?digits=4O72',
    ])
      assert.equal((await get(path)).status, 404, path);
  });

  test('are not drawn for everybody at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('p9/photo.jpg?kind=passport')));
    const statuses = answers.map(({ status }) => status);
    assert.ok(statuses.includes(200) && statuses.includes(503));
    assert.ok(answers.every(({ status, headers }) => status === 200 || headers.get('retry-after') === '3'));
  });

  test('nor is everybody at once before a camera, each of whom is a process; who was drawn is there again at once', async () => {
    const ids = ['p5', 'p9', 'p0', 'new', 'scotland', 'northern-ireland'];
    const answers = await Promise.all(ids.map((id) => get(`${id}/camera.js`)));
    const drawn = ids.filter((_, at) => answers[at]?.status === 200);
    assert.equal(drawn.length, 3);
    assert.ok(answers.every(({ status, headers }) => status === 200 || headers.get('retry-after') === '3'));
    const again = await Promise.all(drawn.map((id) => get(`${id}/camera.js`)));
    assert.ok(again.every(({ status }) => status === 200));
  });

  test('are for this machine alone', async () => {
    assert.equal((await get('p5', { 'x-forwarded-for': '203.0.113.7' })).status, 403);
    assert.equal((await get('p5/photo.jpg?kind=passport', { 'x-forwarded-for': '203.0.113.7' })).status, 403);
  });
});
