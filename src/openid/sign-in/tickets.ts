import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { identityLevels } from '#identity';
import { z } from 'zod';
import { digestOf } from '../engine/sealed-entity.ts';
import { insertTicket, takeTicket } from './store.ts';

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
  return { address: `/interaction/${uid}/return?ticket=${token}` };
}

/** @returns what the ticket stands for; undefined if it was used, is too old, or belongs to another request */
export async function redeemTicket(
  deps: Pick<Deps, 'db' | 'clock'>,
  shown: { uid: string; token: string },
): Promise<{ readonly result: JourneyResult; readonly issuedAt: Date } | undefined> {
  const now = deps.clock.now();
  const taken = await takeTicket(deps.db, {
    id: digestOf(shown.token),
    requestUid: digestOf(shown.uid),
    now,
  });
  return taken === undefined
    ? undefined
    : { result: journeyResult.parse(taken.result), issuedAt: taken.issuedAt };
}
