import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Language } from '#foundation/web';
import { compose, loadCatalogues, type Catalogue } from './compose.ts';
import { openMessage } from './sealed-message.ts';
import type { SendOutcome } from './sender.ts';
import type { Senders } from './senders.ts';
import { deleteOutgoing, takeOutgoing } from './store.ts';

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

type Delivered =
  | { readonly outcome: 'sent' | 'too_late' | 'gone' }
  | { readonly outcome: 'refused' | 'not_now'; readonly reason: string };

/**
 * Sends one message, if it is still there and of use; afterwards nothing of it is left but a line in the audit trail.
 *
 * @throws {Fault} `messaging.not-sent` when another try may help. It has no cause: the queue keeps what it is thrown,
 *   and others' errors quote addresses and texts.
 */
export async function deliver(house: House, delivery: Delivery, id: string): Promise<void> {
  let result: Delivered;
  try {
    result = await tryToDeliver(house, delivery, id);
  } catch (error) {
    house.log.error({ messageId: id, err: error }, 'a message could not be sent');
    throw new Fault('messaging.not-sent');
  }
  if (result.outcome !== 'not_now') return;
  house.log.warn({ messageId: id, reason: result.reason }, 'a message waits: its sender could not take it');
  throw new Fault('messaging.not-sent');
}

async function tryToDeliver(house: House, delivery: Delivery, id: string): Promise<Delivered> {
  const taken = await takeOutgoing(house.deps.db, id);
  if (taken === undefined) return { outcome: 'gone' };
  const message = openMessage(house, id, taken.sealed);
  const { channel, language, to } = message;
  const now = house.clock.now();
  let result: Delivered = { outcome: 'too_late' };
  if (taken.usefulUntil > now) {
    const { serviceName, supportContact } = house.settings;
    const usefulForSeconds = (taken.usefulUntil.getTime() - now.getTime()) / 1000;
    const composed = compose(delivery.catalogues[language], message, {
      serviceName,
      supportContact,
      usefulForSeconds,
    });
    const ready = { id, attempt: taken.attempt, channel, language, to, ...composed };
    result = await withinTime(delivery.withinMs, (signal) =>
      delivery.senders[channel].send(house, ready, signal),
    );
  }
  if (result.outcome === 'not_now') return result;
  const reason = 'reason' in result ? { reason: result.reason } : {};
  await house.transact(async (inside) => {
    await deleteOutgoing(inside.db, id);
    await inside.audit({
      type: `message.${result.outcome}`,
      details: { message: message.message, channel, ...reason },
    });
  });
  return result;
}

async function withinTime(
  ms: number,
  send: (signal: AbortSignal) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const giveUp = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => {
    giveUp.abort();
    resolve({ outcome: 'not_now', reason: 'timeout' });
  }, ms);
  try {
    return await Promise.race([send(giveUp.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
