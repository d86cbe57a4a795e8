import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import type { NhsNumber } from '#foundation/identifiers';
import { countAttempt, type LimitRule } from '#foundation/security';
import { readIdentity, type IdentityDetails } from '#identity';
import {
  readPatient,
  tracePatient,
  type Demographics,
  type Register,
  type RegisterPatient,
  type RegisterReading,
  type Trace,
} from '#pds';
import { deleteAnswers } from './answer-store.ts';
import { lockCase, selectCase, type StoredCase } from './case-store.ts';
import { questionsAfter, type TraceStand } from './questions.ts';
import {
  insertTrace,
  selectTrace,
  type StoredTrace,
  type TracedEntry,
  type TraceAsked,
  type TraceOutcome,
} from './trace-store.ts';
import { takeMyCase } from './turn.ts';
import type { Checker, NotMine } from './types.ts';

/** With which words the register is asked: the login's own number, one that staff have found, or what stands on the document. */
export type TraceBy =
  | { readonly by: 'own_number' }
  | { readonly by: 'typed_number'; readonly nhsNumber: NhsNumber }
  | { readonly by: 'details'; readonly demographics: Demographics };

export type Traced =
  | { readonly outcome: 'traced'; readonly trace: StoredTrace }
  /** Searching is for when the login's own number leads to nothing. */
  | { readonly outcome: 'not_needed' }
  | { readonly outcome: 'too_many'; readonly until: Date }
  | NotMine;

/** Where it is asked for that the register is read in the background. */
export const traceQueue = 'review.trace';

const withinMs = 8000;

/** Searching the register by hand shows records of anybody: nobody has to do it often. */
const searchLimit: LimitRule = {
  name: 'review-search',
  most: 30,
  windowSeconds: 3600,
  lockSeconds: 3600,
  nextLockSeconds: 3600,
  memorySeconds: 3600,
};

/** So long what the register said is believed: people die, and records are mended. */
const believedSeconds = 24 * 3600;
/** What is older is asked again when somebody opens the case. */
const freshSeconds = 3600;

/** @returns what the register said, or undefined when that is too long ago */
export async function believedTrace(
  deps: Pick<Deps, 'db' | 'secrets' | 'clock'>,
  caseId: string,
): Promise<StoredTrace | undefined> {
  const trace = await selectTrace(deps, caseId);
  return isOlder(deps, trace, believedSeconds) ? undefined : trace;
}

function isOlder({ clock }: Pick<Deps, 'clock'>, trace: StoredTrace | undefined, seconds: number): boolean {
  return trace !== undefined && trace.askedAt < secondsAfter(clock.now(), -seconds);
}

/** Sees to it, in a transaction, that what the register says of a case is fresh when it is opened. */
export async function traceSoon(deps: Deps, caseId: string): Promise<void> {
  const trace = await selectTrace(deps, caseId);
  const isFresh = trace !== undefined && trace.outcome !== 'error' && !isOlder(deps, trace, freshSeconds);
  if (!isFresh) await deps.enqueue(traceQueue, { caseId });
}

export function standOfTrace(trace: Pick<StoredTrace, 'outcome'> | undefined): TraceStand {
  switch (trace?.outcome) {
    case undefined:
      return 'none';
    case 'found':
    case 'restricted':
      return 'found';
    case 'nothing':
    case 'several':
      return 'not_found';
    case 'deceased':
    case 'error':
      return trace.outcome;
  }
}

/**
 * Asks the register for a case that somebody has open. Call it outside a transaction: it goes over the network. What it answers is
 * kept with the case; when that is another entry than before, what was compared with the former is forgotten.
 *
 * @param act.register undefined where there is none: then the answer is an error
 */
export async function traceCase(
  house: House,
  act: {
    readonly register: Register | undefined;
    readonly checker: Checker;
    readonly caseId: string;
    readonly trace: TraceBy;
  },
): Promise<Traced> {
  const { register, checker, caseId, trace } = act;
  const allowed = await house.transact(async (deps) => {
    const taken = await takeMyCase(deps, act);
    if (taken.outcome !== 'mine' || trace.by === 'own_number') return taken;
    if (standOfTrace(await believedTrace(deps, caseId)) !== 'not_found')
      return { outcome: 'not_needed' } as const;
    const counted = await countAttempt(deps, [{ rule: searchLimit, subject: checker.staffId }]);
    return counted.outcome === 'locked' ? ({ outcome: 'too_many', until: counted.until } as const) : taken;
  });
  if (allowed.outcome !== 'mine') return allowed;
  const answer = await ask(house.deps, register, { one: allowed.mine, trace });
  return house.transact(async (deps) => {
    const taken = await takeMyCase(deps, act);
    if (taken.outcome !== 'mine') return taken;
    return { outcome: 'traced', trace: await keep(deps, caseId, { answer, trace, by: checker.staffId }) };
  });
}

/** Asks the register in the background, so that nobody has to wait for it. Call it outside a transaction. */
export async function traceAhead(
  house: House,
  { register, caseId }: { readonly register: Register | undefined; readonly caseId: string },
): Promise<TraceOutcome | undefined> {
  const one = await selectCase(house.deps, caseId);
  if (one === undefined || !isUndecided(one)) return undefined;
  const before = await selectTrace(house.deps, caseId);
  if (before !== undefined && before.outcome !== 'error' && !isOlder(house.deps, before, freshSeconds))
    return undefined;
  const trace = { by: 'own_number' } as const;
  const answer = await ask(house.deps, register, { one, trace });
  // What went wrong is nothing to keep: it is asked again when somebody opens the case.
  if (answer.outcome === 'error') return 'error';
  await house.transact(async (deps) => {
    // What was decided meanwhile was decided by what was known then.
    const now = await lockCase(deps, caseId);
    if (now === undefined || !isUndecided(now)) return;
    // Somebody has asked meanwhile, perhaps with other words.
    if ((await selectTrace(deps, caseId))?.askedAt.getTime() !== before?.askedAt.getTime()) return;
    await keep(deps, caseId, { answer, trace, by: undefined });
  });
  return answer.outcome;
}

function isUndecided({ state }: StoredCase): boolean {
  return state === 'queued' || state === 'claimed' || state === 'holding';
}

type Answer = Pick<StoredTrace, 'outcome' | 'error' | 'entry'>;

/** @returns what is kept of what the register has answered to a login's own number */
export function traceOf(reading: RegisterReading): Answer {
  return answerOf(reading);
}

/** Keeps, in a transaction, what the register said of a case that nobody has asked about yet. */
export async function keepTrace(
  deps: Deps,
  { caseId, trace: answer }: { readonly caseId: string; readonly trace: Answer },
): Promise<void> {
  await keep(deps, caseId, { answer, trace: { by: 'own_number' }, by: undefined });
}

/** Tells whether the register's entry says of somebody what their login knows of them: with that a machine has compared a document. */
export function isAsKnown(entry: TracedEntry | undefined, details: IdentityDetails): boolean {
  if (entry === undefined) return false;
  const names = entry.givenNames.map((name) => name.trim()).filter((name) => name !== '');
  return (
    entry.nhsNumber === details.nhsNumber &&
    entry.birthdate === details.birthdate &&
    entry.familyName.trim() === details.familyName &&
    names.join(' ') === (details.givenName ?? '')
  );
}

const failed = (error: string): Answer => ({ outcome: 'error', error, entry: undefined });
const nothing: Answer = { outcome: 'nothing', error: undefined, entry: undefined };

async function ask(
  deps: Deps,
  register: Register | undefined,
  { one, trace }: { readonly one: StoredCase; readonly trace: TraceBy },
): Promise<Answer> {
  if (register === undefined) return failed('0001');
  if (trace.by === 'details') return answerOf(await tracePatient(register, trace.demographics, { withinMs }));
  const nhsNumber = trace.by === 'typed_number' ? trace.nhsNumber : await ownNumberOf(deps, one);
  return nhsNumber === undefined ? nothing : answerOf(await readPatient(register, nhsNumber, { withinMs }));
}

async function ownNumberOf(deps: Deps, { accountId }: StoredCase): Promise<NhsNumber | undefined> {
  const identity = accountId === undefined ? undefined : await readIdentity(deps, accountId);
  return identity === undefined || identity.level === 'P0' ? undefined : identity.details.nhsNumber;
}

function answerOf(answer: Trace | RegisterReading): Answer {
  switch (answer.outcome) {
    case 'found':
    case 'match':
      return { outcome: standingOf(answer.patient), error: undefined, entry: entryOf(answer.patient) };
    case 'not_found':
    case 'withdrawn':
    case 'no_match':
      return nothing;
    case 'ambiguous':
      return { ...nothing, outcome: 'several' };
    case 'unavailable':
      return failed(answer.reason === 'busy' ? '0003' : '0004');
  }
}

function standingOf(patient: RegisterPatient): 'found' | 'deceased' | 'restricted' {
  if (patient.isDeceased) return 'deceased';
  return patient.isRestricted ? 'restricted' : 'found';
}

function entryOf({ nhsNumber, familyName, givenNames, birthdate }: RegisterPatient): TracedEntry {
  return { nhsNumber, familyName, givenNames, ...(birthdate === undefined ? {} : { birthdate }) };
}

/** What somebody has typed, so that it can be found out what they were looking for. */
function questionIn(trace: TraceBy): object | undefined {
  if (trace.by === 'own_number') return undefined;
  return trace.by === 'typed_number' ? { nhsNumber: trace.nhsNumber } : trace.demographics;
}

async function keep(
  deps: Deps,
  caseId: string,
  {
    answer,
    trace,
    by,
  }: { readonly answer: Answer; readonly trace: TraceBy; readonly by: string | undefined },
): Promise<StoredTrace> {
  const before = await selectTrace(deps, caseId);
  const now = deps.clock.now();
  const askedFor: TraceAsked = trace.by;
  const question = questionIn(trace);
  await insertTrace(deps, { ...answer, caseId, askedFor, question, by, now });
  const isAsBefore =
    before?.outcome === answer.outcome && JSON.stringify(before.entry) === JSON.stringify(answer.entry);
  if (before !== undefined && !isAsBefore)
    await deleteAnswers(deps.db, caseId, questionsAfter('document-accepted'));
  const details = {
    caseId,
    askedFor,
    result: answer.outcome,
    ...(by === undefined ? {} : { staffId: by }),
    ...(answer.error === undefined ? {} : { error: answer.error }),
  };
  await deps.audit({ type: 'case.traced', details });
  return { ...answer, askedFor, askedAt: now };
}
