import { setTimeout as wait } from 'node:timers/promises';
import { readAccount } from '#accounts';
import { startStopwatch } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import {
  attemptFailed,
  attemptNotMade,
  attemptSucceeded,
  countAttempt,
  readLock,
  type AttemptOutcome,
  type Limited,
} from '#foundation/security';
import { readPatient, tracePatient, type Register, type RegisterPatient } from '#pds';
import { z } from 'zod';
import { accountLimit, askingLimit, networkLimit, personLimits } from './match-limits.ts';
import type { DecisionReason, RegisterMethod } from './decision-codes.ts';
import { comparedDetails, recordDecision, type RegisterMatchEvidence } from './decisions.ts';
import { judgeClaim, type Claimed } from './match-rules.ts';
import { establishIdentity, levelOf } from './record.ts';
import { phoneIsOn } from './register-details.ts';
import { selectOwner, storedDetails, takeAccountTurn } from './store.ts';

/** An entry of the register that was found for somebody, until they say that it is theirs. Keep it sealed. */
export const matchCandidate = z.object({
  details: storedDetails,
  /** The first given name, as the register has it. */
  firstName: z.string().optional(),
  by: z.enum(['number', 'name']),
  /** The account's mobile number at the time, if the entry has it. */
  matchedPhone: z.string().optional(),
  /** When the register was asked. */
  foundAt: z.iso.datetime(),
  evidence: z.object({
    compared: z.array(z.enum(comparedDetails)),
    matched: z.array(z.enum(comparedDetails)),
    registerVersion: z.string(),
    registerReadAt: z.string(),
  }),
});
export type MatchCandidate = z.output<typeof matchCandidate>;

export type RegisterMatch =
  | { readonly outcome: 'match'; readonly candidate: MatchCandidate }
  /**
   * Nobody, several, or somebody whose entry must not be used; which of them is told to nobody.
   * `lockedUntil` is there when this was the last try.
   */
  | { readonly outcome: 'no_match'; readonly lockedUntil?: Date }
  | { readonly outcome: 'locked'; readonly until: Date }
  | { readonly outcome: 'unavailable'; readonly reason: 'busy' | 'down' }
  /** It is known already who the account's owner is. */
  | { readonly outcome: 'known_already' };

type Finding =
  | { readonly outcome: 'found'; readonly patient: RegisterPatient }
  | { readonly outcome: 'none'; readonly reason: DecisionReason }
  | { readonly outcome: 'unavailable'; readonly reason: 'busy' | 'down' };

/** What decisions name this way of proving who somebody is. */
const method: RegisterMethod = 'register-match';
/** Answers come at multiples of this time after the question, so that it says nothing about what was found. */
const answerStepMs = 600;
/** So long the register may take. */
const withinMs = 8000;
/** So old an entry that was found may be when its owner says that it is theirs. */
const candidateLifetimeMs = 30 * 60 * 1000;

/**
 * Looks for somebody's entry in the national register. Call it outside a transaction: it goes over the network, and
 * waits.
 *
 * The try is counted before it is made: by account, by whoever is claimed to be, and by network address. What doesn't
 * end in a match is told from nothing: every kind of `no_match` does the same work here and takes as long. While others
 * have somebody locked by guessing at them, they are still found from an account with a mobile number of their entry.
 *
 * @returns `unavailable` when the register could not be asked; that doesn't count as a try
 */
export async function matchRegister(
  house: House,
  asked: {
    readonly register: Register;
    readonly accountId: string;
    readonly remoteAddress: string;
    readonly claimed: Claimed;
  },
): Promise<RegisterMatch> {
  const passed = startStopwatch();
  const outcome = await match(house, asked);
  const steps = Math.max(1, Math.ceil(passed() / answerStepMs));
  await wait(steps * answerStepMs - passed());
  return outcome;
}

async function match(house: House, asked: Parameters<typeof matchRegister>[1]): Promise<RegisterMatch> {
  const { deps } = house;
  const { accountId, claimed } = asked;
  if ((await levelOf(deps, accountId)) !== 'P0') return { outcome: 'known_already' };
  const own = accountLimit(accountId);
  const network = networkLimit(deps.settings, asked.remoteAddress);
  const person = personLimits(claimed);
  const limits = [own, network, ...person];
  const counted = await countInTurn(deps, [[askingLimit(accountId)], [own], [network]]);
  if (counted.outcome === 'locked') return counted;
  const guessedAt = await countAttempt(deps, person);
  const found = await find(asked.register, claimed).catch(async (error: unknown) => {
    await attemptNotMade(deps, limits);
    throw error;
  });
  if (found.outcome === 'unavailable') {
    await attemptNotMade(deps, limits);
    return found;
  }
  const judged = await judge(deps, found, { accountId, claimed });
  if (guessedAt.outcome === 'locked' && !isByPhone(judged)) {
    const failed = await attemptFailed(deps, [own, network]);
    return failed.outcome === 'locked' && failed.until > guessedAt.until ? failed : guessedAt;
  }
  if (judged.outcome === 'match') {
    // It stays counted for the account, so that nobody tries out whom they know everything of.
    await attemptNotMade(deps, [network, ...person]);
    return judged;
  }
  const failed = await attemptFailed(deps, limits);
  const isLast = failed.outcome === 'locked';
  const reasons = [judged.reason, ...(isLast ? (['too_many_tries'] as const) : [])] as const;
  await house.transact((inTurn) => recordRefusal(inTurn, { accountId, reasons, evidence: judged.evidence }));
  return { outcome: 'no_match', ...(isLast ? { lockedUntil: failed.until } : {}) };
}

function recordRefusal(
  deps: Deps,
  refusal: {
    readonly accountId: string;
    readonly reasons: readonly [DecisionReason, ...DecisionReason[]];
    readonly evidence: RegisterMatchEvidence;
  },
): Promise<void> {
  return recordDecision(deps, {
    ...refusal,
    method,
    outcome: 'refused',
    level: { before: 'P0', after: 'P0' },
  });
}

/** A mobile number is an account's once a code that was sent to it was typed: with that of the entry nobody guesses. */
function isByPhone(judged: Judged): boolean {
  return judged.outcome === 'match' && judged.candidate.matchedPhone !== undefined;
}

/** Counts by one rule after the other: whoever is locked out by one uses up nothing that others share. */
async function countInTurn(deps: Deps, rules: readonly (readonly Limited[])[]): Promise<AttemptOutcome> {
  const counted: Limited[] = [];
  for (const limits of rules) {
    const outcome = await countAttempt(deps, limits);
    if (outcome.outcome === 'locked') {
      if (counted.length > 0) await attemptNotMade(deps, counted);
      return outcome;
    }
    counted.push(...limits);
  }
  return { outcome: 'allowed' };
}

async function find(register: Register, claimed: Claimed): Promise<Finding> {
  if (claimed.by === 'number') {
    const read = await readPatient(register, claimed.nhsNumber, { withinMs });
    if (read.outcome === 'found' || read.outcome === 'unavailable') return read;
    return { outcome: 'none', reason: read.outcome === 'withdrawn' ? 'entry_withdrawn' : 'no_match' };
  }
  const traced = await tracePatient(register, claimed, { withinMs });
  switch (traced.outcome) {
    case 'match':
      return { outcome: 'found', patient: traced.patient };
    case 'unavailable':
      return traced;
    case 'no_match':
      return { outcome: 'none', reason: 'no_match' };
    case 'ambiguous':
      return { outcome: 'none', reason: 'several_matches' };
  }
}

type Judged =
  | { readonly outcome: 'match'; readonly candidate: MatchCandidate }
  | {
      readonly outcome: 'no_match';
      readonly reason: DecisionReason;
      readonly evidence: RegisterMatchEvidence;
    };

async function judge(
  deps: Deps,
  found: Exclude<Finding, { outcome: 'unavailable' }>,
  { accountId, claimed }: { accountId: string; claimed: Claimed },
): Promise<Judged> {
  const patient = found.outcome === 'found' ? found.patient : undefined;
  const registerReadAt = deps.clock.now().toISOString();
  // Asked in any case, so that no kind of answer takes less work than another.
  const account = await readAccount(deps, accountId);
  const owner = await selectOwner(deps.db, keyOf(deps, numberToLookUp(patient, claimed)));
  if (found.outcome === 'none') {
    const evidence = { compared: [], matched: [], registerReadAt };
    return { outcome: 'no_match', reason: found.reason, evidence };
  }
  const judgement = judgeClaim(found.patient, claimed);
  const { compared, matched } = judgement;
  const evidence = {
    compared: [...compared],
    matched: [...matched],
    registerVersion: found.patient.version,
    registerReadAt,
  };
  if (judgement.outcome === 'mismatch') return { outcome: 'no_match', reason: judgement.reason, evidence };
  if (owner !== undefined && owner !== accountId)
    return { outcome: 'no_match', reason: 'nhs_number_taken', evidence };
  const phone = account?.phone ?? undefined;
  const [firstName] = found.patient.givenNames;
  const candidate = {
    details: judgement.details,
    ...(firstName === undefined ? {} : { firstName }),
    by: claimed.by,
    ...(phone !== undefined && phoneIsOn(found.patient, phone) ? { matchedPhone: phone } : {}),
    foundAt: registerReadAt,
    evidence,
  };
  return { outcome: 'match', candidate };
}

/** Nobody has the number of nobody, so looking it up costs what looking another up does. */
const nobody = '0000000000';

function numberToLookUp(patient: RegisterPatient | undefined, claimed: Claimed): string {
  if (patient !== undefined) return patient.nhsNumber;
  return claimed.by === 'number' ? claimed.nhsNumber : nobody;
}

function keyOf(deps: Pick<Deps, 'secrets'>, nhsNumber: string): string {
  return deps.secrets.mac('identity nhs number', nhsNumber);
}

/** @returns whether somebody is locked out of trying now, whoever they claim to be; counts nothing */
export function readMatchLock(
  deps: Deps,
  { accountId, remoteAddress }: { readonly accountId: string; readonly remoteAddress: string },
): Promise<AttemptOutcome> {
  return readLock(deps, [accountLimit(accountId), networkLimit(deps.settings, remoteAddress)]);
}

/** @returns whether the register must be asked again before the entry is anybody's */
export function isOutdated(candidate: MatchCandidate, now: Date): boolean {
  return now.getTime() - new Date(candidate.foundAt).getTime() > candidateLifetimeMs;
}

/**
 * Makes the account's owner the person of the entry, in a transaction, once they have said that they are.
 *
 * @param accepted.partsWrong whether they said as well that parts of it are wrong
 * @returns `no_match` if the entry is too old, or has become another account's meanwhile; `known_already` if it was
 *   settled meanwhile who the account's owner is
 */
export async function acceptMatch(
  deps: Deps,
  accepted: {
    readonly accountId: string;
    readonly candidate: MatchCandidate;
    readonly partsWrong: boolean;
  },
): Promise<{ readonly outcome: 'accepted' | 'known_already' | 'no_match' }> {
  const { accountId, candidate } = accepted;
  await takeAccountTurn(deps.db, accountId);
  if ((await levelOf(deps, accountId)) !== 'P0') return { outcome: 'known_already' };
  const account = await readAccount(deps, accountId);
  if (account === undefined || isOutdated(candidate, deps.clock.now())) return { outcome: 'no_match' };
  const { details, matchedPhone } = candidate;
  const phoneMatched = matchedPhone !== undefined && account.phone === matchedPhone;
  const established = await establishIdentity(deps, { accountId, level: 'P5', details, phoneMatched });
  switch (established.outcome) {
    case 'established':
      await attemptSucceeded(deps, [accountLimit(accountId)]);
      await recordDecision(deps, {
        accountId,
        method,
        outcome: 'raised',
        reasons: ['details_matched', ...(accepted.partsWrong ? (['parts_wrong'] as const) : [])],
        level: { before: 'P0', after: 'P5' },
        evidence: candidate.evidence,
      });
      return { outcome: 'accepted' };
    case 'known_better':
      return { outcome: 'known_already' };
    case 'nhs_number_taken': {
      const { evidence } = candidate;
      await recordRefusal(deps, { accountId, reasons: ['nhs_number_taken'], evidence });
      return { outcome: 'no_match' };
    }
  }
}

/** Writes down, in a transaction, that somebody has said of an entry that it is not theirs. */
export function rejectMatch(
  deps: Deps,
  { accountId, candidate }: { readonly accountId: string; readonly candidate: MatchCandidate },
): Promise<void> {
  return recordRefusal(deps, { accountId, reasons: ['not_me'], evidence: candidate.evidence });
}
