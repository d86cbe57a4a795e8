import { stepsOf } from '#foundation/journey';
import type { MethodWords, ProofingMethod } from '#proofing';
import { z } from 'zod';
import { leaving, type WaysAnswers, type WaysContext } from '../answers.ts';

const step = stepsOf<WaysAnswers, WaysContext>();

export const choose = (methods: readonly ProofingMethod[]) =>
  step({
    path: 'choose',
    page: 'journeys/ways-to-prove/choose',
    appliesWhen: ({ chosen, looksAround }, { tooYoung, begun }) =>
      tooYoung === undefined && (begun === undefined || chosen !== undefined || looksAround === true),
    isDone: ({ chosen }) => chosen !== undefined,
    undo: (answers) => answers,
    show: (_deps, { context, browser: { language } }) => {
      const ways = methods.filter(({ id }) => canChoose(context, id));
      return Promise.resolve({
        ways: ways.map(({ id, words }) => ({ id, ...describeWay(words[language], isWaiting(context, id)) })),
      });
    },
    values: ({ chosen = '' }) => ({ way: chosen }),
    form: z.object({ way: z.string('missing').min(1, 'missing') }),
    submit: (_deps, { answers, context }, { way }) =>
      Promise.resolve(
        canChoose(context, way)
          ? { outcome: 'answered', answers: { ...answers, chosen: way } }
          : { outcome: 'invalid', errors: { way: 'missing' } },
      ),
    actions: leaving,
  });

function isWaiting({ begun }: WaysContext, id: string): boolean {
  return begun?.id === id && begun.standing === 'waiting';
}

/** Also that in which something is being checked: its pages tell how that stands. */
function canChoose(context: WaysContext, id: string): boolean {
  return context.offered.includes(id) || isWaiting(context, id);
}

function describeWay({ title, needs, time, waiting }: MethodWords, isBeingChecked: boolean) {
  return isBeingChecked && waiting !== undefined
    ? { title, lines: [waiting] }
    : { title, lines: [...needs, time] };
}
