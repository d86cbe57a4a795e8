import { reviewTarget } from '#review';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import { faceWays } from '../answers.ts';
import { captureStep, changeHere, enterAttempt } from '../here.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { showByVideo } from '../show-by-video.ts';
import { whoDecides } from '../who-decides.ts';

/**
 * Asks how they show that the document is theirs. Both ways are as good: leave for a machine to measure somebody's face counts for nothing if
 * who does not give it is worse off.
 */
export const chooseFaceWay = ({ faceChecks }: ProofingTools) =>
  captureStep({
    path: 'face',
    page: 'proofing/capture/face',
    isDone: ({ faceWay }) => faceWay !== undefined,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: async (deps, { context: { hasOtherWays, handOver } }) => ({
      ways: faceChecks === undefined ? ['video'] : faceWays,
      decider: await whoDecides(deps),
      hours: (await reviewTarget(deps)).hours,
      days: deps.settings.evidenceRetentionDays,
      hasOtherWays,
      isPhone: handOver !== undefined,
    }),
    values: ({ faceWay = '' }) => ({ faceWay }),
    form: z.object({ faceWay: z.enum(faceWays, 'missing') }),
    actions: onPhoneActions,
    submit: async (deps, visit, { faceWay }) => {
      if (faceWay === 'video') return showByVideo(deps, visit);
      const leaveAt = deps.clock.now().toISOString();
      return changeHere(deps, visit, {
        change: (sofar) => ({ ...sofar, faceWay, leaveAt: sofar.leaveAt ?? leaveAt }),
      });
    },
  });
