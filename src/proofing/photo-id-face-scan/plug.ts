import { faceSteps } from '../capture/face-steps.ts';
import { photoSteps } from '../capture/photo-steps.ts';
import { proofingMethod, type ProofingMethod, type ProofingTools } from '../method.ts';
import { photoIdAnswers } from '../photo-id/answers.ts';
import { offeredBy, standingBy } from '../photo-id/offered.ts';
import { photoIdEvents, photoIdKeeps } from '../photo-id/records.ts';
import { photoIdSteps } from '../photo-id/steps.ts';
import { beforeYouStart } from './before-you-start/step.ts';
import { judge } from './judge.ts';
import { method } from './method-id.ts';
import { scanWithoutPages } from './without-pages.ts';
import { staffSummary } from './staff-summary.ts';
import { words } from './words.ts';

/** The pages that photograph, and scan or record. */
const capture = (tools: ProofingTools) => [
  ...photoSteps(tools, { choosesFaceWay: true }),
  ...faceSteps(tools),
];

/** Without anything that looks at scans there is the other way, which has a video from the beginning. */
const isOffered: ProofingMethod['offeredWhen'] = async (house, tools, person) =>
  tools.faceChecks !== undefined && offeredBy(method)(house, tools, person);

/**
 * Photos of a document and a scan of a face, which a machine compares, and a person wherever it is not sure. Whoever wants no machine to
 * measure their face records a video, as equal: so it is no way of its own that an operator could leave out.
 */
const plug = proofingMethod({
  id: method,
  level: 'P9',
  minutes: 5,
  words,
  offeredWhen: isOffered,
  standingOf: standingBy(method),
  answers: photoIdAnswers,
  isProven: ({ isProven }) => isProven === true,
  steps: (tools) => photoIdSteps({ method, beforeYouStart, capture, judge }, tools),
  capture,
  scanWithoutPages,
  staffSummary,
  auditEvents: [...photoIdEvents, 'case.decided'],
  keeps: [
    'The photos, the pictures of the face scan and the video, encrypted with a key of their own: 183 days after the decision, if no other time is set.',
    'What a machine has measured of a face, encrypted: until it has compared it, and never longer than the scan may take.',
    ...photoIdKeeps,
  ],
});

export default plug;
