import { z } from 'zod';
import { challengeWays } from '../answers.ts';
import { giveVideoUp } from '../give-video-up.ts';
import { captureStep, changeHere, enterAttempt, holdHere } from '../here.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';

/** Asks how they give the four numbers: all ways count the same. A video that gives them in another way has to be made again. */
export const chooseWay = captureStep({
  path: 'way',
  page: 'proofing/capture/way',
  isDone: ({ way }) => way !== undefined,
  undo: (answers) => answers,
  onEnter: enterAttempt,
  show: (_deps, { context: { hasOtherWays, handOver } }) =>
    Promise.resolve({ ways: challengeWays, hasOtherWays, isPhone: handOver !== undefined }),
  values: ({ way = '' }) => ({ way }),
  form: z.object({ way: z.enum(challengeWays, 'missing') }),
  actions: onPhoneActions,
  submit: async (deps, visit, { way }) => {
    // What another device has sent meanwhile counts, not what this one knows.
    const captured = (await holdHere(deps, visit))?.captured;
    if (captured?.sentVideo !== undefined && captured.way !== way) return giveVideoUp(deps, visit, { way });
    return changeHere(deps, visit, {
      change: (sofar) => {
        if (sofar.way === way) return sofar;
        const { sentVideo: _sent, video: _video, ...rest } = sofar;
        return { ...rest, way };
      },
    });
  },
});
