import { stepsOf } from '#foundation/journey';
import { endedAddress, joinHandOver } from '#proofing';
import { z } from 'zod';
import { lockedStop, type CodeAnswers, type CodeContext } from '../answers.ts';
import { onPhoneId, type OnPhoneContext } from '../on-phone-context.ts';

const step = stepsOf<CodeAnswers, CodeContext>();

/** Says whose login photos would be added to, so that nobody adds theirs to a stranger's; uses the code. */
export const whose = step({
  path: 'whose',
  page: 'journeys/on-your-phone/whose',
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { answers: { clientName, maskedEmail } }) => Promise.resolve({ clientName, maskedEmail }),
  form: z.object({}),
  submit: async (deps, { answers: { code = '' }, browser: { remoteAddress } }) => {
    const joined = await joinHandOver(deps, { code, remoteAddress });
    switch (joined.outcome) {
      case 'locked':
        return { outcome: 'stopped', stop: lockedStop(deps, joined.until) };
      case 'not_found':
        return { outcome: 'left', address: endedAddress };
      case 'found': {
        const { id, attemptId, accountId, method, clientName, sessionUid, signedInAt } = joined.handOver;
        const context: OnPhoneContext = {
          handOver: { id, attemptId },
          accountId,
          method,
          clientName,
          sessionUid,
          seenAt: signedInAt.toISOString(),
        };
        return { outcome: 'moved', journey: onPhoneId, context };
      }
    }
  },
  actions: { no: () => Promise.resolve({ outcome: 'left', address: endedAddress }) },
});
