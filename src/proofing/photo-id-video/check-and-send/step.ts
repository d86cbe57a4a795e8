import { openFile, readFileOf } from '#evidence';
import type { Deps, House } from '#foundation/deps';
import { stepsOf, type Outcome, type PageData, type Resource } from '#foundation/journey';
import { z } from 'zod';
import { hasBack, type Captured } from '../../capture/answers.ts';
import { enterAttempt, openHere } from '../../capture/here.ts';
import type { ProofContext, ProofingTools } from '../../method.ts';
import { captureVisitOf, type PhotoIdAnswers, type PhotoIdVisit } from '../answers.ts';
import { fingerprintOf, handIn, type HandedIn } from '../hand-in.ts';

const step = stepsOf<PhotoIdAnswers, ProofContext>();

const shown = ['front', 'back', 'video'] as const;

/** Shows everything once more; with its owner’s word that it is theirs it is sent. */
export const checkAndSend = (tools: ProofingTools) =>
  step({
    path: 'check',
    page: 'proofing/photo-id-video/check-and-send',
    isCapture: true,
    isFinal: true,
    isDone: ({ isSent, isProven }) => isSent === true || isProven === true,
    undo: (answers) => answers,
    onEnter: async (deps, visit) => {
      const entered = await enterAttempt(deps, captureVisitOf(visit));
      return entered.outcome === 'entered'
        ? { outcome: 'entered', answers: { ...visit.answers, capture: entered.answers } }
        : entered;
    },
    show: describe,
    form: z.object({
      isMe: z.literal('yes', 'missing'),
      /** What was shown: another device may have put something else in its place meanwhile. */
      seen: z.string().default(''),
    }),
    submit: async (deps, visit, { seen }) => {
      const { accountId } = visit.context;
      const { attemptId } = visit.answers.capture;
      const handed: HandedIn =
        attemptId === undefined ? { outcome: 'over' } : await handIn(deps, { accountId, attemptId, seen });
      return goOn(deps, visit, handed);
    },
    resources: Object.fromEntries(
      shown.map((name) => [name, (house: House, visit: PhotoIdVisit) => fetch(house, tools, visit, name)]),
    ),
  });

/** Says where somebody goes on from what became of it. */
async function goOn(deps: Deps, visit: PhotoIdVisit, handed: HandedIn): Promise<Outcome<PhotoIdAnswers>> {
  const { answers } = visit;
  switch (handed.outcome) {
    case 'sent':
      return { outcome: 'answered', answers: { ...answers, isSent: true } };
    case 'changed': {
      const entered = await enterAttempt(deps, captureVisitOf(visit));
      const capture = entered.outcome === 'entered' ? entered.answers : answers.capture;
      return { outcome: 'stayed', answers: { ...answers, capture }, notice: 'changed' };
    }
    case 'over':
      return { outcome: 'answered', answers: { ...answers, capture: {}, notSent: { reason: 'over' } } };
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

async function describe(deps: Deps, visit: PhotoIdVisit): Promise<PageData> {
  const { clientName, hasOtherWays } = visit.context;
  const attempt = await openHere(deps, captureVisitOf(visit));
  const captured: Captured = attempt?.captured ?? {};
  const { documentKind, front, back, way, video } = captured;
  const describeFile = async (fileId: string | undefined) => {
    if (attempt === undefined || fileId === undefined) return undefined;
    return readFileOf(deps, { bundleId: attempt.bundleId, fileId });
  };
  const [frontFile, backFile, videoFile] = await Promise.all([
    describeFile(front?.fileId),
    hasBack(documentKind) ? describeFile(back?.fileId) : undefined,
    describeFile(video?.fileId),
  ]);
  return {
    clientName,
    hasOtherWays,
    seen: fingerprintOf(captured),
    days: deps.settings.evidenceRetentionDays,
    documentKind,
    way,
    frontFile,
    backFile,
    videoFile,
    isFrontDoubtful: (front?.problems.length ?? 0) > 0,
    isBackDoubtful: (back?.problems.length ?? 0) > 0,
  };
}

/** Its owner looks at what they have brought together, from whatever device. */
async function fetch(
  house: House,
  { evidence }: ProofingTools,
  visit: PhotoIdVisit,
  name: (typeof shown)[number],
): Promise<Resource | undefined> {
  const attempt = await openHere(house.deps, captureVisitOf(visit));
  const fileId = attempt?.captured[name]?.fileId;
  if (attempt === undefined || fileId === undefined || evidence === undefined) return undefined;
  const reader = { by: 'owner', id: visit.context.accountId } as const;
  const file = await openFile(house, evidence, { bundleId: attempt.bundleId, fileId, reader });
  if (file === undefined) return undefined;
  const { mediaType: type, bytes } = file;
  return name === 'video'
    ? { type, bytes, read: (start, end) => file.read(start, end) }
    : { type, body: file.read() };
}
