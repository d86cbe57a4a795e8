import { setTimeout as wait } from 'node:timers/promises';
import { listSigningKeys, type rotateSigningKeys } from '#openid';
import pg from 'pg';
import type { TestProvider } from './provider.ts';

/** Longer than processes take to follow each other. */
const mostLooks = 1200;
const msBetweenLooks = 50;
export const daySeconds = 24 * 3600;

type Published = Pick<TestProvider, 'fetch'>;

/** @returns the `kid`s that services see, in their order */
export async function publishedKids({ fetch }: Published): Promise<string[]> {
  const { keys } = (await (await fetch('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/**
 * Waits until a provider publishes these keys, the one that signs first; fails when it takes more than some seconds.
 *
 * @param options.orMore further ones may follow
 */
export async function untilPublished(
  provider: Published,
  kids: readonly string[],
  options: { orMore?: boolean } = {},
): Promise<void> {
  let seen: string[] = [];
  for (let looks = 0; looks < mostLooks; looks += 1) {
    seen = await publishedKids(provider);
    const compared = options.orMore === true ? seen.slice(0, kids.length) : seen;
    if (compared.join(' ') === kids.join(' ')) return;
    await wait(msBetweenLooks);
  }
  throw new Error(`published are ${seen.join(' ')}, not ${kids.join(' ')}`);
}

/** @returns the state of each key, the oldest key first */
export async function statesOf({ house }: Pick<TestProvider, 'house'>): Promise<string[]> {
  return (await listSigningKeys(house.deps)).map(({ state }) => state);
}

/** @returns the `kid` of what a rotation let sign, and of what it published; fails if it was none */
export function rotated(rotation: Awaited<ReturnType<typeof rotateSigningKeys>>): {
  stopped: string;
  active: string;
  next: string;
} {
  if (rotation.outcome !== 'rotated') throw new Error(`nothing was rotated: ${rotation.outcome}`);
  return rotation;
}

/** Asks a provider's database directly. */
export async function ask<Row extends pg.QueryResultRow>(
  { databaseUrl }: Pick<TestProvider, 'databaseUrl'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
