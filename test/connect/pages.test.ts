import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { z } from 'zod';
import { call } from '../sandbox/support.ts';
import { folderOfPages, readPage } from './support/page.ts';
import { lacks, openWorkshop, type Workshop } from './support/workshop.ts';

const index = readPage('README.md');
const names = readdirSync(folderOfPages).filter((name) => name !== 'README.md');
/** Where each library comes back to, as its own code or its default says. */
const redirectPaths: Record<string, string> = {
  'aspnet-core.md': '/signin-oidc',
  'auth-js.md': '/auth/callback/bevan',
  'authlib.md': '/callback',
  'laravel-socialite.md': '/callback',
  'openid-client.md': '/callback',
  'spring-security.md': '/login/oauth2/code/bevan',
};

test('the index leads to every page, and to no other', () => {
  const linked = [...index.text.matchAll(/\]\((?<page>[\w-]+\.md)\)/gu)].map((link) => link.groups?.['page']);
  assert.deepEqual(linked.toSorted(), names.toSorted());
  assert.deepEqual(Object.keys(redirectPaths), names.toSorted());
});

for (const name of names) {
  const { text, files, steps } = readPage(name);

  test(`${name} says what is needed, what to do, what one sees, and what goes wrong`, () => {
    const headings = [...text.matchAll(/^## (?<heading>.+)$/gmu)].map((found) => found.groups?.['heading']);
    assert.deepEqual(headings, [
      'You need',
      '1. Register the service',
      '2. The service',
      '3. Run it',
      'What goes wrong',
    ]);
    assert.match(text, /Our tests (run|don't run) /u);
    assert.match(text, /"vot": "P0\.Cp\.Cd"/u);
    assert.ok(steps.has('register'));
    const code = [...files.values()].join('\n');
    for (const part of [/P0\.Cp\.Cd/u, /vtr/u, /\bvot\b/u, /identity_proofing_level/u, /RS512|RsaSha512/u]) {
      assert.match(code, part);
    }
  });

  test(`every block of ${name} that our tests are to use is marked so that they find it`, () => {
    const marked = [...text.matchAll(/^```\w+ (?:file|step)=/gmu)].length;
    assert.equal(marked, files.size + steps.size);
    assert.doesNotMatch(text, /[\t\r]/u);
  });
}

suite('the sandbox', { skip: lacks('bash', 'openssl', 'curl') }, () => {
  let workshop: Workshop;
  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop.close());

  for (const name of names) {
    test(`registers the service of ${name} as the page says, where that library comes back to`, async () => {
      const clientId = await workshop.register(readPage(name));
      const { body } = await call(workshop.sandbox, 'GET', `/clients/${clientId}`);
      const registered = z
        .object({ redirect_uris: z.array(z.url()), scopes: z.array(z.string()) })
        .parse(body);
      assert.deepEqual(
        registered.redirect_uris.map((address) => new URL(address).pathname),
        [redirectPaths[name]],
      );
      assert.deepEqual(registered.scopes, ['openid', 'profile', 'email', 'phone']);
    });
  }

  test('signs somebody in without a browser, as the index says', async () => {
    const clientId = await workshop.register(readPage('openid-client.md'));
    const { body } = await call(workshop.sandbox, 'GET', `/clients/${clientId}`);
    const [redirectUri = ''] = z.object({ redirect_uris: z.array(z.string()) }).parse(body).redirect_uris;
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid profile',
      state: 'a b',
      nonce: 'n',
      vtr: '["P0.Cp.Cd"]',
    });
    const address = `${workshop.sandbox.origin}/authorize?${asked.toString()}`;
    const answer = await workshop.run(index, 'sign-in', { AUTHORIZE_URL: address });
    const { location } = z.object({ location: z.url() }).parse(JSON.parse(answer));
    const { searchParams } = new URL(location);
    assert.deepEqual([searchParams.get('state'), searchParams.has('code')], ['a b', true]);
  });
});
