import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Language } from '#foundation/web';
import { compose, loadCatalogues, type Catalogue } from './compose.ts';
import type { FollowUp, SendableMessage } from './message.ts';
import { openMessage } from './sealed-message.ts';
import type { SendOutcome } from './sender.ts';
import type { Senders } from './senders.ts';
import { deleteOutgoing, takeOutgoing, updatePutOff } from './store.ts';

/** What sending needs beside the house. */
export interface Delivery {
  readonly senders: Senders;
  readonly catalogues: Record<Language, Catalogue>;
  /** Shorter than a job's life, so that no other process takes up a message that this one is still sending. */
  readonly withinMs: number;
}

export function loadDelivery(senders: Senders): Delivery {
  return { senders, catalogues: loadCatalogues(), withinMs: 25_000 };
}

/**
 * Sends one message, if it is still there and of use; afterwards nothing of it is left but a line in the audit trail.
 *
 * @throws {Fault} `messaging.not-sent`, with a sender's reason, when another try may help
 */
export async function deliver(
  house: House,
  delivery: Delivery,
  {
    id,
    ...then
  }: {
    readonly id: string;
    readonly whenSent?: FollowUp | undefined;
    readonly whenRefused?: FollowUp | undefined;
  },
): Promise<void> {
  const taken = await takeOutgoing(house.deps.db, id);
  if (taken === undefined) return;
  const message = openMessage(house, id, taken.sealed);
  const isLate = taken.usefulUntil <= house.clock.now();
  const result = isLate ? tooLate : await trySending(house, delivery, { id, ...taken, message });
  if (result.outcome === 'not_now') {
    const isPutOff = result.by === 'mailbox';
    if (isPutOff !== taken.isPutOff) await updatePutOff(house.deps.db, { id, isPutOff });
    throw new Fault('messaging.not-sent', { cause: result.reason });
  }
  const isGivenUp = result.outcome === 'too_late' && taken.isPutOff;
  const reason = reasonOf(result, isGivenUp);
  const details = { message: message.message, channel: message.channel, ...reason };
  await house.transact(async (inside) => {
    await deleteOutgoing(inside.db, id);
    await inside.audit({ type: `message.${result.outcome}`, details });
    const tooLateThen = isGivenUp ? then.whenRefused : undefined;
    const next = { sent: then.whenSent, refused: then.whenRefused, too_late: tooLateThen }[result.outcome];
    if (next !== undefined) await inside.enqueue(next.queue, next.data);
  });
}

const tooLate = { outcome: 'too_late' } as const;

function reasonOf(result: SendOutcome | typeof tooLate, isGivenUp: boolean): { readonly reason?: string } {
  if (result.outcome === 'refused') return { reason: result.reason };
  return isGivenUp ? { reason: 'put-off' } : {};
}

async function trySending(
  house: House,
  { senders, catalogues, withinMs }: Delivery,
  taken: { id: string; attempt: number; usefulUntil: Date; message: SendableMessage },
): Promise<SendOutcome> {
  const { id, attempt, usefulUntil, message } = taken;
  const { channel, language, to } = message;
  const { serviceName, supportContact } = house.settings;
  const usefulForSeconds = (usefulUntil.getTime() - house.clock.now().getTime()) / 1000;
  const composed = compose(catalogues[language], message, { serviceName, supportContact, usefulForSeconds });
  const ready = { id, attempt, channel, language, to, ...composed };
  const sender = senders[channel];
  // The operator has switched calls off since it was asked for.
  if (sender === undefined) return { outcome: 'refused', reason: 'no-sender' };
  return withinTime(withinMs, (signal) => sender.send(house, ready, signal));
}

async function withinTime(
  ms: number,
  work: (signal: AbortSignal) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const giveUp = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => {
    giveUp.abort();
    resolve({ outcome: 'not_now', reason: 'timeout' });
  }, ms);
  try {
    return await Promise.race([work(giveUp.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
