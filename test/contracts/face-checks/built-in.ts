import type { OpenFaceWorld } from './world.ts';

/** It looks for itself: nobody has to tell it who is there. */
const open: OpenFaceWorld = () =>
  Promise.resolve({ environment: {}, expect: () => {}, close: () => Promise.resolve() });

export default open;
