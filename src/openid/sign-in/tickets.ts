import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { identityLevels } from '#identity';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { digestOf } from '../engine/sealed-entity.ts';
import { insertTicket, selectTicket } from './store.ts';

const ticketSeconds = 60;

/** How a journey ended. */
const journeyResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('signed-in'),
    accountId: z.string(),
    factors: z.array(z.string()),
    deviceRemembered: z.boolean().optional(),
    byAppOf: z.string().optional(),
  }),
  z.object({
    kind: z.literal('agreed'),
    accountId: z.string(),
    scopes: z.array(z.string()),
    level: z.enum(identityLevels),
  }),
  z.object({ kind: z.literal('again'), accountId: z.string() }),
  z.object({ kind: z.literal('refused'), error: z.string(), description: z.string() }),
]);
export type JourneyResult = z.output<typeof journeyResult>;

/**
 * Writes down how a journey ended, for the one browser that the engine is waiting for.
 *
 * @returns the address that takes it back: it works once, for a minute
 */
export async function issueTicket(
  deps: Pick<Deps, 'db' | 'clock'>,
  uid: string,
  result: JourneyResult,
): Promise<{ readonly address: string }> {
  const token = randomToken();
  const issuedAt = deps.clock.now();
  await insertTicket(deps.db, {
    id: digestOf(token),
    requestUid: digestOf(uid),
    result,
    accountId: result.kind === 'refused' ? null : result.accountId,
    issuedAt,
    expiresAt: secondsAfter(issuedAt, ticketSeconds),
  });
  return { address: wayBack(uid, token) };
}

/** In the query of the address that takes a ticket back. */
export const ticketParameter = 'ticket';

export function wayBack(uid: string, token: string): string {
  return `${addresses.authorize}/${encodeURIComponent(uid)}?${ticketParameter}=${encodeURIComponent(token)}`;
}

/** How a journey ended, by a ticket that is still to be used up. */
export interface Ticket {
  readonly id: Buffer;
  readonly result: JourneyResult;
  readonly issuedAt: Date;
}

/** @returns undefined if the ticket was used, is too old, or belongs to another request */
export async function readTicket(
  deps: Pick<Deps, 'db' | 'clock'>,
  shown: { uid: string; token: string },
): Promise<Ticket | undefined> {
  const id = digestOf(shown.token);
  const found = await selectTicket(deps.db, {
    id,
    requestUid: digestOf(shown.uid),
    now: deps.clock.now(),
  });
  return found && { id, result: journeyResult.parse(found.result), issuedAt: found.issuedAt };
}
