import type { House } from '#foundation/deps';
import { clearSimulatedInbox, readSimulatedInbox } from '#messaging';
import { z } from 'zod';
import { operation, type Operation } from './operation.ts';

const messageSchema = z.object({
  id: z.string(),
  channel: z.enum(['email', 'sms', 'voice']),
  to: z.string(),
  subject: z.string().optional(),
  text: z.string(),
  html: z.string().optional(),
  code: z.string().optional().describe('the security code in the message'),
  links: z.array(z.string()),
  sentAt: z.iso.datetime(),
});

const query = z.object({
  to: z.string().optional().describe('an e-mail address, or a number in the international format'),
  channel: z.enum(['email', 'sms', 'voice'], { error: 'must be email, sms or voice' }).optional(),
  since: z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
    .transform((text) => new Date(text))
    .optional(),
  limit: z.coerce.number({ error: 'must be a number' }).int().min(1).max(500).optional(),
});

export function messageOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/messages',
      summary: 'Lists the messages that were sent, the newest first.',
      input: { query },
      answers: { 200: { description: 'The messages.', schema: z.array(messageSchema) } },
      handle: async ({ query: asked }) => {
        const messages = await readSimulatedInbox(house.deps, asked);
        return { status: 200, body: messages };
      },
    }),
    operation({
      method: 'DELETE',
      path: '/messages',
      summary: 'Empties the inbox.',
      input: {},
      answers: { 204: { description: 'Done.' } },
      handle: async () => {
        await clearSimulatedInbox(house.deps);
        return { status: 204 };
      },
    }),
  ];
}
