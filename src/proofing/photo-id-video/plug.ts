import { embedSteps, type AnyStep } from '#foundation/journey';
import type { CaptureAnswers } from '../capture/answers.ts';
import type { CaptureContext } from '../capture/context.ts';
import { photoSteps } from '../capture/photo-steps.ts';
import { videoSteps } from '../capture/video-steps.ts';
import { proofingMethod, type ProofContext, type ProofingTools } from '../method.ts';
import { captureContextOf, isUnderWay, photoIdAnswers, type PhotoIdAnswers } from './answers.ts';
import { beforeYouStart } from './before-you-start/step.ts';
import { checkAndSend } from './check-and-send/step.ts';
import { progress, sent } from './how-it-stands/step.ts';
import { method } from './method-id.ts';
import { notSent } from './not-sent/step.ts';
import { isOffered, standingOf } from './offered.ts';
import { staffSummary } from './staff-summary.ts';
import { sendWithoutPages } from './without-pages.ts';
import { words } from './words.ts';

/** The pages that photograph and record. */
function captureSteps(tools: ProofingTools): AnyStep<CaptureAnswers, CaptureContext>[] {
  return [...photoSteps(tools), ...videoSteps(tools)];
}

/** The same, until everything is sent. */
function ownCaptureSteps(tools: ProofingTools): AnyStep<PhotoIdAnswers, ProofContext>[] {
  return embedSteps(captureSteps(tools), {
    pathPrefix: '',
    appliesWhen: isUnderWay,
    read: ({ capture }) => capture,
    write: (answers, capture) => ({ ...answers, capture }),
    context: captureContextOf,
  });
}

/** Photos of a document and a video with four numbers, which a person compares with the NHS record. */
const plug = proofingMethod({
  id: method,
  level: 'P9',
  minutes: 20,
  words,
  offeredWhen: isOffered,
  standingOf,
  answers: photoIdAnswers,
  isProven: ({ isProven }) => isProven === true,
  steps: (tools) => [progress, notSent, beforeYouStart, ...ownCaptureSteps(tools), checkAndSend(tools), sent],
  capture: captureSteps,
  sendWithoutPages,
  staffSummary,
  auditEvents: [
    'attempt.opened',
    'attempt.submitted',
    'attempt.abandoned',
    'evidence.read',
    'evidence.deleted',
    'case.submitted',
    'case.ended',
  ],
  keeps: [
    'The photos and the video, encrypted with a key of their own: 183 days after the decision, if no other time is set.',
    'What was brought together and not sent, encrypted: 30 days after the 24 hours in which it could be.',
    'Of each case when it was sent, what was answered and decided, by whom and why: 8 years. Notes go with the photos.',
  ],
});

export default plug;
