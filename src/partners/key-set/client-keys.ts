import { secondsAfter, type Clock } from '#foundation/clock';
import type { Logger } from '#foundation/log';
import type { Client, ClientKey } from '../client.ts';
import type { RegistrationRules } from '../address.ts';
import { fetchKeySet, KeySetUnavailable } from './fetch-key-set.ts';

/** Where a service's keys are: with us, or where it publishes them. */
export type KeySource = Pick<Client, 'clientId' | 'jwks' | 'jwksUri'>;

/** The keys of services, whether we hold them or they publish them. */
export interface ClientKeys {
  /**
   * @returns the keys that a service signs with now; none when it publishes them and they can't be had. Known ones are
   *   given without asking anybody.
   */
  of(client: KeySource): Promise<readonly ClientKey[]>;
  /**
   * Asks anew for published keys, because something is signed with none of those known. It asks a service at most once
   * a minute, whoever sends what.
   *
   * @returns the keys as they are now, or undefined when nothing new is known
   */
  askAgain(client: KeySource): Promise<readonly ClientKey[] | undefined>;
}

export interface ClientKeysDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: RegistrationRules;
}

/** For how long keys are taken as they were, whatever the service says: between these bounds. */
const leastAgeSeconds = 60;
const defaultAgeSeconds = 300;
const mostAgeSeconds = 3600;
/** For how long after that they are still good when the service does not answer. */
const staleSeconds = 3600;
/** How soon a service is asked again, after an answer or none. */
const againSeconds = 60;
/** Whoever has not been asked for longest is forgotten first. */
const mostRemembered = 1000;

interface Remembered {
  keys: readonly ClientKey[];
  freshUntil: Date;
  askedAt: Date;
  asking: Promise<void> | undefined;
}

/**
 * Remembers, in this process, the keys that services publish at their `jwks_uri`. A service is asked by one request at
 * a time, the others of this service wait for it; nobody else does.
 */
export function createClientKeys(deps: ClientKeysDeps): ClientKeys {
  const remembered = new Map<string, Remembered>();
  const find = (address: string): Remembered => {
    const known = remembered.get(address);
    if (known !== undefined) {
      remembered.delete(address);
      remembered.set(address, known);
      return known;
    }
    const [oldest] = remembered.keys();
    if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
    const made: Remembered = { keys: [], freshUntil: never, askedAt: never, asking: undefined };
    remembered.set(address, made);
    return made;
  };
  const ask = (client: KeySource, address: string, entry: Remembered): Promise<void> => {
    entry.asking ??= refresh(deps, { clientId: client.clientId, address, entry }).finally(() => {
      entry.asking = undefined;
    });
    return entry.asking;
  };
  return {
    of: async (client) => {
      if (client.jwksUri === undefined) return client.jwks.keys;
      const entry = find(client.jwksUri);
      if (!isFresh(deps, entry) && (entry.asking !== undefined || mayAsk(deps, entry)))
        await ask(client, client.jwksUri, entry);
      return isUsable(deps, entry) ? entry.keys : [];
    },
    askAgain: async (client) => {
      if (client.jwksUri === undefined) return undefined;
      const entry = find(client.jwksUri);
      const { keys } = entry;
      if (entry.asking === undefined && !mayAsk(deps, entry)) return undefined;
      await ask(client, client.jwksUri, entry);
      return entry.keys === keys ? undefined : entry.keys;
    },
  };
}

const never = new Date(0);

/** A sandbox's clock may be moved back: then what was learnt later counts as old. */
function isFresh({ clock }: ClientKeysDeps, { askedAt, freshUntil }: Remembered): boolean {
  const now = clock.now();
  return askedAt <= now && now < freshUntil;
}

function isUsable({ clock }: ClientKeysDeps, { freshUntil }: Remembered): boolean {
  return clock.now() < secondsAfter(freshUntil, staleSeconds);
}

function mayAsk({ clock }: ClientKeysDeps, { askedAt }: Remembered): boolean {
  const now = clock.now();
  return now < askedAt || now >= secondsAfter(askedAt, againSeconds);
}

async function refresh(
  { clock, log, settings }: ClientKeysDeps,
  asked: { clientId: string; address: string; entry: Remembered },
): Promise<void> {
  const { clientId, address, entry } = asked;
  entry.askedAt = clock.now();
  try {
    const { keys, maxAgeSeconds = defaultAgeSeconds } = await fetchKeySet(address, settings);
    const seconds = Math.min(Math.max(maxAgeSeconds, leastAgeSeconds), mostAgeSeconds);
    entry.keys = keys;
    entry.freshUntil = secondsAfter(entry.askedAt, seconds);
  } catch (error) {
    if (!(error instanceof KeySetUnavailable)) throw error;
    log.warn({ clientId, reason: error.message }, 'a service’s published keys could not be had');
  }
}
