import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { fewRandomBytes } from '#foundation/security';
import { z } from 'zod';
import { holdVisit, insertVisit, readNewestVisits, readVisit, updateVisit, type VisitRow } from './store.ts';
import type { JourneyDefinition } from './types.ts';
import { nextStep } from './walk.ts';

/** A visit as stored: answers and context of its journey's own types, and where it stands. */
export interface StoredVisit<A, C> {
  readonly ref: string;
  readonly answers: A;
  readonly context: C;
  /** Path of the step whose `onEnter` has run. */
  readonly entered: string | undefined;
  /** To be shown once on the next page. */
  readonly notice: string | undefined;
  /** Why the last post led nowhere, to be shown at the step's address as often as it is asked for. */
  readonly refused: Refusal | undefined;
  /** Set when the journey is over: where it led, and when. */
  readonly finished: { readonly address: string; readonly at: string } | undefined;
  /** As which bytes it was read: what was read of them before, needs not be read again. */
  readonly sealed?: Buffer | undefined;
}

/** Which visit a browser asks for. */
interface VisitAsked {
  readonly ref: string;
  readonly visitor: string;
}

const refusalSchema = z.object({
  /** Tells it from earlier ones, whose addresses lead to the step itself. */
  mark: z.string(),
  /** Path of the step that it concerns. */
  step: z.string(),
  at: z.iso.datetime(),
  because: z.union([
    z.object({
      errors: z.record(
        z.string(),
        z.union([
          z.string(),
          z.object({ key: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) }),
        ]),
      ),
      /** What was typed, without secrets. */
      typed: z.record(z.string(), z.string()),
    }),
    z.object({
      stop: z.object({
        page: z.string(),
        status: z.number(),
        data: z.record(z.string(), z.unknown()).optional(),
        retryAfterSeconds: z.number().optional(),
      }),
    }),
  ]),
});

/** Why a post led nowhere: errors in the form, or a page in place of the step. */
export type Refusal = z.output<typeof refusalSchema>;

const stateSchema = z.object({
  answers: z.unknown(),
  context: z.unknown(),
  entered: z.string().optional(),
  notice: z.string().optional(),
  refused: refusalSchema.optional(),
  finished: z.object({ address: z.string(), at: z.string() }).optional(),
});

const sealPurpose = 'journey visit';

/** A visit that nobody has answered anything in is kept for less: programs that follow links leave many behind. */
const untouchedSeconds = 3600;

/** Keyed hash under which a browser's visits are stored. */
export function visitorKey(deps: Pick<Deps, 'secrets'>, visitor: string): string {
  return deps.secrets.rememberedMac('visitor', visitor);
}

/**
 * Starts a visit.
 *
 * @returns the address of its first page
 * @throws {Fault} `journey.unknown` when the context isn't what the journey needs
 */
export async function startVisit<A, C>(
  deps: Deps,
  journey: JourneyDefinition<A, C>,
  start: { visitor: string; context: unknown },
): Promise<string> {
  const context = journey.context.safeParse(start.context);
  if (!context.success) throw new Fault('journey.unknown', { cause: context.error });
  const ref = fewRandomBytes(16).toString('base64url');
  const visit: StoredVisit<A, C> = {
    ref,
    answers: journey.answers.parse({}),
    context: context.data,
    entered: undefined,
    notice: undefined,
    refused: undefined,
    finished: undefined,
  };
  await insertVisit(deps.db, {
    ref,
    journey: journey.id,
    visitor: visitorKey(deps, start.visitor),
    state: sealState(deps, visit),
    expiresAt: secondsAfter(deps.clock.now(), Math.min(journey.lifetimeSeconds, untouchedSeconds)),
  });
  const address = `/${journey.id}/${ref}`;
  // What a step does when it becomes the next one, it does when it is asked for.
  const first = nextStep(journey, visit.answers, visit.context);
  return first === undefined || first.onEnter !== undefined ? address : `${address}/${first.path}`;
}

/** @returns undefined when there is no such visit of this browser, it has expired, or an older release left it */
export async function loadVisit<A, C>(
  deps: Deps,
  journey: JourneyDefinition<A, C>,
  asked: VisitAsked,
): Promise<StoredVisit<A, C> | undefined> {
  const row = await readVisit(deps.db, lookFor(deps, asked));
  return row === undefined ? undefined : openState(deps, journey, { ...row, ref: asked.ref });
}

/**
 * Loads a visit and holds it until the transaction ends, so that two posts of it take turns.
 *
 * @param options.known what was loaded of it before
 * @param options.meanwhile asks for more in the same transaction, right behind the hold
 * @returns it as it is now, and as it was when it was asked for; both are the same unless others have changed it meanwhile
 */
export async function lockVisit<A, C>(
  deps: Deps,
  journey: JourneyDefinition<A, C>,
  asked: VisitAsked,
  {
    known,
    meanwhile,
  }: {
    readonly known?: StoredVisit<A, C> | undefined;
    readonly meanwhile?: (() => Promise<void>) | undefined;
  } = {},
): Promise<{ readonly now: StoredVisit<A, C>; readonly before: StoredVisit<A, C> } | undefined> {
  const held = await holdVisit(deps.db, lookFor(deps, asked), meanwhile);
  if (held === undefined) return undefined;
  const row = { ...held, ref: asked.ref };
  const now = known?.sealed?.equals(row.state) === true ? known : openState(deps, journey, row);
  const before = row.before === null ? now : openState(deps, journey, { ...row, state: row.before });
  return now === undefined || before === undefined ? undefined : { now, before };
}

function lookFor(deps: Pick<Deps, 'clock' | 'secrets'>, { ref, visitor }: VisitAsked) {
  return { ref, visitor: visitorKey(deps, visitor), now: deps.clock.now() };
}

/** Finds this browser's newest unfinished visit of a journey, so that a person can go on where they left. */
export async function findOpenVisit(
  deps: Deps,
  at: { journey: string; visitor: string },
): Promise<{ address: string } | undefined> {
  const rows = await readNewestVisits(deps.db, {
    journey: at.journey,
    visitor: visitorKey(deps, at.visitor),
    now: deps.clock.now(),
    most: 5,
  });
  const open = rows.find((row) => readState(deps, row)?.finished === undefined);
  return open === undefined ? undefined : { address: `/${open.journey}/${open.ref}` };
}

export async function saveVisit<A, C>(
  deps: Deps,
  journey: JourneyDefinition<A, C>,
  visit: StoredVisit<A, C>,
): Promise<void> {
  await updateVisit(deps.db, {
    ref: visit.ref,
    state: sealState(deps, visit),
    expiresAt: secondsAfter(deps.clock.now(), journey.lifetimeSeconds),
  });
}

function sealState<A, C>(deps: Pick<Deps, 'secrets'>, visit: StoredVisit<A, C>): Buffer {
  const { ref: _, sealed: __, ...state } = visit;
  return deps.secrets.seal(sealPurpose, Buffer.from(JSON.stringify(state)));
}

function readState(
  deps: Pick<Deps, 'secrets'>,
  row: Pick<VisitRow, 'state'>,
): z.output<typeof stateSchema> | undefined {
  const state: unknown = JSON.parse(deps.secrets.unseal(sealPurpose, row.state).toString('utf8'));
  return stateSchema.safeParse(state).data;
}

function openState<A, C>(
  deps: Pick<Deps, 'secrets'>,
  journey: JourneyDefinition<A, C>,
  row: Pick<VisitRow, 'ref' | 'journey' | 'state'>,
): StoredVisit<A, C> | undefined {
  if (row.journey !== journey.id) return undefined;
  const state = readState(deps, row);
  const answers = journey.answers.safeParse(state?.answers);
  const context = journey.context.safeParse(state?.context);
  if (state === undefined || !answers.success || !context.success) return undefined;
  return {
    ref: row.ref,
    answers: answers.data,
    context: context.data,
    entered: state.entered,
    notice: state.notice,
    refused: state.refused,
    finished: state.finished,
    sealed: row.state,
  };
}
