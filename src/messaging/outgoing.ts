import { randomUUID } from 'node:crypto';
import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { languages, type Language } from '#foundation/web';
import { z } from 'zod';
import { compose, emailMessages, loadCatalogues, smsMessages, type Catalogue, type MessageName, type MessageValues } from './compose.ts';
import { channels, type Channel } from './sender.ts';
import type { Senders } from './senders.ts';
import { deleteOutgoing, deleteUselessOutgoing, insertOutgoing, selectOutgoing } from './store.ts';

/** A message that somebody should get. */
export interface OutgoingMessage {
  readonly message: MessageName;
  readonly channel: Channel;
  /** An e-mail address, or a phone number in E.164. */
  readonly to: string;
  readonly language: Language;
  readonly values: MessageValues;
  /** After this instant it isn't sent any more. */
  readonly usefulUntil: Date;
}

const queue = 'messaging.send';
const sealPurpose = 'outgoing message';
const sendWithinMs = 30_000;

/**
 * Tried again at growing intervals up to five minutes for some eight hours, which is longer than any message is useful
 * but the news of a changed password. A job whose process died goes to another after a minute.
 */
const rules = { retryLimit: 120, retryDelay: 2, retryDelayMax: 300, expireInSeconds: 60, atOnce: 4 };

/** One address or number, and nothing that could end a header line or name a second recipient. */
const recipients: Record<Channel, RegExp> = {
  email: /^[^\s\p{Cc}\p{Cf},;:<>()[\]"\\@]+@[^\s\p{Cc}\p{Cf},;:<>()[\]"\\@]+$/u,
  sms: /^\+[1-9]\d{6,14}$/u,
};

const sealedMessage = z.object({
  message: z.enum([...emailMessages, ...smsMessages]),
  channel: z.enum(channels),
  to: z.string(),
  language: z.enum(languages),
  values: z.object({ code: z.string().optional(), link: z.string().optional() }),
});
const jobData = z.object({ id: z.uuid() });

/**
 * Sends a message soon, in the background, if and when the caller's transaction commits. It is tried again until it is
 * sent, refused for good, or of no use any more; after a crash it may be sent twice, never lost.
 *
 * @throws {Fault} `messaging.bad-recipient` for what is not one plain address or number
 */
export async function sendMessage(deps: Deps, outgoing: OutgoingMessage): Promise<void> {
  const { usefulUntil, ...rest } = outgoing;
  if (rest.to.length > 320 || !recipients[rest.channel].test(rest.to)) throw new Fault('messaging.bad-recipient');
  const id = randomUUID();
  const sealed = deps.secrets.seal(sealPurpose, Buffer.from(JSON.stringify(rest)));
  await insertOutgoing(deps.db, { id, sealed, usefulUntil });
  await deps.enqueue(queue, { id });
}

/** Starts sending in this process. */
export async function startMessagingWork(house: House, jobs: Jobs, senders: Senders): Promise<void> {
  const catalogues = loadCatalogues();
  await jobs.work(queue, rules, (data) => sendOne(house, { senders, catalogues }, jobData.parse(data).id));
}

async function sendOne(
  house: House,
  parts: { senders: Senders; catalogues: Record<Language, Catalogue> },
  id: string,
): Promise<void> {
  const { deps, settings, secrets } = house;
  const row = await selectOutgoing(deps.db, id);
  if (row === undefined) return;
  const opened: unknown = JSON.parse(secrets.unseal(sealPurpose, row.sealed).toString());
  const { message, channel, to, language, values } = sealedMessage.parse(opened);
  const late = row.usefulUntil <= house.clock.now();
  const ready = compose(parts.catalogues[language], language, {
    name: message,
    values: { ...(values.code === undefined ? {} : { code: values.code }), ...(values.link === undefined ? {} : { link: values.link }) },
    serviceName: settings.serviceName,
    supportContact: settings.supportContact,
  });
  const result = late
    ? ({ outcome: 'too_late' } as const)
    : await withinTime(parts.senders[channel].send(house, { id, channel, to, ...ready }));
  await house.transact(async (inside) => {
    await deleteOutgoing(inside.db, id);
    await inside.audit({ type: `message.${result.outcome}`, details: { message, channel } });
  });
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Fault('messaging.not-sent')), sendWithinMs);
  try {
    return await Promise.race([work, promise]);
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('messaging.not-sent', { cause });
  } finally {
    clearTimeout(timer);
  }
}

export async function sweepOutgoing(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  await deleteUselessOutgoing(deps.db, deps.clock.now());
}
