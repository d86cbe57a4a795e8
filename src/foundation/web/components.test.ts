import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import { TemplateLoader } from './components.ts';
import { createPages, loadAssets, type Pages } from './index.ts';

let pages: Pages;
before(async () => {
  const assets = await loadAssets();
  pages = await createPages({
    serviceName: 'Login',
    supportContact: 'help@login.example',
    sandbox: false,
    assets,
  });
});

const showEmailPage = (email: string, language: 'en' | 'cy' = 'en') =>
  pages.render('journeys/sign-in/enter-email', { language, address: '/here' }, { values: { email } });

test('a field shows what this person typed, whoever typed before', () => {
  const first = showEmailPage('ada@people.example');
  assert.match(first, /value="ada@people\.example"/u);
  const second = showEmailPage('bob@people.example');
  assert.match(second, /value="bob@people\.example"/u);
  assert.doesNotMatch(second, /ada@people/u);
  assert.equal(showEmailPage('ada@people.example'), first);
});

test('a component speaks the language of its page, whichever was shown before', () => {
  const [english, welsh] = [showEmailPage(''), showEmailPage('', 'cy')];
  assert.match(english, />\s*Continue\s*</u);
  assert.match(welsh, />\s*Parhau\s*</u);
  assert.equal(showEmailPage(''), english);
});

test('what frames a page speaks its language, whichever was shown before', () => {
  for (const language of ['en', 'cy', 'en'] as const) {
    for (const page of ['journeys/sign-in/enter-email', 'foundation/web/problem']) {
      const html = pages.render(page, { language, address: '/here' }, { problem: 'over', values: {} });
      const [skip, footer] =
        language === 'en' ? ['Skip to main content', 'Privacy'] : ['Neidio i’r prif gynnwys', 'Preifatrwydd'];
      assert.ok(html.includes(skip), skip);
      assert.ok(html.includes(footer), footer);
    }
  }
});

test('the words of the layout are the layout’s alone, so that it is the same around every page', () => {
  const withLayout = globSync('src/**/content.*.json').filter((file) =>
    Object.hasOwn(JSON.parse(readFileSync(file, 'utf8')), 'layout'),
  );
  assert.deepEqual(withLayout.toSorted(), [
    'src/foundation/web/content.cy.json',
    'src/foundation/web/content.en.json',
  ]);
});

test('a person’s values are filled into words each time, also into words that were shown before', () => {
  const showFirstPage = (clientName: string) =>
    pages.render('journeys/enter/choose', { language: 'en', address: '/here' }, { clientName, values: {} });
  assert.match(showFirstPage('Anna’s Pharmacy'), /Anna’s Pharmacy/u);
  const second = showFirstPage('Bob’s Surgery');
  assert.match(second, /Bob’s Surgery/u);
  assert.doesNotMatch(second, /Anna/u);
});

test('what was typed is escaped, the first time and every further time', () => {
  for (let times = 0; times < 3; times += 1) {
    const page = showEmailPage('"><script>alert(1)</script>');
    assert.doesNotMatch(page, /<script>alert/u);
    assert.match(page, /value="&quot;&gt;&lt;script&gt;/u);
  }
});

test('a field stays right after more different ones than can be remembered', () => {
  for (let count = 0; count < 1200; count += 1) {
    assert.match(showEmailPage(`person-${count}@people.example`), new RegExp(`value="person-${count}@`, 'u'));
  }
  assert.match(showEmailPage('person-0@people.example'), /value="person-0@/u);
});

test('text that is as long as a form may be is shown in full', () => {
  const long = `${'a'.repeat(60_000)}@people.example`;
  assert.ok(showEmailPage(long).includes(`value="${long}"`));
  assert.ok(showEmailPage(long).includes(`value="${long}"`));
});

test('every component of the design system is remembered', () => {
  const kit = path.join(
    path.dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json')),
    'dist',
  );
  const macros = globSync('nhsuk/components/*/macro.njk', { cwd: kit });
  assert.ok(macros.length > 20);
  const loader = new TemplateLoader(kit);
  for (const macro of macros) {
    assert.match(
      loader.getSource(macro.split(path.sep).join('/')).src,
      /\{\{- component\("nhsuk\/components\//u,
      macro,
    );
  }
});
