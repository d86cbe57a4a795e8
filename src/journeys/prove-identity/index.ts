import type { JourneyDefinition } from '#foundation/journey';
import { finishSignIn } from '#openid';
import { requestFormTargets, requestFrame } from '../request.ts';
import { alreadyMatched } from './already-matched/step.ts';
import {
  proveIdentityAnswers,
  proveIdentityContext,
  type ProveIdentityAnswers,
  type ProveIdentityContext,
  type ProveIdentityParts,
} from './answers.ts';
import { checkDetails } from './check-details/step.ts';
import { dateOfBirth } from './date-of-birth/step.ts';
import { isSignInOver } from './finding.ts';
import { isThisYou } from './is-this-you/step.ts';
import { name } from './name/step.ts';
import { nhsNumber } from './nhs-number/step.ts';
import { noMatch } from './no-match/step.ts';
import { notYou } from './not-you/step.ts';
import { partsWrong } from './parts-wrong/step.ts';
import { postcode } from './postcode/step.ts';
import { start } from './start/step.ts';

/** Show that one's details match one entry in the national register, and so reach P5. */
export function proveIdentity(
  parts: ProveIdentityParts,
): JourneyDefinition<ProveIdentityAnswers, ProveIdentityContext> {
  return {
    id: 'prove-identity',
    answers: proveIdentityAnswers,
    context: proveIdentityContext,
    lifetimeSeconds: 3600,
    steps: [
      start,
      nhsNumber,
      name,
      dateOfBirth,
      postcode,
      checkDetails(parts),
      noMatch,
      isThisYou(parts),
      notYou,
      partsWrong,
      alreadyMatched,
    ],
    finish: async (deps, { context: { uid, accountId } }) => {
      const { address } = await finishSignIn(deps, { uid, accountId, factors: [] });
      return { outcome: 'left', address };
    },
    isOver: isSignInOver,
    everyPage: requestFrame,
    formTargets: requestFormTargets,
  };
}
