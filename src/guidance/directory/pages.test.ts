import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { removeClient } from '#partners';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { listing, registerListed, assurances } from '../../../test/support/listing.ts';
import { readPage, type Page } from '../../../test/support/page.ts';

let app: TestApp;
const nastyName = '"><script>alert(1)</script>{{7*7}}';

before(async () => {
  app = await startTestApp({ resting: true });
  await registerListed(app.home, 'Hilltop Prescriptions', {
    vectors: ['P9.Cp.Cd'],
    nations: ['england', 'wales'],
    tos_uri: 'https://riverbank.example/terms?a=1&b=2',
  });
  await registerListed(app.home, 'Glen', {
    nations: ['scotland'],
    vectors: ['P5.Cp', 'P9.Cp'],
    assurances: { ...assurances, benefit: { en: 'People in Scotland stay well.' } },
    listing: { ...listing, description: { en: 'For people in Scotland.' }, languages: ['gd'] },
  });
  await registerListed(app.home, nastyName, {
    listing: { ...listing, operator: '<img src=x onerror=alert(1)>' },
  });
  await registerListed(app.home, 'Hidden', { listing: undefined });
});
after(() => app.close());

async function open(path: string, language = 'en'): Promise<Page> {
  const address = new URL(path, app.origin);
  const answer = await fetch(address, { headers: { accept: 'text/html', 'accept-language': language } });
  return readPage({ status: answer.status, address, headers: answer.headers, html: await answer.text() });
}

const ownLinks = (page: Page) => page.links.filter(({ href }) => /^\/services\/[0-9a-f]+$/u.test(href));
const namesOn = (page: Page) => ownLinks(page).map(({ text }) => text);

async function openService(name: string, language?: string): Promise<Page> {
  const link = ownLinks(await open('/services')).find(({ text }) => text === name);
  return open(link?.href ?? '', language);
}

suite('the list of services', () => {
  test('is there for everybody, with what they need to know, and sets no cookie', async () => {
    const page = await open('/services');
    assert.equal(page.status, 200);
    assert.equal(page.headers.get('set-cookie'), null);
    assert.deepEqual(namesOn(page), ['Glen', 'Hilltop Prescriptions', nastyName]);
    assert.match(page.text, /3 services/u);
    for (const words of [
      'Book and cancel appointments at your surgery.',
      'Run by Riverbank Digital Ltd',
      'Commissioned by Made-up Vale Integrated Care Board',
      'Cost Free to use',
      'What you need to sign in High level: proof of who you are.',
      'For people who live in England, Wales',
      'Languages English, Welsh',
    ])
      assert.ok(page.text.includes(words), words);
  });

  test('never has a service that is not listed, nor how any of them connects', async () => {
    const { html } = await open('/services');
    assert.ok(!html.includes('Hidden'));
    for (const secret of ['hilltop-prescriptions-', '/callback', 'jwks'])
      assert.ok(!html.includes(secret), secret);
  });

  test('is searched and narrowed down by its address, and the form shows for what', async () => {
    assert.deepEqual(namesOn(await open('/services?q=HILLTOP')), ['Hilltop Prescriptions']);
    assert.deepEqual(namesOn(await open('/services?nation=scotland&language=gd')), ['Glen']);
    assert.deepEqual(namesOn(await open('/services?level=P5')), ['Glen']);
    const page = await open('/services?q=hilltop&nation=wales&level=P9&language=cy');
    assert.deepEqual(namesOn(page), ['Hilltop Prescriptions']);
    assert.equal(page.forms[0]?.fields['q'], 'hilltop');
    for (const chosen of ['wales', 'P9', 'cy'])
      assert.match(page.html, new RegExp(`<option value="${chosen}" selected>`, 'u'));
    assert.match(page.html, /<details class="nhsuk-details" open>/u);
    assert.ok(page.links.some(({ text, href }) => text === 'Show all services' && href === '/services'));
  });

  test('says what to do when nothing is found', async () => {
    const page = await open('/services?q=there+is+no+such+thing');
    assert.equal(page.status, 200);
    assert.match(page.text, /No services found You can: check the spelling/u);
  });

  test('keeps what is looked for when the language is switched', async () => {
    const page = await open('/services?q=gl%C3%AAn+%26co&nation=scotland&page=7&other=1');
    const link = page.links.find(({ text }) => text === 'Cymraeg');
    const kept = new URL(link?.href ?? '', app.origin);
    assert.deepEqual(Object.fromEntries(kept.searchParams), {
      q: 'glên &co',
      nation: 'scotland',
      lang: 'cy',
    });
  });

  test('speaks Welsh, and marks what is in English only', async () => {
    const page = await open('/services', 'cy');
    assert.equal(page.language, 'cy');
    assert.match(page.text, /3 gwasanaeth/u);
    assert.match(page.text, /Trefnu a chanslo apwyntiadau/u);
    assert.match(page.html, /<span lang="en">For people in Scotland\.<\/span>/u);
    assert.match(page.html, /<span>Trefnu a chanslo/u);
    assert.match(page.text, /Lloegr, Cymru/u);
  });

  test('may be kept, and need not be sent again as long as it is the same', async () => {
    const etag = (await open('/services')).headers.get('etag') ?? '';
    const ask = () =>
      fetch(`${app.origin}/services`, { headers: { 'if-none-match': etag, 'accept-language': 'en' } });
    assert.equal((await ask()).status, 304);
    const added = await registerListed(app.home, 'Added');
    assert.equal((await ask()).status, 200);
    await app.home.house.transact((deps) => removeClient(deps, added.clientId));
    assert.equal((await ask()).status, 304);
  });

  test('shows twenty on a page, and leads to the others with what is looked for', async () => {
    const many = [];
    for (let number = 10; number < 35; number += 1)
      many.push(await registerListed(app.home, `Clinic ${number}`));
    const first = await open('/services?q=clinic&nation=wales');
    assert.match(first.text, /25 services/u);
    assert.match(first.title, /page 1 of 2/u);
    const next = first.links.find(({ text }) => text.startsWith('Next'));
    const second = await open(next?.href ?? '');
    assert.deepEqual(
      [...namesOn(first), ...namesOn(second)],
      many.map(({ clientName }) => clientName),
    );
    assert.ok(second.links.some(({ href }) => href === '/services?q=clinic&nation=wales'));
    for (const page of ['0', '-1', '3', '999999', '1e9', 'two', '2&page=1'])
      assert.equal((await open(`/services?q=clinic&page=${page}`)).status, 200, page);
    for (const { clientId } of many) await app.home.house.transact((deps) => removeClient(deps, clientId));
  });
});

suite('what is odd in an address', () => {
  const everything = 3;
  for (const query of [
    'nation=atlantis',
    'level=P7',
    'language=tlh',
    'q=a&q=b',
    'q[]=a',
    'q=%00',
    'q=%25%25',
    'q=%F0%9F%90%A2',
    'nation=__proto__',
  ]) {
    test(`is passed over: ${query}`, async () => {
      const page = await open(`/services?${query}`);
      assert.deepEqual([page.status, namesOn(page).length], [200, everything]);
    });
  }

  test('is not run, neither by the database nor by the browser', async () => {
    for (const text of [`'; DROP TABLE partners.client; --`, '"><script>alert(1)</script>', '{{ 7*7 }}']) {
      const page = await open(`/services?q=${encodeURIComponent(text)}`);
      assert.equal(page.status, 200);
      assert.equal(page.forms[0]?.fields['q'], text);
      assert.doesNotMatch(page.html, /<script>alert|\b49\b/u);
    }
    assert.equal(namesOn(await open('/services')).length, everything);
  });

  test('is cut off where it is endless', async () => {
    const page = await open(`/services?q=${'glen+'.repeat(2000)}`);
    assert.deepEqual([page.status, namesOn(page)], [200, ['Glen']]);
    assert.ok((page.forms[0]?.fields['q'] ?? '').length <= 100);
    assert.ok(page.html.length < 50_000);
  });
});

suite('a service’s own page', () => {
  test('says what people can rely on, what they need, and where to read more', async () => {
    const page = await openService('Hilltop Prescriptions');
    assert.equal(page.status, 200);
    assert.equal(page.heading, 'Hilltop Prescriptions');
    assert.match(page.title, /^Hilltop Prescriptions – /u);
    for (const words of [
      'How it helps with health or social care: People get the care they need sooner.',
      'Commissioned by Made-up Vale Integrated Care Board',
      'It is free at the point of use',
      'High level: proof of who you are.',
    ])
      assert.ok(page.text.includes(words), words);
    assert.doesNotMatch(page.text, /it can ask for more/u);
    const outward = page.links.filter(({ href }) => href.startsWith('http'));
    assert.deepEqual(
      outward.map(({ href }) => href),
      [
        'https://riverbank.example/',
        'https://riverbank.example/help',
        'https://riverbank.example/privacy',
        'https://riverbank.example/terms?a=1&b=2',
        'https://riverbank.example/accessibility',
      ],
    );
    assert.equal(page.html.split('rel="noopener noreferrer external"').length - 1, outward.length);
  });

  test('says when it can ask for more, and in Welsh that it speaks English of itself', async () => {
    assert.match((await openService('Glen')).text, /it can ask for more: High level/u);
    const welsh = await openService('Glen', 'cy');
    assert.match(welsh.text, /Dim ond yn Saesneg/u);
    assert.match(welsh.html, /<span lang="en">People in Scotland stay well\.<\/span>/u);
  });

  test('shows what a service calls itself and its operator as text, whatever it is', async () => {
    const page = await openService(nastyName);
    assert.equal(page.heading, nastyName);
    assert.doesNotMatch(page.html, /<script>alert|<img|\b49\b/u);
    assert.ok(page.text.includes('<img src=x onerror=alert(1)>'));
  });

  test('keeps an address an address, whatever it holds', async () => {
    const home = `https://riverbank.example/'"><script>alert(1)</script>#"onfocus="alert(1)`;
    const { clientId, directoryId } = await registerListed(app.home, 'Quoted', { client_uri: home });
    for (const page of [await open(`/services/${directoryId}`), await open('/services?q=quoted')]) {
      assert.ok(page.links.some(({ href }) => href === home));
      assert.doesNotMatch(page.html, /<script>alert|"onfocus/u);
    }
    await app.home.house.transact((deps) => removeClient(deps, clientId));
  });

  test('is gone with the service', async () => {
    const { clientId, directoryId } = await registerListed(app.home, 'Gone soon');
    assert.equal((await open(`/services/${directoryId}`)).status, 200);
    await app.home.house.transact((deps) => removeClient(deps, clientId));
    assert.equal((await open(`/services/${directoryId}`)).status, 404);
    assert.ok(!(await open('/services')).text.includes('Gone soon'));
  });

  test('is not found by anything but its id', async () => {
    for (const id of ['%00', 'hilltop-prescriptions', '0'.repeat(16), 'a'.repeat(500), "'%20OR%201=1"])
      assert.equal((await open(`/services/${id}`)).status, 404, id);
  });
});
