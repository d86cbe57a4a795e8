import { setTimeout as wait } from 'node:timers/promises';
import { rounded } from './support/figures.ts';
import { openPhones } from './support/inbox.ts';
import { describeRounds } from './support/load.ts';
import { openBrowser, signIn } from './support/people.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { withStage, type Stage } from './support/stage.ts';
import { assertionType, postToken } from './support/token.ts';

/**
 * `/userinfo`: services ask, with the access tokens of different people, who these are and how to reach them. A token is
 * good for five minutes, longer than all the rounds take.
 */

/** A connection of PostgreSQL's tells what it has done when it has rested for ten seconds, if not before. */
const usual = { people: 40, callsToWarmUp: 8000, callsThatCount: 8000, msToSettle: 11_000 };
const small = { people: 1, callsToWarmUp: 1, callsThatCount: 4, msToSettle: 0 };
const atOnceByDefault = 16;
const secondsByDefault = 60;

/** It takes at least the check of the access token's signature. */
const signatureChecks = 1;

/** What the product does on its own meanwhile is in the transactions. */
const promised = { transactions: 2, signatures: 0, peakMemoryMb: 300 };

export async function benchUserinfo(options: BenchOptions): Promise<BenchReport> {
  const { atOnce = atOnceByDefault, seconds = secondsByDefault, isSmall } = options;
  const { people, callsToWarmUp, callsThatCount, msToSettle } = isSmall ? small : usual;
  const stageOptions = { people, areKnown: true, ...options };
  const { result, floor, peakMemoryMb } = await withStage(stageOptions, async (stage) => {
    const tokens = await obtainTokens(stage);
    const ask = (count: number) => {
      const calls = Array.from({ length: count }, (_, call) => tokens[call % tokens.length] ?? '');
      return stage.play(calls, { atOnce, seconds }, (token) => askUserinfo(stage, token));
    };
    await ask(callsToWarmUp);
    await wait(msToSettle);
    const before = await stage.database.transactions();
    const round = await ask(callsThatCount);
    await wait(msToSettle);
    const after = await stage.database.transactions();
    const { operations } = round.load;
    return {
      ...describeRounds([round]),
      transactions: rounded((after - before) / operations, 2),
      signatures: rounded((round.after.signatures - round.before.signatures) / operations),
    };
  });
  const floorCpuMs = rounded(signatureChecks * floor.signatureCheckMs);
  return {
    bench: 'userinfo',
    ...result,
    peakMemoryMb: peakMemoryMb ?? null,
    floorCpuMs,
    floorOf: { signatureChecks, signatureCheckMs: floor.signatureCheckMs },
    ratio: rounded(floorCpuMs / result.serverCpuMs),
    promised,
  };
}

/** Signs everybody in, and makes sure that signatures are counted: each of them takes two. */
async function obtainTokens({ world, network, server }: Stage): Promise<string[]> {
  const { service } = world;
  const phones = openPhones(world);
  const before = await server.signatures();
  try {
    const assertions = await service.signAssertions(world.people.length);
    const tokens = await Promise.all(
      world.people.map(async (person, index) => {
        const browser = openBrowser({ network, server }, person);
        const code = await signIn(browser, { service, phones, person, vector: 'P5.Cp.Cd' });
        const asked = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: service.redirectUri,
          client_assertion_type: assertionType,
          client_assertion: assertions[index] ?? '',
        };
        return (await postToken(network, asked)).access_token;
      }),
    );
    if ((await server.signatures()) - before < 2 * world.people.length)
      throw new Error('signatures are not counted');
    return tokens;
  } finally {
    await phones.close();
  }
}

async function askUserinfo({ network }: Stage, token: string): Promise<void> {
  const { status, body } = await network.ask({
    path: '/userinfo',
    headers: { authorization: `Bearer ${token}` },
  });
  // Of a person that is known it tells the family name, and so it has read all that it ever reads.
  if (status !== 200 || !body.includes('"family_name"') || !body.includes('"phone_number"'))
    throw new Error(`/userinfo answered ${status}: ${body}`);
}
