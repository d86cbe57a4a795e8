import { answerTasks } from '#foundation/workers';
import { z } from 'zod';
import { lookAtImage } from './look-at-image.ts';

/** The process that decodes what strangers send: one file, then it is replaced. */

const order = z.object({ bytes: z.int().nonnegative() });

answerTasks({
  image: (input, caller) => lookAtImage(order.parse(input).bytes, caller),
});
