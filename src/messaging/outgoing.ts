import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { z } from 'zod';
import { deliver, loadDelivery } from './delivery.ts';
import { sendableMessage, type OutgoingMessage } from './message.ts';
import { sealMessage } from './sealed-message.ts';
import { channels, type Channel } from './sender.ts';
import type { Senders } from './senders.ts';
import { deleteUselessOutgoing, insertOutgoing } from './store.ts';

/** A queue for each channel: a mail server that hangs doesn't hold up security codes on their way to phones. */
const queueOf = (channel: Channel): string => `messaging.send-${channel}`;

/**
 * Tried again at growing intervals of at most half a minute, so that a code is still good when a sender comes back;
 * often enough for six days, which is longer than any message is useful. A job whose process died goes to another within
 * about a minute.
 */
const rules = { retryLimit: 20_000, retryDelay: 1, retryDelayMax: 30, expireInSeconds: 35, atOnce: 4 };
const followUp = z.object({ queue: z.string(), data: z.record(z.string(), z.string()) });
const jobData = z.object({ id: z.uuid(), whenSent: followUp.optional(), whenRefused: followUp.optional() });

/** So long the sweep leaves a message to its own job, which says more about why it was not sent. */
const sweptAfterSeconds = 600;

/**
 * Sends a message soon, in the background, if and when the caller's transaction commits. It is tried again until it is
 * sent, refused for good, or of no use any more; after a crash it may be sent twice, never lost.
 *
 * @throws {Fault} `messaging.unsendable` for a recipient that is not one plain address or number, or for a message that
 *   has no words for its channel or lacks its code or link
 */
export async function sendMessage(deps: Deps, outgoing: OutgoingMessage): Promise<void> {
  const { usefulUntil, whenSent, whenRefused, ...rest } = outgoing;
  const message = sendableMessage.safeParse(rest);
  // The cause names what is wrong by its place: an issue's own text may quote what was given.
  if (!message.success) {
    const places = message.error.issues.map((issue) => issue.path.join('.') || 'message');
    throw new Fault('messaging.unsendable', { cause: places.join(', ') });
  }
  const id = randomUUID();
  await insertOutgoing(deps.db, { id, sealed: sealMessage(deps, id, message.data), usefulUntil });
  await deps.enqueue(queueOf(message.data.channel), {
    id,
    ...(whenSent === undefined ? {} : { whenSent }),
    ...(whenRefused === undefined ? {} : { whenRefused }),
  });
}

/** Starts sending in this process. */
export async function startMessagingWork(house: House, jobs: Jobs, senders: Senders): Promise<void> {
  const delivery = loadDelivery(senders);
  for (const channel of channels) {
    await jobs.work(queueOf(channel), rules, (data) => deliver(house, delivery, jobData.parse(data)));
  }
}

/** Removes messages whose time has passed, should their jobs have been lost. */
export async function sweepOutgoing(deps: Pick<Deps, 'db' | 'clock' | 'audit'>): Promise<void> {
  const count = await deleteUselessOutgoing(deps.db, secondsAfter(deps.clock.now(), -sweptAfterSeconds));
  if (count > 0) await deps.audit({ type: 'message.too_late', details: { count } });
}
