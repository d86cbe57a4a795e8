import { readEventsOf, type PastEvent } from '#foundation/audit';
import type { Deps } from '#foundation/deps';
import { ownClientId } from '#openid';
import { readClient } from '#partners';
import { activityTypes } from './activity-types.ts';

/** Something that happened to an account, as its owner can recognise it. */
export interface ActivityEntry {
  readonly id: string;
  /** One of {@link activityTypes}. */
  readonly type: string;
  readonly at: Date;
  /** The public name of the service; absent where there was none, or it is registered no more. */
  readonly serviceName?: string;
  /** It was for the account pages themselves. */
  readonly isOwn: boolean;
  /** The service that handed somebody over. */
  readonly fromName?: string;
  /** The kind of device, in the words of `RoughDevice`. */
  readonly system?: string;
  readonly browser?: string;
}

/** A page of it, the newest first. */
export interface Activity {
  readonly entries: readonly ActivityEntry[];
  /** Where an older page begins, if there is one. */
  readonly before?: string;
  /** What it was asked to be before; absent on the first page. */
  readonly isFrom?: string;
}

const mostOnPage = 25;
const idPattern = /^[1-9]\d{0,17}$/u;

/**
 * Tells somebody what happened to their account: sign-ins and changes, with the service, the time and the kind of device.
 *
 * @param asked.before as an earlier page gave it; anything else is the beginning
 */
export async function readActivity(
  deps: Pick<Deps, 'db'>,
  asked: { readonly accountId: string; readonly before?: string | undefined },
): Promise<Activity> {
  const before = asked.before !== undefined && idPattern.test(asked.before) ? asked.before : undefined;
  const { accountId } = asked;
  const events = await readEventsOf(deps, { accountId, types: activityTypes, before, most: mostOnPage + 1 });
  const names = await namesOf(deps, events);
  const shown = events.slice(0, mostOnPage);
  const last = shown.at(-1)?.id;
  return {
    entries: shown.filter(isTold).map((event) => entryOf(event, names)),
    ...(events.length > mostOnPage && last !== undefined ? { before: last } : {}),
    ...(before === undefined ? {} : { isFrom: before }),
  };
}

/** A code that somebody was just asked for is told by their sign-in; one that nobody was asked for is told here. */
function isTold({ type, details, clientId }: PastEvent): boolean {
  return type !== 'authorization.granted' || (details['silent'] === true && clientId !== ownClientId);
}

function entryOf(
  { id, type, clientId, details, occurredAt }: PastEvent,
  names: ReadonlyMap<string, string>,
): ActivityEntry {
  const { from, system, browser } = details;
  const serviceName = names.get(clientId ?? '');
  const fromName = names.get(typeof from === 'string' ? from : '');
  return {
    id,
    type,
    at: occurredAt,
    isOwn: clientId === ownClientId,
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(fromName === undefined ? {} : { fromName }),
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof browser === 'string' ? { browser } : {}),
  };
}

async function namesOf(
  deps: Pick<Deps, 'db'>,
  events: readonly PastEvent[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(events.flatMap(({ clientId, details }) => [clientId, details['from']]));
  const names = new Map<string, string>();
  for (const id of ids) {
    const client = typeof id === 'string' ? await readClient(deps, id) : undefined;
    if (client !== undefined) names.set(client.clientId, client.clientName);
  }
  return names;
}
