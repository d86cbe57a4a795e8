import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { createLog } from '#foundation/log';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  atCapture,
  attemptOf,
  chooseDocument,
  methodFolders,
  photograph,
  somePhoto,
} from '../support/capture-walks.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { expectPage } from '../support/walks.ts';
import type { Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
const complaints: string[] = [];

before(async () => {
  const log = createLog({ level: 'warn', destination: { write: (line) => complaints.push(line) } });
  app = await startTestApp({ register: true, gpSystems: true, methodFolders, log });
  service = await registerAskingService(app);
});
after(() => app.close());

/** Somebody on the page that takes a photo, and what that page's form has. */
async function atPhoto(name: string): Promise<Matched & { address: string; csrf: string; cookie: string }> {
  const person = await atCapture({ app, service }, somebody(name));
  const { browser } = person;
  await chooseDocument(browser, 'passport');
  const [form] = browser.page.forms;
  const cookie = Object.entries(browser.cookies)
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
  return { ...person, address: browser.page.address.pathname, csrf: form?.fields['_csrf'] ?? '', cookie };
}

const boundary = 'xxxxxxxx';
interface Part {
  readonly name: string;
  readonly file?: string;
  readonly body: string | Uint8Array;
}

function multipart(parts: readonly Part[], { isEnded = true } = {}): Buffer {
  const written = parts.map(({ name, file, body }) => {
    const of = file === undefined ? '' : `; filename="${file}"\r\nContent-Type: image/jpeg`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${of}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(body), Buffer.from('\r\n')]);
  });
  return Buffer.concat([...written, Buffer.from(isEnded ? `--${boundary}--\r\n` : '')]);
}

function post(
  { address, cookie }: { address: string; cookie: string },
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
) {
  return rawRequest(app.listensAt, {
    method: 'POST',
    path: address,
    body,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, cookie, ...headers },
  });
}

async function filesOf(person: Matched): Promise<number> {
  const { bundleId } = await attemptOf(person);
  const { rows } = await app.home.house.database.pool.query(
    'SELECT file.id FROM evidence.file JOIN evidence.content ON content.id = file.id WHERE bundle_id = $1',
    [bundleId],
  );
  return rows.length;
}

describe('a form with a file', () => {
  test('that no page of ours made is refused before its file is read', async () => {
    const ada = await atPhoto('ada');
    const photo = { name: 'photo', file: 'p.jpg', body: (await somePhoto()).bytes };
    const csrf = { name: '_csrf', body: ada.csrf };
    const forged = [[photo], [{ ...csrf, body: 'forged' }, photo], [photo, csrf]];
    for (const parts of forged) assert.equal((await post(ada, multipart(parts))).status, 403);
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    assert.equal((await post(ada, multipart([csrf, photo]), crossSite)).status, 403);
    assert.equal(await filesOf(ada), 0);
    assert.equal((await post(ada, multipart([csrf, photo]))).status, 303);
    assert.equal(await filesOf(ada), 1);
  });

  test('has one file, in the field that was asked for', async () => {
    const ben = await atPhoto('ben');
    const photo = { name: 'photo', file: 'p.jpg', body: (await somePhoto()).bytes };
    const csrf = { name: '_csrf', body: ben.csrf };
    assert.equal((await post(ben, multipart([csrf, photo, photo]))).status, 400);
    assert.equal((await post(ben, multipart([csrf, { ...photo, name: 'video' }]))).status, 400);
    assert.equal((await attemptOf(ben)).captured.front, undefined);
  });

  test('that is damaged, without its length, or endless is refused', async () => {
    const cai = await atPhoto('cai');
    const parts = [
      { name: '_csrf', body: cai.csrf },
      { name: 'photo', file: 'p.jpg', body: (await somePhoto()).bytes },
    ];
    assert.equal((await post(cai, multipart(parts, { isEnded: false }))).status, 400);
    assert.equal((await post(cai, Buffer.from('no parts'))).status, 400);
    const noBoundary = { 'content-type': 'multipart/form-data' };
    assert.equal((await post(cai, multipart(parts), noBoundary)).status, 400);
    const damaged = [{ name: '_csrf', body: Buffer.from([0xff, 0xfe]) }];
    assert.equal((await post(cai, multipart(damaged))).status, 400);
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await post(cai, multipart(parts), chunked)).status, 400);
    const fields = Array.from({ length: 1000 }, (_, index) => ({ name: `f${index}`, body: 'x' }));
    assert.equal((await post(cai, multipart(fields))).status, 400);
    const status = await sendSome(cai, { claimed: 10_000_000_000, bytes: 1000 });
    assert.equal(status, 413);
    assert.equal((await attemptOf(cai)).captured.front, undefined);
  });

  test('that is odd in whatever way is refused, and is nobody’s fault but its sender’s', async () => {
    const hal = await atPhoto('hal');
    const csrf = { name: '_csrf', body: hal.csrf };
    const whole = multipart([csrf, { name: 'photo', file: 'a.jpg', body: 'no picture' }]);
    const odd: Readonly<Record<string, readonly [Buffer, string?]>> = {
      'ten thousand fields': [
        multipart([csrf, ...Array.from({ length: 10_000 }, (_, at) => ({ name: `f${at}`, body: 'x' }))]),
      ],
      'no boundary': [whole, 'multipart/form-data'],
      'an empty boundary': [whole, 'multipart/form-data; boundary='],
      'an endless boundary': [whole, `multipart/form-data; boundary=${'b'.repeat(5000)}`],
      'an unknown character set': [whole, `multipart/form-data; charset=klingon; boundary=${boundary}`],
      'a field of every object': [
        multipart([csrf, { name: '__proto__', body: 'x' }, { name: 'constructor', body: 'x' }]),
      ],
      'a part with no name': [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--${boundary}--\r\n`),
      ],
      'ten thousand headers on a part': [
        Buffer.from(`--${boundary}\r\n${'X-A: b\r\n'.repeat(10_000)}\r\nx\r\n--${boundary}--\r\n`),
      ],
      'parts in a part': [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="photo"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--\r\n--${boundary}--\r\n`,
        ),
      ],
      'a field in the place of the file': [multipart([csrf, { name: 'photo', body: 'no picture' }])],
      'the sign of a page of ours behind the file': [
        multipart([{ name: 'photo', file: 'a.jpg', body: 'x' }, csrf]),
      ],
      'the sign twice, first a false one': [multipart([{ name: '_csrf', body: 'x' }, csrf])],
      'nothing at all': [Buffer.alloc(0)],
    };
    complaints.length = 0;
    for (const [name, [body, type]] of Object.entries(odd)) {
      const answer = await post(hal, body, type === undefined ? {} : { 'content-type': type });
      assert.ok(answer.status >= 300 && answer.status < 500, `${name}: ${answer.status}`);
      assert.equal((await attemptOf(hal)).captured.front, undefined, name);
    }
    assert.deepEqual(complaints, []);
  });

  test('is not taken by a page that asks for none', async () => {
    const dot = await atPhoto('dot');
    const document = { ...dot, address: dot.address.replace(/front$/u, 'document') };
    const parts = [
      { name: '_csrf', body: dot.csrf },
      { name: 'documentKind', body: 'citizencard' },
    ];
    assert.equal((await post(document, multipart(parts))).status, 403);
    assert.equal((await post({ ...dot, address: '/session/end/confirm' }, multipart(parts))).status, 415);
    assert.equal((await attemptOf(dot)).captured.documentKind, 'passport');
  });

  test('whose sender goes away leaves nothing, and troubles nobody', async () => {
    const eve = await atPhoto('eve');
    complaints.length = 0;
    for (const bytes of [600, 20_000, 40_000]) await sendSome(eve, { bytes, goesAway: true });
    await wait(500);
    await until(async () => (await filesOf(eve)) === 0);
    assert.deepEqual(complaints, []);
    await photograph(eve.browser, 'passport');
    expectPage(eve.browser, 'photos-send');
  });

  test('that is sent twice by a hand that trembles is one photo', async () => {
    const fay = await atPhoto('fay');
    const parts = [
      { name: '_csrf', body: fay.csrf },
      { name: 'photo', file: 'p.jpg', body: (await somePhoto()).bytes },
    ];
    const answers = await Promise.all([1, 2, 3].map(() => post(fay, multipart(parts))));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    );
    await fay.browser.open(fay.address.replace(/\/[^/]+$/u, ''));
    expectPage(fay.browser, 'photos-front-check');
  });
});

test('sixty photos in an hour are enough for anybody', async () => {
  const gil = await atPhoto('gil');
  const nothing = multipart([
    { name: '_csrf', body: gil.csrf },
    { name: 'photo', file: 'p.jpg', body: 'nothing' },
  ]);
  for (let sent = 0; sent < 60; sent += 1) await post(gil, nothing);
  await gil.browser.upload(await somePhoto());
  assert.match(gil.browser.page.errors['photo'] ?? '', /many photos in a short time/u);
});

/** Sends the beginning of a form with a photo. @returns the status of an answer that came nevertheless */
async function sendSome(
  { address, cookie, csrf }: { address: string; cookie: string; csrf: string },
  { claimed, bytes, goesAway = false }: { claimed?: number; bytes: number; goesAway?: boolean },
): Promise<number | undefined> {
  const whole = multipart([
    { name: '_csrf', body: csrf },
    { name: 'photo', file: 'p.jpg', body: (await somePhoto()).bytes },
  ]);
  const { hostname, port } = new URL(app.listensAt);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST ${address} HTTP/1.1`,
    `Host: ${hostname}`,
    'Accept: text/html',
    `Cookie: ${cookie}`,
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${claimed ?? whole.length}`,
  ].join('\r\n');
  socket.write(`${head}\r\n\r\n`);
  socket.write(whole.subarray(0, bytes));
  if (goesAway) {
    await wait(100);
    socket.destroy();
    return undefined;
  }
  const [answer = ''] = await socket.setEncoding('utf8').take(1).toArray();
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d{3})/u.exec(String(answer))?.[1]);
}
