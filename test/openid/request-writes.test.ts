import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { watchStatements } from '../support/statements.ts';
import { untilWaiting } from '../support/waiting.ts';
import type { TestBrowser } from './support/browser.ts';
import { codeIn, createPerson, openBrowser, proveFactors } from './support/people.ts';
import { listen, startProvider, type TestProvider } from './support/provider.ts';
import { registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

/** What the engine writes while it answers one request is stored at once: all of it, or nothing. */
let provider: TestProvider;
let service: TestService;
let visits: Visits;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  visits = visitsOf(provider, service);
  ada = await createPerson(provider);
  await visits.signedIn(ada);
});
after(() => provider.close());

const query = (text: string) => provider.house.database.pool.query(text);
const countCodes = async () =>
  (await query(`SELECT FROM openid.entity WHERE model = 'AuthorizationCode'`)).rowCount ?? 0;

/** @returns the way back to the engine with a request, once whoever made it has signed in */
async function signedInUpToEngine(browser: TestBrowser, account = ada): Promise<string> {
  const request = await visits.ask(browser, { prompt: 'login' });
  const back = await proveFactors(provider, request, { accountId: account.id });
  assert.match(back, /^\/authorize\/./u);
  return `${provider.issuer}${back}`;
}

test('a code, the session and the end of the request are stored, and the ticket is used up, with one message', async () => {
  const watched = watchStatements(provider.house);
  const { app, port } = await listen(watched.house);
  const browser = openBrowser({
    ...provider,
    fetch: (input, init) =>
      fetch(String(input).replace(provider.issuer, `http://127.0.0.1:${port}`), { ...init }),
  });
  const resume = await signedInUpToEngine(browser);
  watched.statements.length = 0;
  codeIn((await browser.go(resume)).address);
  const writes = watched.statements.filter((text) => /INSERT|UPDATE|DELETE|Insert|Update|Delete/u.test(text));
  const engines = writes.filter((text) => text.includes('openid'));
  assert.equal(engines.length, 1, engines.join('\n'));
  await app.close();
});

/** @returns one way back twice, or two of one request */
const waysBack: Record<string, (browser: TestBrowser) => Promise<readonly string[]>> = {
  'with one ticket': async (browser) => {
    const resume = await signedInUpToEngine(browser);
    return [resume, resume];
  },
  'each with its own ticket': async (browser) => {
    const request = await visits.ask(browser, { prompt: 'login' });
    const back = () => proveFactors(provider, request, { accountId: ada.id });
    return [await back(), await back()];
  },
};
for (const [how, findWays] of Object.entries(waysBack))
  test(`of two that go on with one request in the same moment, ${how}, one gets a code and the other nothing at all`, async () => {
    const browser = openBrowser(provider);
    const [one = '', other = ''] = await findWays(browser);
    const codes = await countCodes();
    const holder = await provider.house.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(
      `SELECT FROM openid.entity WHERE model = 'Interaction' AND ended_at IS NULL FOR UPDATE`,
    );
    const both = Promise.all([browser.go(one), browser.copy().go(other)]);
    await untilWaiting(provider.house.database.pool, 2);
    await holder.query('COMMIT');
    holder.release();
    const arrivals = await both;
    const [won, ...others] = arrivals.filter(({ address }) => address.searchParams.has('code'));
    const lost = arrivals.find((arrival) => arrival !== won);
    assert.ok(won !== undefined && others.length === 0);
    assert.equal((await visits.idTokenAt(won.address))['sub'], ada.id);
    assert.deepEqual([lost?.status, lost?.headers.getSetCookie()], [400, []]);
    assert.match(lost?.body ?? '', /CID1004/u);
    assert.equal(await countCodes(), codes + 1);
  });

test('a code that can’t be stored does not leave, and the person can try again', async () => {
  const browser = await visits.signedIn(ada);
  await query(`
    CREATE FUNCTION public.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
    CREATE TRIGGER breaks BEFORE INSERT ON openid.entity FOR EACH ROW
      WHEN (NEW.model = 'AuthorizationCode') EXECUTE FUNCTION public.breaks()`);
  const resume = await signedInUpToEngine(browser);
  const cookies = browser.cookieLines.length;
  const failed = await browser.go(resume);
  assert.equal(failed.status, 500);
  assert.equal(failed.address.href, resume);
  assert.equal(browser.cookieLines.length, cookies);
  await query('DROP TRIGGER breaks ON openid.entity');
  const { address } = await browser.go(resume);
  assert.equal((await visits.idTokenAt(address))['sub'], ada.id);
  assert.equal(await visits.askSilently(browser), 'code');
});
