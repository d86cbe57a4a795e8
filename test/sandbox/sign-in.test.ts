import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readSimulatedInbox } from '#messaging';
import { personas } from '#sandbox';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, signIn } from './support.ts';

const p0 = personas.find(({ id }) => id === 'p0');

suite('signing in without a browser', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  test('ends where a browser would have: with a code that gives the person’s claims', async () => {
    const service = await registerService(sandbox);
    const answer = await signIn(sandbox, { url: await service.ask(), persona: 'p0' });
    assert.equal(answer.status, 200);
    const { idToken, userinfo } = await service.exchange(locationIn(answer));
    assert.equal(idToken.sub, p0?.account?.sub);
    assert.equal(idToken['vot'], 'P0.Cp');
    assert.equal(userinfo.email, 'p0@people.example');
    assert.equal(userinfo.phone_number, '+447700900002');
  });

  test('a request that needs a second factor gets a code that was sent, read and entered', async () => {
    await call(sandbox, 'POST', '/personas/p0/reset');
    await call(sandbox, 'DELETE', '/messages');
    const service = await registerService(sandbox);
    const url = await service.ask({ vtr: '["P0.Cp.Cd"]' });
    const { idToken } = await service.exchange(locationIn(await signIn(sandbox, { url, persona: 'p0' })));
    assert.equal(idToken['vot'], 'P0.Cp.Cd');
    const messages = await readSimulatedInbox(sandbox.home.house.deps, { to: '+447700900002' });
    assert.equal(messages.length, 1);
    assert.match(messages[0]?.code ?? '', /^\d{6}$/u);
  });

  test('a password alone gets no code', async () => {
    await call(sandbox, 'DELETE', '/messages');
    const service = await registerService(sandbox);
    await signIn(sandbox, { url: await service.ask(), persona: 'p0', authentication: ['Cp'] });
    assert.deepEqual((await call(sandbox, 'GET', '/messages')).body, []);
  });

  test('many at the same moment all arrive, more than codes may be asked for', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask({ vtr: '["P0.Cp.Cd"]' });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => signIn(sandbox, { url, persona: 'p0' })),
    );
    for (const answer of answers)
      assert.deepEqual([answer.status, answer.status === 200 ? undefined : answer.body], [200, undefined]);
    assert.equal(new Set(answers.map(locationIn)).size, 30);
  });

  test('doing more than was asked for is answered with what was asked for', async () => {
    const service = await registerService(sandbox);
    const asked = { url: await service.ask({ vtr: '["P0.Cp","P0.Cp.Cd"]' }), persona: 'p0' };
    const weak = await service.exchange(locationIn(await signIn(sandbox, asked)));
    assert.equal(weak.idToken['vot'], 'P0.Cp');
    const strong = await service.exchange(
      locationIn(await signIn(sandbox, { ...asked, authentication: ['Cp', 'Cd'] })),
    );
    assert.equal(strong.idToken['vot'], 'P0.Cp.Cd');
  });

  test('doing less than was asked for does not sign in', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask({ vtr: '["P0.Cp.Cd"]' });
    for (const authentication of [['Cp'], ['Cd'], []]) {
      const answer = await signIn(sandbox, { url, persona: 'p0', authentication });
      assert.equal(answer.status, 409);
      assert.equal(refusalIn(answer).error, 'authentication_insufficient');
    }
  });

  test('who does not agree to share comes back without a code, and is asked again next time', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask();
    const refused = new URL(locationIn(await signIn(sandbox, { url, persona: 'p0', consent: false })));
    assert.equal(refused.searchParams.get('error'), 'access_denied');
    assert.equal(refused.searchParams.get('error_description'), 'ConsentNotGiven');
    assert.equal(refused.searchParams.get('state'), 'the-state');
    assert.equal(refused.searchParams.get('code'), null);
    const agreed = new URL(locationIn(await signIn(sandbox, { url, persona: 'p0', consent: true })));
    assert.notEqual(agreed.searchParams.get('code'), null);
    const asBefore = new URL(locationIn(await signIn(sandbox, { url, persona: 'p0', consent: false })));
    assert.notEqual(asBefore.searchParams.get('code'), null);
  });

  test('a service that asks for nothing but who it is gets just that', async () => {
    const service = await registerService(sandbox, { scopes: ['openid'] });
    const url = await service.ask({ scope: 'openid' });
    const { userinfo } = await service.exchange(locationIn(await signIn(sandbox, { url, persona: 'p0' })));
    assert.equal(userinfo.sub, p0?.account?.sub);
    assert.equal(userinfo.email, undefined);
  });

  test('a service that is not for where the person lives refuses them', async () => {
    const service = await registerService(sandbox, { nations: ['scotland'] });
    const back = new URL(locationIn(await signIn(sandbox, { url: await service.ask(), persona: 'p0' })));
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('error_description'), 'NotAvailableInNation');
  });

  test('a person whose account can’t be used goes back, and the service’s developer is told what to do', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask();
    const back = new URL(locationIn(await signIn(sandbox, { url, persona: 'record-withdrawn' })));
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('error_description'), 'AccountDisabled');
    const { body } = await call(sandbox, 'GET', '/requests');
    assert.match(JSON.stringify(body), /AccountDisabled.*do not ask why/u);
  });

  test('prompt=none comes straight back, because nobody is signed in', async () => {
    const service = await registerService(sandbox);
    const back = new URL(
      locationIn(await signIn(sandbox, { url: await service.ask({ prompt: 'none' }), persona: 'p0' })),
    );
    assert.equal(back.searchParams.get('error'), 'sso_login_required');
  });

  for (const [persona, error] of [
    ['new', 'no_account'],
    ['p0-locked', 'password_locked'],
    ['P0 without phone', 'no_phone'],
  ] as const) {
    test(`${persona} cannot complete a sign-in with a code: ${error}`, async () => {
      const service = await registerService(sandbox);
      const answer = await signIn(sandbox, { url: await service.ask({ vtr: '["P0.Cp.Cd"]' }), persona });
      assert.equal(answer.status, 409);
      assert.equal(refusalIn(answer).error, error);
    });
  }

  test('a request that is answered without a redirect says so', async () => {
    const service = await registerService(sandbox);
    for (const wrong of [{ client_id: 'nobody' }, { redirect_uri: 'https://evil.example/' }]) {
      const url = new URL(await service.ask());
      for (const [name, value] of Object.entries(wrong)) url.searchParams.set(name, value);
      const answer = await signIn(sandbox, { url: url.href, persona: 'p0' });
      assert.equal(answer.status, 400);
      assert.equal(refusalIn(answer).error, 'refused_without_redirect');
    }
  });

  test('a request of which the redirect URI learns the error leads there', async () => {
    const service = await registerService(sandbox);
    const back = new URL(
      locationIn(await signIn(sandbox, { url: await service.ask({ vtr: '["P9.Cx"]' }), persona: 'p0' })),
    );
    assert.equal(back.searchParams.get('error'), 'invalid_request');
    assert.match(back.searchParams.get('error_description') ?? '', /P9\.Cx/u);
  });

  test('another login’s address is refused, and so is a call that does not fit', async () => {
    const elsewhere = await signIn(sandbox, { url: 'https://login.example/authorize?x=1', persona: 'p0' });
    assert.equal(elsewhere.status, 400);
    assert.match(refusalIn(elsewhere).error_description, /address of this login/u);
    const wrong = await call(sandbox, 'POST', '/sign-in', {
      authorize_url: 'nowhere',
      persona: 'nobody',
      authentication: ['Cx'],
      also: 1,
    });
    assert.equal(wrong.status, 400);
    const fields = refusalIn(wrong).problems.map(({ field }) => field);
    assert.deepEqual(fields.toSorted(), ['', 'authentication.0', 'authorize_url', 'persona']);
  });
});
