import { openPhones, type Phones } from './support/inbox.ts';
import { describeRounds, type Round } from './support/load.ts';
import { openBrowser, signIn } from './support/people.ts';
import type { BenchPerson } from './support/prepare.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { rounded } from './support/figures.ts';
import { withStage, type Stage } from './support/stage.ts';
import { assertionType, postToken } from './support/token.ts';

/**
 * Whole sign-ins over HTTP, many people at once: from the service's request through the pages for address, password
 * and code to the redirect with a code, and its exchange for tokens. Everybody has agreed to share before.
 */

/** A phone gets five codes in a quarter of an hour. */
const usual = { people: 400, roundsToWarmUp: 2, roundsThatCount: 3 };
const small = { people: 1, roundsToWarmUp: 1, roundsThatCount: 1 };
const atOnceByDefault = 50;
/** No round takes longer, on however slow a machine. */
const secondsByDefault = 40;

/** What it takes at least: one password check, an access token and an ID token. */
const passwordChecks = 1;
const signatures = 2;

const promised = { ratio: 0.45, peakMemoryMb: 300 };

interface Attempt {
  readonly person: BenchPerson;
  readonly assertion: string;
}

export async function benchSignIn(options: BenchOptions): Promise<BenchReport> {
  const { atOnce = atOnceByDefault, seconds = secondsByDefault, isSmall } = options;
  const { people, roundsToWarmUp, roundsThatCount } = isSmall ? small : usual;
  const { result, floor, peakMemoryMb } = await withStage({ people, ...options }, async (stage) => {
    const { world, play } = stage;
    const phones = openPhones(world);
    const playRounds = async (count: number) => {
      const rounds: Round[] = [];
      for (let round = 0; round < count; round += 1) {
        const assertions = await world.service.signAssertions(people);
        const attempts = world.people.map((person, index) => ({
          person,
          assertion: assertions[index] ?? '',
        }));
        rounds.push(
          await play(attempts, { atOnce, seconds }, (attempt) => signInOnce(stage, phones, attempt)),
        );
      }
      return rounds;
    };
    try {
      await playRounds(roundsToWarmUp);
      return describeRounds(await playRounds(roundsThatCount));
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

async function signInOnce(
  { world, network, server }: Stage,
  phones: Phones,
  { person, assertion }: Attempt,
): Promise<void> {
  const { service } = world;
  const browser = openBrowser({ network, server }, person);
  const code = await signIn(browser, { service, phones, person, vector: 'P0.Cp.Cd' });
  await postToken(network, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: assertion,
  });
}
