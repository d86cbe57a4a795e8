import { clearSimulatedInbox, readSimulatedInbox } from '#messaging';
import type { OpenSenderWorld } from './world.ts';

const openWorld: OpenSenderWorld = (house) =>
  Promise.resolve({
    environment: {},
    received: async () => (await readSimulatedInbox(house.deps)).toReversed(),
    close: () => clearSimulatedInbox(house.deps),
  });

export default openWorld;
