import { tellPersonalData as tellLogin } from '#accounts';
import { tellPersonalData as tellAgreements } from '#consent';
import { tellPersonalData as tellFiles } from '#evidence';
import { tellPersonalData as tellScans } from '#face-checks';
import { readEventsOf, type PastEvent } from '#foundation/audit';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { Fact, PersonalData, PersonalRecord } from '#foundation/personal-data';
import { tellPersonalData as tellIdentity } from '#identity';
import { tellPersonalData as tellTokens } from '#openid';
import { readClient } from '#partners';
import { tellPersonalData as tellProofs } from '#proofing';
import { tellPersonalData as tellCases } from '#review';
import { tellEvent } from './told-events.ts';

const eventsAtOnce = 1000;

/**
 * Puts together what every room holds about an account's owner. Services are named as people know them.
 *
 * @returns nothing at all if there is no such account
 */
export async function collectPersonalData(deps: Deps, accountId: string): Promise<PersonalData> {
  const login = await tellLogin(deps, accountId);
  if (login['login']?.length === 0) return {};
  const told: PersonalData = {
    ...login,
    ...(await tellIdentity(deps, accountId)),
    ...(await tellProofs(deps, accountId)),
    ...(await tellCases(deps, accountId)),
    ...(await tellFiles(deps, accountId)),
    ...(await tellScans(deps, accountId)),
    ...(await tellAgreements(deps, accountId)),
    ...(await tellTokens(deps, accountId)),
    activity: await collectEvents(deps, accountId),
  };
  return nameServices(deps, told);
}

/** Downloads within so long of each other are one piece of news. */
const oneDownloadSeconds = 3600;

/** @returns whether somebody's data was downloaded within the last hour, so that they know already */
export async function wasJustDownloaded(
  deps: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<boolean> {
  const [last] = await readEventsOf(deps, { accountId, types: ['data.downloaded'], most: 1 });
  return last !== undefined && secondsAfter(last.occurredAt, oneDownloadSeconds) > deps.clock.now();
}

async function collectEvents(deps: Pick<Deps, 'db'>, accountId: string): Promise<PersonalRecord[]> {
  const events: PastEvent[] = [];
  for (let before: string | undefined; ; before = events.at(-1)?.id) {
    const some = await readEventsOf(deps, { accountId, before, most: eventsAtOnce });
    events.push(...some);
    if (some.length < eventsAtOnce) break;
  }
  return events
    .toReversed()
    .map(tellEvent)
    .filter((event) => event !== undefined);
}

/** Fields with ids of services, and those that have their names. */
const servicesIn: ReadonlyMap<string, string> = new Map([
  ['service', 'serviceName'],
  ['byApp', 'byAppName'],
  ['from', 'fromName'],
  ['services', 'serviceNames'],
]);

/** Before the id of each service there is its name, while it is registered. */
async function nameServices(deps: Pick<Deps, 'db'>, told: PersonalData): Promise<PersonalData> {
  const ids = new Set(
    Object.values(told)
      .flat()
      .flatMap((record) => [...servicesIn.keys()].flatMap((field) => record[field])),
  );
  const names = new Map<Fact | undefined, string>();
  for (const id of ids) {
    const client = typeof id === 'string' ? await readClient(deps, id) : undefined;
    if (client !== undefined) names.set(client.clientId, client.clientName);
  }
  const named = (record: PersonalRecord): PersonalRecord =>
    Object.fromEntries(
      Object.entries(record).flatMap(([field, fact]) => [...nameIn(field, fact), [field, fact]]),
    );
  const nameIn = (field: string, fact: Fact | undefined): [string, Fact][] => {
    const nameField = servicesIn.get(field);
    const [first, ...others] = [fact].flat().flatMap((id) => names.get(id) ?? []);
    if (nameField === undefined || first === undefined) return [];
    return [[nameField, Array.isArray(fact) ? [first, ...others] : first]];
  };
  return Object.fromEntries(Object.entries(told).map(([section, records]) => [section, records.map(named)]));
}
