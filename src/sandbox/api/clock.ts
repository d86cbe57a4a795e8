import type { MovableClock } from '#foundation/clock';
import { z } from 'zod';
import { addDuration } from '../duration.ts';
import { operation, refusal, type Operation } from './operation.ts';

const body = z.strictObject(
  {
    advance: z
      .string({ error: 'must be an ISO 8601 duration' })
      .describe('an ISO 8601 duration, such as PT6M or P181D'),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'has members other than advance' : 'must be a JSON object',
  },
);
const timeSchema = z.object({ now: z.iso.datetime() });

/** @param deps.onMoved called when time has moved, for what has to be put right then */
export function clockOperations({
  clock,
  onMoved,
}: {
  clock: MovableClock;
  onMoved: () => Promise<void>;
}): Operation[] {
  const told = async () => {
    await onMoved();
    return { status: 200, body: { now: clock.now().toISOString() } };
  };
  return [
    operation({
      method: 'POST',
      path: '/clock',
      summary: 'Moves the product’s time forward: tokens and codes expire, locks end, links die.',
      input: { body },
      answers: {
        200: { description: 'The time now.', schema: timeSchema },
        400: { description: 'This is not a duration.' },
      },
      handle: ({ body: { advance } }) => {
        const now = clock.now();
        const then = addDuration(now, advance);
        if (then === undefined) {
          const description =
            'advance must be an ISO 8601 duration of at most a hundred years, such as PT6M or P181D';
          return Promise.resolve(refusal(400, 'invalid_request', description));
        }
        clock.advance((then.getTime() - now.getTime()) / 1000);
        return told();
      },
    }),
    operation({
      method: 'DELETE',
      path: '/clock',
      summary: 'Goes back to the machine’s time.',
      input: {},
      answers: { 200: { description: 'The time now.', schema: timeSchema } },
      handle: () => {
        clock.reset();
        return told();
      },
    }),
  ];
}
