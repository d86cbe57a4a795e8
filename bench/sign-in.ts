import { Browser } from './support/browser.ts';
import { openPhones, type Phones } from './support/inbox.ts';
import { describeLoad, runLoad } from './support/load.ts';
import { authorizeAddress, type BenchPerson } from './support/prepare.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { rounded } from './support/figures.ts';
import { withStage, type Stage } from './support/stage.ts';
import { assertionType, postToken } from './support/token.ts';

/**
 * Whole sign-ins over HTTP, many people at once: from the service's request through the pages for address, password
 * and code to the redirect with a code, and its exchange for tokens. Everybody has agreed to share before.
 */

const people = 200;
/** A phone gets five codes in a quarter of an hour: one to warm up, four that count. */
const roundsThatCount = 4;
const atOnceByDefault = 50;
const secondsByDefault = 60;

/** What it takes at least: one password check, an access token and an ID token. */
const passwordChecks = 1;
const signatures = 2;

const promised = { ratio: 0.45, peakMemoryMb: 300 };

interface Attempt {
  readonly person: BenchPerson;
  readonly assertion: string;
}

export async function benchSignIn(options: BenchOptions): Promise<BenchReport> {
  const { atOnce = atOnceByDefault, seconds = secondsByDefault } = options;
  const { result, floor, peakMemoryMb } = await withStage({ people, ...options }, async (stage) => {
    const { world, database } = stage;
    const phones = openPhones(world);
    try {
      const assertions = await world.service.signAssertions(people * (1 + roundsThatCount));
      const attempts = assertions.map((assertion, index) => ({
        assertion,
        person: personAt(world.people, index),
      }));
      const signIn = (attempt: Attempt) => signInOnce(stage, phones, attempt);
      await runLoad(attempts.slice(0, people), { atOnce, seconds }, signIn);
      const before = { ...(await stage.readCpu()), transactions: await database.transactions() };
      const load = await runLoad(attempts.slice(people), { atOnce, seconds }, signIn);
      const after = { ...(await stage.readCpu()), transactions: await database.transactions() };
      return {
        ...describeLoad(load, { before, after }),
        transactions: rounded((after.transactions - before.transactions) / load.operations, 1),
      };
    } finally {
      await phones.close();
    }
  });
  const floorMs = rounded(passwordChecks * floor.passwordCheckMs + signatures * floor.signatureMs);
  return {
    bench: 'sign-in',
    ...result,
    peakMemoryMb: peakMemoryMb ?? null,
    floorCpuMs: floorMs,
    floorOf: { passwordChecks, signatures, ...floor },
    ratio: rounded(floorMs / result.serverCpuMs),
    promised,
  };
}

function personAt(everybody: readonly BenchPerson[], index: number): BenchPerson {
  const person = everybody[index % everybody.length];
  if (person === undefined) throw new Error('nobody is there to sign in');
  return person;
}

async function signInOnce(
  { world, network, server }: Stage,
  phones: Phones,
  { person, assertion }: Attempt,
): Promise<void> {
  const { service } = world;
  const { remoteAddress, email, phone, password } = person;
  const browser = new Browser(network, { origin: server.issuer, remoteAddress });
  const start = await browser.open(authorizeAddress(service, 'P0.Cp.Cd'));
  const emailPage = await browser.submit(start, { choice: 'sign-in' });
  const passwordPage = await browser.submit(emailPage, { email });
  const codePage = await browser.submit(passwordPage, { password });
  const arrival = await browser.submit(codePage, { code: await phones.nextCode(phone) });
  const code = arrival.address.searchParams.get('code');
  if (code === null || !arrival.address.href.startsWith(service.redirectUri)) {
    throw new Error(
      `a sign-in ended at ${arrival.address.href} (${arrival.status}):\n${arrival.body.slice(0, 2000)}`,
    );
  }
  await postToken(network, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: assertion,
  });
}
