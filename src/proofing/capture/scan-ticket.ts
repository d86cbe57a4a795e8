import type { Deps } from '#foundation/deps';
import { secretsEqual, type Secrets } from '#foundation/security';
import { z } from 'zod';
import { findAttempt, type Attempt } from './attempts.ts';
import { readHandOver } from './on-your-phone/hand-over.ts';

/** The header in which a page of ours shows for which attempt it scans a face. */
export const scanTicketHeader = 'scan-ticket';

/** What a page may add to, and by which hand-over, where it is not its owner's. */
interface ScanLeave {
  readonly attemptId: string;
  readonly handOverId: string | undefined;
}

const shape = z
  .string()
  .transform((text) => text.split('.'))
  .pipe(z.tuple([z.uuid(), z.union([z.uuid(), z.literal('')]), z.string().min(1)]));

const sign = (secrets: Secrets, { attemptId, handOverId = '' }: ScanLeave, visitor: string): string =>
  secrets.mac('face scan', JSON.stringify([attemptId, handOverId, visitor]));

/** @returns what lets a page scan a face for an attempt, from the browser that was shown it and no other */
export function scanTicket(
  { secrets }: Pick<Deps, 'secrets'>,
  leave: ScanLeave & { readonly visitor: string },
): string {
  const { attemptId, handOverId = '', visitor } = leave;
  return [attemptId, handOverId, sign(secrets, leave, visitor)].join('.');
}

/**
 * Finds what a ticket is good for: an open attempt whose owner has given leave for a scan, and, of another device, only as long as its
 * hand-over has not ended.
 */
export async function readScanTicket(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  shown: { readonly ticket: unknown; readonly visitor: string | undefined },
): Promise<{ readonly attempt: Attempt; readonly handOverId: string | undefined } | undefined> {
  const { data } = shape.safeParse(shown.ticket);
  if (data === undefined || shown.visitor === undefined) return undefined;
  const [attemptId, handOver, signature] = data;
  const handOverId = handOver === '' ? undefined : handOver;
  if (!secretsEqual(signature, sign(deps.secrets, { attemptId, handOverId }, shown.visitor)))
    return undefined;
  const attempt = await findAttempt(deps, attemptId);
  if (attempt?.state !== 'open' || attempt.expiresAt <= deps.clock.now()) return undefined;
  if (attempt.captured.faceWay !== 'scan' || attempt.captured.leaveAt === undefined) return undefined;
  const isLiving =
    handOverId === undefined || (await readHandOver(deps, handOverId))?.attemptId === attemptId;
  return isLiving ? { attempt, handOverId } : undefined;
}
