import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import { crawlPublicPages, ownLinks, type FoundPage } from '../support/public-pages.ts';

let app: TestApp;
let english: readonly FoundPage[];
let welsh: readonly FoundPage[];
const read = (language: string) => new Person(app, { headers: { 'accept-language': language } });
before(async () => {
  app = await startTestApp({ resting: true });
  english = await crawlPublicPages(read('en'));
  welsh = await crawlPublicPages(read('cy'));
});
after(() => app.close());

const expected = [
  '/',
  '/who-can-use-it',
  '/before-you-start',
  '/levels',
  '/help',
  '/help/security-codes',
  '/help/passwords',
  '/help/lost-phone',
  '/help/start-again',
  '/help/remembered-devices',
  '/help/stopped',
  '/help/matching',
  '/help/nhs-number',
  '/help/details-out-of-date',
  '/help/several-logins',
  '/help/sharing',
  '/help/somebody-else',
  '/help/texts-and-emails',
  '/help/without-a-smartphone',
  '/help/languages',
  '/help/other-ways',
  '/help/references',
  '/contact',
  '/accessibility',
  '/privacy',
  '/cookies',
  '/for-staff',
];

describe('every page that anybody may read', () => {
  test('is found from the front page, in both languages, at the same addresses', () => {
    const paths = english.map(({ path }) => path);
    assert.deepEqual(
      expected.filter((path) => !paths.includes(path)),
      [],
    );
    assert.deepEqual(welsh.map(({ path }) => path).toSorted(), paths.toSorted());
  });

  test('is there, says what it is in its title, and reads differently in the other language', () => {
    const others = new Map(welsh.map(({ path, page }) => [path, page]));
    for (const { path, page } of english) {
      const other = others.get(path);
      assert.deepEqual([page.status, other?.status], [200, 200], path);
      assert.deepEqual([page.language, other?.language], ['en', 'cy'], path);
      for (const one of [page, other]) {
        assert.equal(one?.title, `${one?.heading} – Bevan login`, path);
        assert.doesNotMatch(one?.text ?? '', /undefined|\[object|\]\(|\{\w+\}/u, path);
      }
      assert.notEqual(page.title, path === '/help' ? '' : other?.title, path);
      assert.notEqual(page.text, other?.text, path);
    }
  });

  test('has links only to pages that exist, and to parts that those pages have', async () => {
    const pages = new Map(english.map(({ path, page }) => [path, page]));
    const signedOut = read('en');
    for (const { path, page } of english) {
      for (const link of ownLinks(page)) {
        const target = pages.get(`${link.pathname}${link.search}`) ?? (await signedOut.open(link));
        const isSandbox = link.pathname.startsWith('/sandbox');
        assert.ok(isSandbox || target.status === 200, `${path} leads to ${link.href}: ${target.status}`);
        const part = link.hash.slice(1);
        assert.ok(part === '' || target.html.includes(`id="${part}"`), `${path} leads to ${link.href}`);
      }
    }
  });

  test('is read without any cookie, and may be kept if it is asked for again', async () => {
    for (const { path } of english) {
      const reader = read('en');
      const answer = await reader.send(path);
      const redirected = answer.status === 303;
      assert.ok(redirected || answer.status === 200, path);
      assert.deepEqual(answer.headers.getSetCookie(), [], path);
      if (redirected) continue;
      assert.equal(answer.headers.get('cache-control'), 'public, no-cache', path);
      assert.equal(answer.headers.get('vary'), 'Cookie, Accept-Language', path);
      const tag = answer.headers.get('etag') ?? '';
      assert.match(tag, /^"[\w-]{43}"$/u, path);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
        const again = await reader.send(path, { headers: { 'if-none-match': known } });
        assert.deepEqual([again.status, await again.text()], [304, ''], path);
        assert.equal(again.headers.get('etag'), tag);
      }
      const other = await read('cy').send(path, { headers: { 'if-none-match': tag } });
      assert.equal(other.status, 200, `${path} in the other language is another page`);
    }
  });

  test('stays the same page when the language is switched, and switched back', async () => {
    for (const { path } of english) {
      const reader = read('en');
      const before = await reader.open(path);
      const welshPage = await reader.follow('Cymraeg');
      const here = before.address.href.replace(before.address.hash, '');
      assert.deepEqual([welshPage.address.href, welshPage.language], [here, 'cy'], path);
      const again = await reader.follow('English');
      assert.equal(again.html, before.html, path);
      assert.deepEqual(Object.keys(reader.cookies), ['language'], path);
    }
  });

  test('shows nothing of its address that was not there for it', async () => {
    for (const path of expected) {
      for (const query of ['x=zebra', 'reference=zebra', 'reference=%3Cscript%3Ezebra', 'facts=zebra']) {
        const { html, status } = await read('en').open(`${path}?${query}`);
        assert.equal(status, 200);
        assert.ok(!html.includes('zebra'), `${path}?${query}`);
      }
    }
  });

  test('never speaks of another login as if it were ours', () => {
    for (const { path, page } of [...english, ...welsh])
      assert.doesNotMatch(page.html, /NHS login|mewngofnodi GIG/iu, path);
  });
});

test('every other page leads to help, contact, privacy, cookies and accessibility', async () => {
  const lost = await read('en').open('/nowhere');
  const links = lost.links.map(({ href }) => href);
  for (const place of ['/', '/help', '/contact', '/privacy', '/cookies', '/accessibility', '/for-staff'])
    assert.ok(links.includes(place), place);
  assert.ok(!links.includes('/terms'));
  assert.equal((await read('en').open('/terms')).status, 404);
});

test('a sandbox says of the texts that an operator answers for, that they must be reviewed', async () => {
  for (const path of ['/privacy', '/accessibility']) {
    assert.match((await read('en').open(path)).text, /Whoever runs it for real people must review it/u);
    assert.match((await read('cy').open(path)).text, /ei adolygu/u);
  }
});

describe('an operator', () => {
  const own = {
    BEVAN_OPERATOR_NAME: 'Example Care Trust',
    BEVAN_ACCESSIBILITY_URL: 'https://trust.example/access',
    BEVAN_TERMS_URL: 'https://trust.example/terms',
  };

  test('is named in the privacy notice', async () => {
    assert.match(
      (await read('en').open('/privacy')).text,
      /The organisation that runs Bevan login is responsible/u,
    );
    const theirs = await startTestApp({ environment: own, resting: true });
    const page = await new Person(theirs).open('/privacy');
    assert.match(page.text, /Example Care Trust is responsible for what Bevan login does/u);
    await theirs.close();
  });

  test('who has pages of their own is where the addresses lead', async () => {
    const environment = { ...own, BEVAN_PRIVACY_URL: 'https://trust.example/privacy' };
    const theirs = await startTestApp({ environment, resting: true });
    const reader = new Person(theirs);
    for (const [path, address] of [
      ['/privacy', 'https://trust.example/privacy'],
      ['/accessibility', 'https://trust.example/access'],
      ['/terms', 'https://trust.example/terms'],
    ] as const) {
      const answer = await reader.send(path);
      assert.deepEqual([answer.status, answer.headers.get('location')], [302, address]);
    }
    const links = (await reader.open('/')).links.map(({ href }) => href);
    assert.ok(links.includes('/terms'));
    await theirs.close();
  });
});
