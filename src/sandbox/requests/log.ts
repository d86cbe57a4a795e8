import { randomBytes } from 'node:crypto';
import type { House } from '#foundation/deps';
import type { ServiceRequest, ObserveService } from '#openid';
import { createClientKeys, type ClientKeys } from '#partners';
import { refuseStranger } from '../guard.ts';
import { createFindClient, type FactsDeps } from './facts.ts';
import { describeRequest, requestRecord, type RequestRecord } from './record.ts';
import {
  deleteRequests,
  insertRequests,
  selectRequest,
  selectRequests,
  selectSignIn,
  selectSignInsTiedBy,
  takeWritingTurn,
  trimRequests,
  type NewRequest,
  type StoredRequest,
} from './store.ts';

/** How many requests are kept, whoever makes them and however many processes write them. */
export const mostRequests = 200;
/** Accepted requests are written together, so that a service that is tried under load does not wait for them. */
const msBetweenWrites = 2000;

/** A request that was kept. */
export interface KeptRequest extends RequestRecord {
  readonly id: string;
  readonly receivedAt: Date;
  /** The same for all requests of one sign-in. */
  readonly signIn: string;
}

/** The last requests of services, explained. */
export interface RequestLog {
  readonly observe: ObserveService;
  /** @returns the newest first */
  list(asked?: { clientId?: string | undefined; limit?: number | undefined }): Promise<KeptRequest[]>;
  /** @returns a request with all that belong to the same sign-in, the oldest first; undefined if it is not kept any more */
  read(id: string): Promise<{ request: KeptRequest; signIn: KeptRequest[] } | undefined>;
  clear(): Promise<void>;
  /** Writes what waits, and nothing by itself from then on. */
  close(): Promise<void>;
}

interface Waiting {
  readonly id: string;
  readonly receivedAt: Date;
  readonly request: ServiceRequest;
  /** A refused request has been described already; an accepted one is when it is written. */
  readonly kept?: NewRequest;
}

/** Opens the log of requests. */
export function openRequestLog(house: House): RequestLog {
  const { db } = house.database;
  const clientKeys = createClientKeys(house);
  let waiting: Waiting[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const writeWaiting = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing
      .then(() => {
        const taken = waiting;
        waiting = [];
        return taken.length === 0 ? undefined : write({ house, clientKeys }, taken);
      })
      // A log that can't be written must not keep anybody from an answer.
      .catch((error: unknown) => house.log.warn({ err: error }, 'the log of requests could not be written'));
    return writing;
  };
  const add = (one: Waiting): void => {
    waiting.push(one);
    if (waiting.length > mostRequests) waiting.splice(placeToFree(waiting, one), 1);
  };

  const observe: ObserveService = async (request) => {
    const one = { id: randomBytes(12).toString('base64url'), receivedAt: house.clock.now(), request };
    if (request.answer.outcome !== 'refused') {
      add(one);
      timer ??= setTimeout(() => void writeWaiting(), msBetweenWrites).unref();
      return undefined;
    }
    const kept = await describe({ house, clientKeys, findClient: createFindClient(house) }, one);
    add({ ...one, kept });
    await writeWaiting();
    // Whoever may not read the log is told what production tells.
    if (refuseStranger(house, request.caller) !== undefined) return undefined;
    const address = `${house.settings.issuer}/sandbox/requests/${one.id}`;
    return { address, findings: kept.record.findings };
  };

  return {
    // A log that can't be written must not keep anybody from an answer.
    observe: (request) =>
      observe(request).catch((error: unknown) => {
        house.log.warn({ err: error }, 'a request could not be explained');
        return undefined;
      }),
    list: async ({ clientId, limit = mostRequests } = {}) => {
      await writeWaiting();
      return (await selectRequests(db, { clientId, limit })).map(read);
    },
    read: async (id) => {
      await writeWaiting();
      const found = await selectRequest(db, id);
      if (found === undefined) return undefined;
      return { request: read(found), signIn: (await selectSignIn(db, found.signIn)).map(read) };
    },
    clear: async () => {
      await writeWaiting();
      await deleteRequests(db);
    },
    close: writeWaiting,
  };
}

/** @returns the place of the oldest of the same client; of the oldest if there is no other */
function placeToFree(waiting: readonly Waiting[], { request: { clientId } }: Waiting): number {
  const found = waiting.findIndex(({ request }) => request.clientId === clientId);
  return found === waiting.length - 1 ? 0 : found;
}

async function describe(
  deps: FactsDeps,
  { id, receivedAt, request }: Waiting,
): Promise<NewRequest & { readonly record: RequestRecord }> {
  return { id, receivedAt, ties: request.ties, ...(await describeRequest(deps, request)) };
}

async function write(
  { house, clientKeys }: { house: House; clientKeys: ClientKeys },
  waiting: readonly Waiting[],
): Promise<void> {
  const deps = { house, clientKeys, findClient: createFindClient(house) };
  const requests = await Promise.all(waiting.map(async (one) => one.kept ?? describe(deps, one)));
  await house.transact(async ({ db }) => {
    await takeWritingTurn(db);
    const signIns = new Map<string, string>();
    const allTies = requests.flatMap((request) => request.ties);
    for (const { signIn, ties } of await selectSignInsTiedBy(db, allTies))
      for (const tie of ties) signIns.set(tie, signIn);
    const inSignIns = requests.map((request) => {
      const known = request.ties.map((tie) => signIns.get(tie)).find((signIn) => signIn !== undefined);
      const signIn = known ?? request.id;
      for (const tie of request.ties) signIns.set(tie, signIn);
      return { ...request, signIn };
    });
    await insertRequests(db, inSignIns);
    await trimRequests(db, mostRequests);
  });
}

function read({ id, receivedAt, signIn, record }: StoredRequest): KeptRequest {
  return { id, receivedAt, signIn, ...requestRecord.parse(record) };
}
