import { proofingMethod } from '../method.ts';
import { detailsAnswers } from './answers.ts';
import { enterDetails } from './enter/step.ts';
import { isOfferedTo } from './offered.ts';
import { refusedDetails } from './refused/step.ts';
import { staffSummary } from './staff-summary.ts';
import { method } from './try-details.ts';
import { typeWithoutPages } from './without-pages.ts';
import { words } from './words.ts';

/** Registration details that somebody's GP surgery has given them, after it had checked who they are. */
const plug = proofingMethod({
  id: method,
  level: 'P9',
  minutes: 10,
  words,
  offeredWhen: isOfferedTo,
  answers: detailsAnswers,
  isProven: ({ isProven }) => isProven === true,
  steps: (tools) => [enterDetails(tools), refusedDetails],
  proveWithoutPages: typeWithoutPages,
  staffSummary,
  auditEvents: ['details.issued', 'details.withdrawn', 'identity.gp-credentials-kept'],
  keeps: [
    'The three details, encrypted, as credentials for the practice’s system: as long as the account.',
    'The connection that they made to the practice’s system, encrypted: as long as the account.',
    'A keyed hash of the details, so that they prove no second login: as long as the account, and 8 years after.',
  ],
});

export default plug;
