import type { Deps } from '#foundation/deps';
import { sweepOutgoing } from './outgoing.ts';
import type { InboxFilter, InboxMessage, Simulator } from './sender.ts';
import { loadSenderPlugs } from './senders.ts';

async function simulators(): Promise<Simulator[]> {
  return (await loadSenderPlugs())
    .map((plug) => plug.simulator)
    .filter((simulator) => simulator !== undefined);
}

/** @returns what a sandbox has “sent”, newest first */
export async function readSimulatedInbox(
  deps: Pick<Deps, 'db'>,
  filter: InboxFilter = {},
): Promise<InboxMessage[]> {
  const [simulator] = await simulators();
  return simulator === undefined ? [] : simulator.read(deps, filter);
}

/** Empties the simulated inbox. */
export async function clearSimulatedInbox(deps: Pick<Deps, 'db'>): Promise<void> {
  for (const simulator of await simulators()) await simulator.clear(deps);
}

/** Removes messages that are of no use any more, and old ones from the simulated inbox. */
export async function sweepMessaging(deps: Pick<Deps, 'db' | 'clock' | 'audit'>): Promise<void> {
  await sweepOutgoing(deps);
  for (const simulator of await simulators()) await simulator.sweep(deps);
}

export type { AccountChange, CodeMessage, OutgoingMessage, WaitingChange } from './message.ts';
export { sendMessage, startMessagingWork } from './outgoing.ts';
export { type Channel, type InboxFilter, type InboxMessage } from './sender.ts';
export { canCall, closeSenders, loadSenderPlugs, loadSenders, type Senders } from './senders.ts';
