import { openFile, readFileOf } from '#evidence';
import type { Deps, House } from '#foundation/deps';
import {
  onceAtATime,
  stepsOf,
  type AnyStep,
  type Outcome,
  type PageData,
  type Resource,
} from '#foundation/journey';
import { z } from 'zod';
import { hasBack, type Captured } from '../../capture/answers.ts';
import type { Attempt } from '../../capture/attempts.ts';
import { enterAttempt, openHere } from '../../capture/here.ts';
import { whoDecides } from '../../capture/who-decides.ts';
import type { ProofContext, ProofingTools } from '../../method.ts';
import { captureVisitOf, type PhotoIdAnswers, type PhotoIdVisit } from '../answers.ts';
import { fingerprintOf, handIn, stillOf, type HandedIn, type MachineJudgement } from '../hand-in.ts';

const step = stepsOf<PhotoIdAnswers, ProofContext>();

const shown = ['front', 'back', 'video', 'still'] as const;
type Shown = (typeof shown)[number];

/** Has machines look at what is to be sent, outside of any transaction; undefined where none is to judge. */
export type Judge = (
  house: House,
  tools: ProofingTools,
  attempt: Attempt,
) => Promise<MachineJudgement | undefined>;

interface Sending {
  readonly method: string;
  readonly tools: ProofingTools;
  /** Left out where people decide on everything. */
  readonly judge?: Judge | undefined;
}

type Input = {
  /** What was shown: another device may have put something else in its place meanwhile. */
  readonly seen: string;
};

/** Shows everything once more; with its owner’s word that it is theirs it is sent. */
export function checkAndSend(sending: Sending): AnyStep<PhotoIdAnswers, ProofContext> {
  const { method } = sending;
  const judge = onceAtATime<PhotoIdAnswers, ProofContext, Input, MachineJudgement | undefined>(
    (_visit, { seen }) => seen,
    (house, visit, { seen }) => judgeSent(house, sending, visit, seen),
  );
  return step({
    path: 'check',
    page: 'proofing/photo-id/check-and-send',
    isCapture: true,
    isFinal: true,
    isDone: ({ isSent, isProven }) => isSent === true || isProven === true,
    undo: (answers) => answers,
    onEnter: async (deps, visit) => {
      const entered = await enterAttempt(deps, captureVisitOf(method, visit));
      return entered.outcome === 'entered'
        ? { outcome: 'entered', answers: { ...visit.answers, capture: entered.answers } }
        : entered;
    },
    show: (deps, visit) => describe(deps, method, visit),
    form: z.object({ isMe: z.literal('yes', 'missing'), seen: z.string().default('') }),
    before: judge,
    submit: async (deps, visit, { seen }, judgement) => {
      const { accountId } = visit.context;
      const { attemptId } = visit.answers.capture;
      const handed: HandedIn =
        attemptId === undefined
          ? { outcome: 'over' }
          : await handIn(deps, { accountId, attemptId, method, seen, judgement });
      return goOn(deps, { method, visit, handed });
    },
    resources: Object.fromEntries(
      shown.map((name) => [name, (house: House, visit: PhotoIdVisit) => fetch(house, sending, visit, name)]),
    ),
  });
}

/** Nobody judges what its owner has not looked at, or what was sent before. */
async function judgeSent(
  house: House,
  { method, tools, judge }: Sending,
  visit: PhotoIdVisit,
  seen: string,
): Promise<MachineJudgement | undefined> {
  if (judge === undefined) return undefined;
  const attempt = await openHere(house.deps, captureVisitOf(method, visit));
  const isAsSeen = attempt !== undefined && fingerprintOf(attempt.captured) === seen;
  return isAsSeen ? judge(house, tools, attempt) : undefined;
}

/** Says where somebody goes on from what became of it. */
async function goOn(
  deps: Deps,
  of: { readonly method: string; readonly visit: PhotoIdVisit; readonly handed: HandedIn },
): Promise<Outcome<PhotoIdAnswers>> {
  const { method, visit, handed } = of;
  const { answers } = visit;
  switch (handed.outcome) {
    case 'sent':
      return { outcome: 'answered', answers: { ...answers, isSent: true } };
    case 'changed': {
      const entered = await enterAttempt(deps, captureVisitOf(method, visit));
      const capture = entered.outcome === 'entered' ? entered.answers : answers.capture;
      return { outcome: 'stayed', answers: { ...answers, capture }, notice: 'changed' };
    }
    case 'over':
      return { outcome: 'answered', answers: { ...answers, capture: {}, notSent: { reason: 'over' } } };
    case 'being_checked':
    case 'closed':
      return { outcome: 'answered', answers: { ...answers, notSent: { reason: handed.outcome } } };
    case 'too_many_tries': {
      const notSent = { reason: handed.outcome, until: handed.until.toISOString() };
      return { outcome: 'answered', answers: { ...answers, notSent } };
    }
    case 'too_young': {
      const { from, rule } = handed;
      const notSent = { reason: handed.outcome, from, rule };
      return { outcome: 'answered', answers: { ...answers, capture: {}, notSent } };
    }
    case 'not_at_p5':
      // What follows is found out when the service's request is looked at again.
      return { outcome: 'answered', answers: { ...answers, isProven: true } };
  }
}

async function describe(deps: Deps, method: string, visit: PhotoIdVisit): Promise<PageData> {
  const { clientName, hasOtherWays } = visit.context;
  const attempt = await openHere(deps, captureVisitOf(method, visit));
  const captured: Captured = attempt?.captured ?? {};
  const { documentKind, front, back, way, faceWay } = captured;
  const files = await Promise.all(
    shown.map(async (name) => {
      const fileId = fileOf(captured, name);
      const file =
        attempt === undefined || fileId === undefined
          ? undefined
          : await readFileOf(deps, { bundleId: attempt.bundleId, fileId });
      return [`${name}File`, file] as const;
    }),
  );
  return {
    clientName,
    hasOtherWays,
    seen: fingerprintOf(captured),
    days: deps.settings.evidenceRetentionDays,
    documentKind,
    face: faceWay ?? 'video',
    decider: faceWay === 'scan' ? await whoDecides(deps) : 'people',
    mayChange: faceWay !== undefined,
    way,
    ...Object.fromEntries(files),
    isFrontDoubtful: (front?.problems.length ?? 0) > 0,
    isBackDoubtful: (back?.problems.length ?? 0) > 0,
  };
}

/** @returns the file that its owner is shown, of those that are to be sent */
function fileOf(captured: Captured, name: Shown): string | undefined {
  const { documentKind, front, back, video, scan, faceWay } = captured;
  switch (name) {
    case 'front':
      return front?.fileId;
    case 'back':
      return hasBack(documentKind) ? back?.fileId : undefined;
    case 'video':
      return faceWay === 'scan' ? undefined : video?.fileId;
    case 'still':
      return faceWay === 'scan' ? stillOf(scan) : undefined;
  }
}

/** Its owner looks at what they have brought together, from whatever device. */
async function fetch(
  house: House,
  { method, tools: { evidence } }: Sending,
  visit: PhotoIdVisit,
  name: Shown,
): Promise<Resource | undefined> {
  const attempt = await openHere(house.deps, captureVisitOf(method, visit));
  const fileId = attempt === undefined ? undefined : fileOf(attempt.captured, name);
  if (attempt === undefined || fileId === undefined || evidence === undefined) return undefined;
  const reader = { by: 'owner', id: visit.context.accountId } as const;
  const file = await openFile(house, evidence, { bundleId: attempt.bundleId, fileId, reader });
  if (file === undefined) return undefined;
  const { mediaType: type, bytes } = file;
  return name === 'video'
    ? { type, bytes, read: (start, end) => file.read(start, end) }
    : { type, body: file.read() };
}
