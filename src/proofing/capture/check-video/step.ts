import { openFile } from '#evidence';
import type { Deps } from '#foundation/deps';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import type { Captured } from '../answers.ts';
import type { Attempt } from '../attempts.ts';
import { giveVideoUp } from '../give-video-up.ts';
import { captureStep, changeHere, enterAttempt, openHere, type CaptureVisit } from '../here.ts';
import { standingOf, type VideoStanding } from '../sent-video.ts';

/** Waits until the video that was sent has been looked at, and shows it as it is kept; its owner says whether it is to be used. */
export const checkVideo = (tools: ProofingTools) =>
  captureStep({
    path: 'check-video',
    page: 'proofing/capture/check-video',
    isCapture: true,
    isDone: ({ video }) => video?.isKept === true,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: async (deps, visit) => {
      const { answers, context } = visit;
      const { hasOtherWays, handOver } = context;
      const { standing } = await lookUp(deps, visit);
      return {
        ...standing,
        isSecond: answers.isSecond === true,
        isShown: mayBeShown(visit),
        hasOtherWays,
        isPhone: handOver !== undefined,
      };
    },
    form: z.object({ fileId: z.string().default('') }),
    submit: async (deps, visit, { fileId }) => {
      const { standing } = await lookUp(deps, visit);
      // What they have looked at, not what another device has put in its place meanwhile.
      if (standing.state !== 'ready' || standing.fileId !== fileId)
        return { outcome: 'invalid', errors: { '': 'changed' } };
      const { digits } = standing;
      return changeHere(deps, visit, {
        change: (sofar) => {
          const { takenBy } = sofar.sentVideo ?? {};
          const video: Captured['video'] = { fileId, isKept: true, digits: [...digits], takenBy };
          return { ...sofar, video };
        },
      });
    },
    actions: { again: (deps, visit) => giveVideoUp(deps, visit) },
    resources: {
      standing: async (house, visit) => {
        const { standing } = await lookUp(house.deps, visit);
        return { type: 'application/json', body: JSON.stringify({ state: standing.state }) };
      },
      video: async (house, visit) => {
        const { attempt, standing } = await lookUp(house.deps, visit);
        if (attempt === undefined || standing.state !== 'ready' || tools.evidence === undefined)
          return undefined;
        if (!mayBeShown(visit)) return undefined;
        const reader = { by: 'owner', id: visit.context.accountId } as const;
        const { bundleId } = attempt;
        const file = await openFile(house, tools.evidence, { bundleId, fileId: standing.fileId, reader });
        if (file === undefined) return undefined;
        return { type: file.mediaType, bytes: file.bytes, read: (start, end) => file.read(start, end) };
      },
    },
  });

async function lookUp(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  visit: CaptureVisit,
): Promise<{ readonly attempt: Attempt | undefined; readonly standing: VideoStanding }> {
  const attempt = await openHere(deps, visit);
  return { attempt, standing: attempt === undefined ? { state: 'gone' } : await standingOf(deps, attempt) };
}

/** Another device is shown only what it has taken itself. */
function mayBeShown({ answers: { sentVideo }, context: { handOver } }: CaptureVisit): boolean {
  return handOver === undefined || sentVideo?.takenBy === handOver.id;
}
