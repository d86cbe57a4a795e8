import { answerTasks, type Caller } from '#foundation/workers';
import { z } from 'zod';
import { burstLimits } from '../types.ts';
import { openFaceMachine, type Pixels } from './face-machine.ts';
import { lookAtBurst, lookAtPortrait } from './look.ts';

/** The process that sees faces. It is given pixels, and decodes nothing. */

const side = z.int().positive().max(4000);
const size = z.object({ width: side, height: side });
const order = z.object({
  pictures: z.array(size).min(1).max(burstLimits.mostFrames),
  isStraight: z.boolean().default(false),
});
const machine = openFaceMachine();

answerTasks(
  {
    warm: () => Promise.resolve(),
    burst: async (input, caller) =>
      lookAtBurst(await machine, await readPictures(input, caller), order.parse(input)),
    portrait: async (input, caller) => {
      const [picture] = await readPictures(input, caller);
      return picture === undefined ? {} : lookAtPortrait(await machine, picture);
    },
  },
  machine,
);

async function readPictures(input: unknown, caller: Caller): Promise<readonly Pixels[]> {
  const pictures: Pixels[] = [];
  let at = 0;
  for (const { width, height } of order.parse(input).pictures) {
    const bytes = width * height * 3;
    pictures.push({ pixels: await caller.read(at, bytes), width, height });
    at += bytes;
  }
  return pictures;
}
