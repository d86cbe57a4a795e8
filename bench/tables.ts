import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from './support/browser.ts';
import { openCensus, type Census } from './support/census.ts';
import { rounded } from './support/figures.ts';
import { openPhones, type Phones } from './support/inbox.ts';
import { runLoad } from './support/load.ts';
import { openBrowser, signIn } from './support/people.ts';
import { authorizeAddress } from './support/prepare.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { withStage, type Stage } from './support/stage.ts';
import { assertionType, postToken } from './support/token.ts';

/**
 * Two months of sign-ins, a second or so for each hour: every day people sign in, come back without a page, and their
 * services use what they got. What has expired is swept meanwhile by the product itself, and in the end all of it.
 */

/**
 * `seconds` are for the requests; how long all of it takes follows from that. In `mostSecondsToSweep` the product sweeps twice after the
 * last assertion has expired.
 */
const usual = { people: 10, days: 60, signIns: 100_000, seconds: 150, mostSecondsToSweep: 200 };
const small = { people: 2, days: 2, signIns: 24, seconds: 1, mostSecondsToSweep: 0 };
const atOnceByDefault = 16;
/** Every so many sign-ins a service uses its refresh token, too. */
const refreshedOf = 4;
const assertionSeconds = 60;
const daySeconds = 24 * 3600;
/** Later than anything lasts that a sign-in leaves: a device stays known for 180 days. */
const afterwards = 'P181D';

/** Everything that expired longer ago than a sweep's turn is gone at any moment, and everything at all in the end. */
const promised = { rowsTooMany: 0, rowsLeft: 0, peakMemoryMb: 300 };

interface Totals {
  whole: number;
  silent: number;
  refreshed: number;
  copied: number;
}

export async function benchTables(options: BenchOptions): Promise<BenchReport> {
  const amounts = options.isSmall ? small : usual;
  const { people, days, mostSecondsToSweep } = amounts;
  const { signIns = amounts.signIns, seconds = amounts.seconds, atOnce = atOnceByDefault } = options;
  const { result, peakMemoryMb } = await withStage({ people, ...options }, async (stage) => {
    const census = await openCensus(stage.database.url);
    const phones = openPhones(stage.world);
    const totals: Totals = { whole: 0, silent: 0, refreshed: 0, copied: 0 };
    try {
      for (let day = 1; day <= days; day += 1) {
        const wanted = Math.round((signIns * day) / days) - Math.round((signIns * (day - 1)) / days);
        await playDay({ stage, phones, census, totals }, { wanted, seconds: seconds / days, atOnce });
      }
      await census.count();
      census.moveOn(await advanceClock(stage, afterwards));
      const sweptInSeconds = await untilSwept(census, mostSecondsToSweep);
      return { signIns: sumOf(totals), of: totals, days, sweptInSeconds, ...census.report() };
    } finally {
      await phones.close();
      await census.close();
    }
  });
  return { bench: 'tables', ...result, peakMemoryMb: peakMemoryMb ?? null, promised };
}

function sumOf({ whole, silent, copied }: Totals): number {
  return whole + silent + copied;
}

interface Played {
  readonly stage: Stage;
  readonly phones: Phones;
  readonly census: Census;
  readonly totals: Totals;
}

/** As many sign-ins as a day is to have: whole ones, then silent ones while there is time, and copies for the rest. */
async function playDay(
  { stage, phones, census, totals }: Played,
  day: { wanted: number; seconds: number; atOnce: number },
): Promise<void> {
  const { world } = stage;
  const began = performance.now();
  const assertions = await world.service.signAssertions(world.people.length, assertionSeconds);
  const browsers = await Promise.all(
    world.people.slice(0, day.wanted).map(async (person, index) => {
      const browser = openBrowser(stage, person);
      const code = await signIn(browser, { service: world.service, phones, person, vector: 'P0.Cp.Cd' });
      await exchange(stage, code, assertions[index] ?? '');
      return browser;
    }),
  );
  totals.whole += browsers.length;
  await census.takeSample(browsers.length);
  const missing = day.wanted - browsers.length;
  const visits = Array.from({ length: missing }, (_, visit) => ({
    browser: browsers[visit % browsers.length],
    isRefreshed: visit % refreshedOf === 0,
  }));
  const seconds = Math.max(1, day.seconds - (performance.now() - began) / 1000);
  const load = await runLoad(visits, { atOnce: day.atOnce, seconds }, async ({ browser, isRefreshed }) => {
    if (browser === undefined) return;
    await comeBack(stage, browser, isRefreshed);
    if (isRefreshed) totals.refreshed += 1;
  });
  totals.silent += load.operations;
  totals.copied += await census.copySample(missing - load.operations, browsers.length);
  await census.count();
  census.moveOn(await advanceClock(stage, 'P1D'));
}

/** The product answers somebody who is signed in without a page. */
async function comeBack(stage: Stage, browser: Browser, isRefreshed: boolean): Promise<void> {
  const { service } = stage.world;
  const [first = '', second = ''] = await service.signAssertions(isRefreshed ? 2 : 1, assertionSeconds);
  const { address } = await browser.open(authorizeAddress(service, 'P0.Cp.Cd'));
  const code = address.searchParams.get('code');
  if (code === null) throw new Error(`a request of somebody signed in ended at ${address.href}`);
  const refreshToken = await exchange(stage, code, first);
  if (!isRefreshed) return;
  await postToken(stage.network, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_assertion_type: assertionType,
    client_assertion: second,
  });
}

async function exchange({ network, world }: Stage, code: string, assertion: string): Promise<string> {
  const tokens = await postToken(network, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: world.service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: assertion,
  });
  return tokens.refresh_token;
}

/** Moves the product's time. @returns by how many seconds */
async function advanceClock({ server }: Stage, duration: 'P1D' | 'P181D'): Promise<number> {
  const response = await fetch(`${server.issuer}/sandbox/api/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance: duration }),
  });
  if (!response.ok) throw new Error(`the clock was not moved (${response.status}): ${await response.text()}`);
  return Number(/\d+/u.exec(duration)?.[0]) * daySeconds;
}

/** @returns how long it took until nothing was left that was due */
async function untilSwept(census: Census, mostSeconds: number): Promise<number> {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  while ((await census.count()) > 0 && passed() < mostSeconds) await wait(1000);
  return rounded(passed(), 0);
}
