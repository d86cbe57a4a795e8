import { answerTasks } from '#foundation/workers';
import { z } from 'zod';

/** The process that decodes what strangers send: one file, then it is replaced. */

const order = z.object({ bytes: z.int().nonnegative() });

answerTasks({
  image: async (input, caller) => {
    const { lookAtImage } = await import('./look-at-image.ts');
    return lookAtImage(order.parse(input).bytes, caller);
  },
  video: async (input, caller) => {
    const { lookAtVideo } = await import('./look-at-video.ts');
    return lookAtVideo(order.parse(input).bytes, caller);
  },
});
