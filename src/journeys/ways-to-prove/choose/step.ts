import { stepsOf } from '#foundation/journey';
import type { ProofingMethod } from '#proofing';
import { z } from 'zod';
import { leaving, type WaysAnswers, type WaysContext } from '../answers.ts';

const step = stepsOf<WaysAnswers, WaysContext>();

export const choose = (methods: readonly ProofingMethod[]) =>
  step({
    path: 'choose',
    page: 'journeys/ways-to-prove/choose',
    appliesWhen: (_answers, { tooYoung }) => tooYoung === undefined,
    isDone: ({ chosen }) => chosen !== undefined,
    undo: (answers) => answers,
    show: (_deps, { context: { offered }, browser: { language } }) => {
      const ways = methods.filter(({ id }) => offered.includes(id));
      return Promise.resolve({ ways: ways.map(({ id, words }) => ({ id, ...words[language] })) });
    },
    values: ({ chosen = '' }) => ({ way: chosen }),
    form: z.object({ way: z.string('missing').min(1, 'missing') }),
    submit: (_deps, { answers, context }, { way }) =>
      Promise.resolve(
        context.offered.includes(way)
          ? { outcome: 'answered', answers: { ...answers, chosen: way } }
          : { outcome: 'invalid', errors: { way: 'missing' } },
      ),
    actions: leaving,
  });
