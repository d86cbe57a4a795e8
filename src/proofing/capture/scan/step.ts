import { burstLimits, scanActs, scanHints } from '#face-checks';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import { captureStep, changeHere, enterAttempt, openHere } from '../here.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { scanTicket } from '../scan-ticket.ts';
import { scanAgain, showByVideo } from '../show-by-video.ts';
import { scansPath } from './routes.ts';

/** Scans somebody's face with the camera of the page: what it asks is drawn anew each time. */
export const scanFace = ({ faceChecks }: ProofingTools) =>
  captureStep({
    path: 'scan',
    page: 'proofing/capture/scan',
    isCapture: true,
    appliesWhen: ({ faceWay }) => faceWay === 'scan',
    isDone: ({ scan }) => scan?.isDone === true,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: async (deps, visit) => {
      const { hasOtherWays, handOver } = visit.context;
      const attempt = await openHere(deps, visit);
      const visitor = visit.browser.readCookie('visitor') ?? '';
      return {
        hasOtherWays,
        isPhone: handOver !== undefined,
        isOver: attempt === undefined,
        isDone: attempt?.captured.scan?.isDone === true,
        mayScan: faceChecks !== undefined,
        ticket:
          attempt === undefined
            ? ''
            : scanTicket(deps, { attemptId: attempt.id, handOverId: handOver?.id, visitor }),
        scansPath,
        burstLimits,
        acts: scanActs,
        hints: scanHints,
      };
    },
    form: z.object({}),
    submit: async (deps, visit) => {
      const went = await changeHere(deps, visit, { change: (sofar) => sofar });
      if (went.outcome !== 'answered' || went.answers.attemptId === undefined) return went;
      const { answers } = went;
      return answers.scan?.isDone === true ? went : { outcome: 'stayed', answers, notice: 'unfinished' };
    },
    actions: {
      ...onPhoneActions,
      again: scanAgain,
      'by-video': showByVideo,
    },
  });
