import { nations } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { RequestContext } from '../../request.ts';
import type { SignUpAnswers } from '../answers.ts';

const step = stepsOf<SignUpAnswers, RequestContext>();

export const whereYouLive = step({
  path: 'where-you-live',
  page: 'journeys/sign-up/where-you-live',
  isDone: (answers) => answers.nation !== undefined,
  undo: ({ nation: _, ...rest }) => rest,
  show: () => Promise.resolve({ nations }),
  values: (answers) => ({ nation: answers.nation ?? '' }),
  form: z.object({ nation: z.enum([...nations, 'elsewhere'], 'missing') }),
  submit: (_deps, visit, { nation }) => {
    const { context } = visit;
    if (nation === 'elsewhere') {
      const stop = {
        page: 'journeys/stops/elsewhere',
        status: 200,
        data: { clientName: context.clientName },
      };
      return Promise.resolve({ outcome: 'stopped', stop });
    }
    if (context.nations.length > 0 && !context.nations.includes(nation)) {
      return Promise.resolve({ outcome: 'moved', journey: 'not-available', context });
    }
    return Promise.resolve({ outcome: 'answered', answers: { ...visit.answers, nation } });
  },
});
