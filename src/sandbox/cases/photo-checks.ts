import type { House } from '#foundation/deps';
import { dayInUk } from '#foundation/identifiers';
import { readIdentity } from '#identity';
import type { Proofing, ProofingMethod } from '#proofing';
import { decideInSandbox, holdInSandbox, readCaseOf, type ReasonCode } from '#review';
import { personas } from '../personas.ts';
import type { PhotoCheck } from '../personas/persona.ts';
import {
  drawScan,
  drawSpecimens,
  type DrawnPerson,
  type Scanned,
  type SpecimenOrder,
} from './draw-specimens.ts';

/** What is to come of somebody's photo ID and video. */
export type WantedCheck = PhotoCheck['came'];

export type CheckMade =
  | { readonly outcome: 'made' }
  /** Their pages would have said that it can't be, or not now. */
  | { readonly outcome: 'not_made'; readonly because: string };

/** Sends photo ID and videos for people who have no camera, and has their cases decided. */
export interface PhotoChecks {
  /** The ways to prove who one is, with what personas have sent before. */
  readonly proofing: Proofing;
  /** Makes what a persona has sent before their story begins, if it is not there; does nothing for everybody else. */
  ensureFor(accountId: string): Promise<void>;
  /** Makes what waits for those who check in every story. The oldest is there when it returns; the others are made meanwhile. */
  ensureQueue(): Promise<void>;
  /** Sends something for somebody, if nothing of theirs is being checked, and has it decided so. */
  send(accountId: string, came: WantedCheck): Promise<CheckMade>;
  /** Photographs a passport and scans a face, and lets machines decide what they may; a person decides the rest. */
  scan(accountId: string, who: Scanned): Promise<ScanMade>;
}

export type ScanMade = { readonly outcome: 'proven' | 'sent' } | Extract<CheckMade, { outcome: 'not_made' }>;

/** What is sent where nothing else is said. */
const usualOrder: SpecimenOrder = { document: 'passport', way: 'write' };

export function openPhotoChecks(house: House, proofing: Proofing): PhotoChecks {
  const underWay = new Map<string, Promise<void>>();
  const parts = { house, proofing };
  const ensureFor = (accountId: string): Promise<void> => {
    const persona = personas.find(({ account, photoCheck }) => account?.sub === accountId && photoCheck);
    if (persona?.photoCheck === undefined) return Promise.resolve();
    const begun =
      underWay.get(accountId) ??
      makeStory(parts, accountId, persona.photoCheck).finally(() => underWay.delete(accountId));
    underWay.set(accountId, begun);
    return begun;
  };
  return {
    proofing: {
      ...proofing,
      offersFor: async (at, accountId) => {
        await ensureAll(parts, [accountId], ensureFor);
        return proofing.offersFor(at, accountId);
      },
    },
    ensureFor,
    ensureQueue: async () => {
      const waiting = personas.filter(
        ({ photoCheck }) => photoCheck?.came === 'pending' || photoCheck?.came === 'on-hold',
      );
      const [first, ...others] = waiting.flatMap(({ account }) =>
        account === undefined ? [] : [account.sub],
      );
      if (first !== undefined) await ensureFor(first);
      void ensureAll(parts, others, ensureFor);
    },
    send: async (accountId, came) => {
      await ensureFor(accountId);
      return send(parts, { accountId, came, order: usualOrder });
    },
    scan: async (accountId, who) => {
      await ensureFor(accountId);
      return scan(parts, accountId, who);
    },
  };
}

type Parts = { readonly house: House; readonly proofing: Proofing };

async function ensureAll(
  { house }: Parts,
  accountIds: readonly string[],
  ensureFor: (accountId: string) => Promise<void>,
): Promise<void> {
  for (const accountId of accountIds) {
    try {
      await ensureFor(accountId);
    } catch (error) {
      house.log.error({ err: error }, 'what a persona has sent could not be made');
    }
  }
}

/** @returns the method by which something is sent for others to check */
function methodOf(proofing: Proofing): ProofingMethod | undefined {
  return proofing.methods.find(({ sendWithoutPages }) => sendWithoutPages !== undefined);
}

async function makeStory(parts: Parts, accountId: string, { came, ...order }: PhotoCheck): Promise<void> {
  const { house, proofing } = parts;
  const method = methodOf(proofing);
  if (method === undefined) return;
  const identity = await readIdentity(house.deps, accountId);
  if (identity.level !== 'P5') return;
  if ((await readCaseOf(house.deps, { accountId, method: method.id })) !== undefined) return;
  const made = await send(parts, { accountId, came, order });
  if (made.outcome === 'not_made')
    house.log.warn({ because: made.because }, 'what a persona has sent could not be made');
}

async function send(
  { house, proofing }: Parts,
  {
    accountId,
    came,
    order,
  }: { readonly accountId: string; readonly came: WantedCheck; readonly order: SpecimenOrder },
): Promise<CheckMade> {
  const { deps } = house;
  const method = methodOf(proofing);
  if (method?.sendWithoutPages === undefined) return { outcome: 'not_made', because: 'not_switched_on' };
  const before = await readCaseOf(deps, { accountId, method: method.id });
  if (before === undefined || before.decidedAt !== undefined) {
    const person = await personFor({ house, proofing }, accountId, method);
    if ('outcome' in person) return person;
    const specimens = await drawSpecimens(person, order);
    const sent = await method.sendWithoutPages(house, proofing.tools, specimens);
    if (sent.outcome === 'not_sent') return { outcome: 'not_made', because: sent.because };
  }
  const sent = await readCaseOf(deps, { accountId, method: method.id });
  if (sent === undefined) return { outcome: 'not_made', because: 'not_sent' };
  await decideAs(house, sent.caseId, came);
  return { outcome: 'made' };
}

async function scan({ house, proofing }: Parts, accountId: string, who: Scanned): Promise<ScanMade> {
  const method = proofing.methods.find(({ scanWithoutPages }) => scanWithoutPages !== undefined);
  if (method?.scanWithoutPages === undefined) return { outcome: 'not_made', because: 'not_switched_on' };
  const person = await personFor({ house, proofing }, accountId, method);
  if ('outcome' in person) return person;
  const scanned = await method.scanWithoutPages(house, proofing.tools, await drawScan(person, who));
  return scanned.outcome === 'not_sent' ? { outcome: 'not_made', because: scanned.because } : scanned;
}

/** @returns who would use a method, if they are offered it */
async function personFor(
  { house, proofing }: Parts,
  accountId: string,
  method: ProofingMethod,
): Promise<DrawnPerson | Extract<CheckMade, { outcome: 'not_made' }>> {
  const { deps } = house;
  const offers = await proofing.offersFor(house, accountId);
  if (offers.outcome !== 'offers') return { outcome: 'not_made', because: offers.outcome };
  if (!offers.methods.includes(method)) return { outcome: 'not_made', because: 'not_offered' };
  const identity = await readIdentity(deps, accountId);
  if (identity.level === 'P0') return { outcome: 'not_made', because: 'not_at_p5' };
  const persona = personas.find(({ account }) => account?.sub === accountId);
  return { accountId, persona, details: identity.details, today: dayInUk(deps.clock.now()) };
}

/** Decides a case as those who check would have. */
async function decideAs(house: House, caseId: string, came: WantedCheck): Promise<void> {
  if (came === 'pending') return;
  await house.transact(async (deps) => {
    if (came === 'on-hold') return holdInSandbox(deps, caseId);
    if (came === 'approved') return decideInSandbox(deps, { caseId, decision: 'approved' });
    return decideInSandbox(deps, { caseId, decision: 'declined', reason: came.declined });
  });
}

/** Why a sandbox declines, where nothing else is said: the person can record another video. */
export const usualReason: ReasonCode = 'face-unclear';
