import type { Deps } from '#foundation/deps';
import { sendableMessage, type SendableMessage } from './message.ts';

/** Bound to its row: a message can't be put in another's place. */
const purposeOf = (id: string): string => `outgoing message ${id}`;

/** Address, values and all: what is on its way out is unreadable in the database. */
export function sealMessage(
  { secrets }: Pick<Deps, 'secrets'>,
  id: string,
  message: SendableMessage,
): Buffer {
  return secrets.seal(purposeOf(id), Buffer.from(JSON.stringify(message)));
}

export function openMessage({ secrets }: Pick<Deps, 'secrets'>, id: string, sealed: Buffer): SendableMessage {
  return sendableMessage.parse(JSON.parse(secrets.unseal(purposeOf(id), sealed).toString()));
}
