import { readAccount } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { stepsOf, type AnyStep, type PageData, type Visit } from '#foundation/journey';
import type { Language } from '#foundation/web';
import { levelOf } from '#identity';
import { readCaseOf, reviewTarget, triesLeft, type AdviceTheme } from '#review';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { PhotoIdAnswers } from '../answers.ts';
import { method } from '../method-id.ts';
import { dayOf, momentOf } from '../moment.ts';

const step = stepsOf<PhotoIdAnswers, ProofContext>();
type Asked = Visit<PhotoIdAnswers, ProofContext>;

/** How somebody stands who has sent something. */
type Standing =
  | { readonly state: 'pending' | 'holding'; readonly submittedAt: Date }
  | { readonly state: 'approved' }
  | { readonly state: 'declined'; readonly submittedAt: Date; readonly theme: AdviceTheme }
  /** What they sent counts no more: the next page is that of a new beginning. */
  | { readonly state: 'none' };

/** After these nothing is gained by sending something again. */
const lastWords: readonly AdviceTheme[] = ['another-way', 'too-young'];

/** What somebody sees who comes while they are waiting, or after it was not enough. */
export const progress = standingStep('progress', ({ isSent, sendsAgain }, { standing }) => {
  return standing !== undefined && isSent !== true && sendsAgain !== true;
});

/** What somebody sees who has just sent everything, from then on. */
export const sent = standingStep('sent', ({ isSent }) => isSent === true);

function standingStep(
  path: string,
  appliesWhen: (answers: PhotoIdAnswers, context: ProofContext) => boolean,
): AnyStep<PhotoIdAnswers, ProofContext> {
  return step({
    path,
    page: 'proofing/photo-id-video/how-it-stands',
    appliesWhen,
    isDone: ({ isProven }) => isProven === true,
    undo: (answers) => answers,
    show: describe,
    form: z.object({}),
    submit: async (deps, { answers, context: { accountId } }) => {
      const standing = await standingOf(deps, accountId);
      switch (standing.state) {
        case 'approved':
          return { outcome: 'answered', answers: { isProven: true } };
        case 'pending':
        case 'holding':
          return { outcome: 'stayed', answers };
        case 'none':
          return { outcome: 'answered', answers: { sendsAgain: true } };
        case 'declined': {
          const { left } = await triesLeft(deps, { accountId });
          return left > 0 && !lastWords.includes(standing.theme)
            ? { outcome: 'answered', answers: { sendsAgain: true } }
            : { outcome: 'stayed', answers };
        }
      }
    },
  });
}
