import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Visit } from '#foundation/journey';
import { findHandOver, maskEmail } from '#proofing';
import { z } from 'zod';
import { lockedStop, type CodeAnswers, type CodeContext } from '../answers.ts';

const step = stepsOf<CodeAnswers, CodeContext>();

/** Asks for the code, unless a link has brought one that is good. */
export const enterCode = step({
  path: 'code',
  page: 'journeys/on-your-phone/code',
  isDone: ({ code }) => code !== undefined,
  undo: ({ code: _, ...rest }) => rest,
  onEnter: async (deps, visit) => {
    const { answers, context } = visit;
    if (context.code === undefined) return { outcome: 'entered', answers };
    const found = await lookAt(deps, visit, context.code);
    if (found.outcome === 'locked') return { outcome: 'stopped', stop: lockedStop(deps, found.until) };
    return { outcome: 'entered', answers: found.answers };
  },
  show: (_deps, { context }) => Promise.resolve({ linkFailed: context.code !== undefined }),
  form: z.object({
    code: z.string('missing').trim().min(1, 'missing').max(40, 'wrong'),
  }),
  submit: async (deps, visit, { code }) => {
    const found = await lookAt(deps, visit, code);
    switch (found.outcome) {
      case 'locked':
        return { outcome: 'stopped', stop: lockedStop(deps, found.until) };
      case 'not_found':
        return { outcome: 'invalid', errors: { code: 'wrong' } };
      case 'found':
        return { outcome: 'answered', answers: found.answers };
    }
  },
});

type LookedAt =
  | { readonly outcome: 'found' | 'not_found'; readonly answers: CodeAnswers }
  | { readonly outcome: 'locked'; readonly until: Date };

async function lookAt(
  deps: Deps,
  { answers, browser: { remoteAddress } }: Visit<CodeAnswers, CodeContext>,
  code: string,
): Promise<LookedAt> {
  const found = await findHandOver(deps, { code, remoteAddress });
  if (found.outcome !== 'found') return found.outcome === 'locked' ? found : { ...found, answers };
  const { accountId, clientName } = found.handOver;
  const account = await readAccount(deps, accountId);
  if (account === undefined) return { outcome: 'not_found', answers };
  return { outcome: 'found', answers: { code, clientName, maskedEmail: maskEmail(account.email) } };
}
