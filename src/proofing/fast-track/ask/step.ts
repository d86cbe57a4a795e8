import type { Deps, House } from '#foundation/deps';
import { onceAtATime, stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { recheckLater } from '#identity';
import { z } from 'zod';
import type { ProofContext, ProofingTools } from '../../method.ts';
import type { FastTrackAnswers } from '../answers.ts';
import { judgeFastTrack, type JudgedFastTrack } from '../judge.ts';
import { refuse, settleFastTrack } from '../settle.ts';

const step = stepsOf<FastTrackAnswers, ProofContext>();

type FastTrackVisit = Visit<FastTrackAnswers, ProofContext>;
type Input = { readonly choice: 'yes' | 'no' };

/** Asks whether the practice's check may be relied on. */
export const askToRely = (tools: ProofingTools) => {
  const judge = onceAtATime<FastTrackAnswers, ProofContext, Input, JudgedFastTrack | undefined>(
    (_visit, { choice }) => choice,
    async (house: House, { context }, { choice }) =>
      choice === 'yes' ? judgeFastTrack(house, tools, context.accountId) : undefined,
  );
  return step({
    path: 'ask',
    page: 'proofing/fast-track/ask',
    isDone: ({ declined, refused, isProven }) =>
      declined === true || refused !== undefined || isProven === true,
    undo: () => ({}),
    show: (_deps, { context: { hasOtherWays } }) => Promise.resolve({ hasOtherWays }),
    values: ({ declined }) => ({ choice: declined === true ? 'no' : '' }),
    form: z.object({ choice: z.enum(['yes', 'no'], 'missing') }),
    before: judge,
    submit: (deps, visit, _input, judged) => takeJudged(deps, visit, judged),
  });
};

async function takeJudged(
  deps: Deps,
  { context: { accountId, clientName, hasOtherWays } }: FastTrackVisit,
  judged: JudgedFastTrack | undefined,
): Promise<Outcome<FastTrackAnswers>> {
  switch (judged?.outcome) {
    case undefined:
      return { outcome: 'answered', answers: { declined: true } };
    case 'unavailable': {
      const page = 'proofing/fast-track/not-available';
      return { outcome: 'stopped', stop: { page, status: 503, data: { clientName, hasOtherWays } } };
    }
    case 'stopped':
      await refuse(deps, accountId);
      // What the register has against the account is written down, and followed, on its own.
      await recheckLater(deps, accountId);
      return { outcome: 'answered', answers: { refused: { reason: 'stopped' } } };
    case 'not_found': {
      const refused = await refuse(deps, accountId);
      return answerOf(refused);
    }
    case 'found':
      return answerOf(await settleFastTrack(deps, accountId, judged));
  }
}

function answerOf(settled: Awaited<ReturnType<typeof settleFastTrack>>): Outcome<FastTrackAnswers> {
  return settled.outcome === 'proven'
    ? { outcome: 'answered', answers: { isProven: true } }
    : { outcome: 'answered', answers: { refused: settled.refusal } };
}
