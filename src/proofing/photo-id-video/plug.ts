import { photoSteps } from '../capture/photo-steps.ts';
import { videoSteps } from '../capture/video-steps.ts';
import { proofingMethod, type ProofingTools } from '../method.ts';
import { photoIdAnswers } from '../photo-id/answers.ts';
import { offeredBy, standingBy } from '../photo-id/offered.ts';
import { photoIdEvents, photoIdKeeps } from '../photo-id/records.ts';
import { photoIdSteps } from '../photo-id/steps.ts';
import { sendVideoBy } from '../photo-id/without-pages.ts';
import { beforeYouStart } from './before-you-start/step.ts';
import { method } from './method-id.ts';
import { staffSummary } from './staff-summary.ts';
import { words } from './words.ts';

/** The pages that photograph and record. */
const capture = (tools: ProofingTools) => [...photoSteps(tools), ...videoSteps(tools)];

/** Photos of a document and a video with four numbers, which a person compares with the NHS record. */
const plug = proofingMethod({
  id: method,
  level: 'P9',
  minutes: 20,
  words,
  offeredWhen: offeredBy(method),
  standingOf: standingBy(method),
  answers: photoIdAnswers,
  isProven: ({ isProven }) => isProven === true,
  steps: (tools) => photoIdSteps({ method, beforeYouStart, capture }, tools),
  capture,
  sendWithoutPages: sendVideoBy(method),
  staffSummary,
  auditEvents: photoIdEvents,
  keeps: [
    'The photos and the video, encrypted with a key of their own: 183 days after the decision, if no other time is set.',
    ...photoIdKeeps,
  ],
});

export default plug;
