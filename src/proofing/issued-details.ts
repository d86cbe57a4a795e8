import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import { detailsKeyOf, personKeyOf } from './keys.ts';
import { selectUser } from './details-store.ts';
import { insertIssued, selectIssued, takePersonTurn, withdrawOne, withdrawUnusedOf } from './issued-store.ts';
import { z } from 'zod';

/** How a practice has checked who somebody is before it issued details. */
export interface IdentityCheckByStaff {
  readonly way: 'documents' | 'vouching' | 'vouching-with-record';
  /** The member of staff who checked. */
  readonly staffId: string;
  /** Which documents, in words of a closed list of the portal's; no numbers of theirs. */
  readonly documents?: readonly string[] | undefined;
  readonly at: Date;
}

/** What staff know somebody by in a list. */
export interface IssuedTo {
  readonly givenName?: string | undefined;
  readonly familyName: string;
}

/** `expired` after their time; `withdrawn` by staff, or because others were issued in their place. */
export type IssuedState = 'unused' | 'used' | 'expired' | 'withdrawn';

/** Registration details that a practice has issued, without the details. */
export interface IssuedDetails {
  readonly id: string;
  readonly state: IssuedState;
  readonly person: IssuedTo;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly usedAt?: Date;
  readonly withdrawnAt?: Date;
  readonly check: IdentityCheckByStaff;
}

/** Details can be used for two weeks, wherever they are issued. */
export const detailsLifetimeSeconds = 14 * 24 * 3600;

/** A practice sees for two years what it has issued. */
const retentionSeconds = 2 * 366 * 24 * 3600;
const mostListed = 200;
const idForm = z.uuid();

/**
 * Writes down, in a transaction, that a practice has issued somebody registration details. What it has issued them before and was
 * not used can't be used from then on.
 *
 * @param issued.gpUserId with the key and the practice the three details. None of them is kept.
 * @param issued.expiresAt two weeks from now at the latest; later ones are cut to that
 * @returns `wereUsed` if these three details have proven a login before: they prove no other, and staff have to make new ones
 */
export async function recordIssuedDetails(
  deps: Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets'>,
  issued: {
    readonly odsCode: OdsCode;
    readonly nhsNumber: NhsNumber;
    readonly person: IssuedTo;
    readonly gpUserId: string;
    readonly gpLinkageKey: string;
    readonly check: IdentityCheckByStaff;
    readonly expiresAt?: Date | undefined;
  },
): Promise<{ readonly id: string; readonly expiresAt: Date; readonly wereUsed: boolean }> {
  const { odsCode, nhsNumber, person, check, gpUserId, gpLinkageKey } = issued;
  const now = deps.clock.now();
  const latest = secondsAfter(now, detailsLifetimeSeconds);
  const expiresAt = issued.expiresAt !== undefined && issued.expiresAt < latest ? issued.expiresAt : latest;
  const personKey = personKeyOf(deps, nhsNumber);
  await takePersonTurn(deps.db, personKey);
  const replaced = await withdrawUnusedOf(deps.db, { odsCode, personKey, now });
  const id = randomUUID();
  const detailsKey = detailsKeyOf(deps, { odsCode, gpUserId, gpLinkageKey });
  await insertIssued(deps, {
    id,
    odsCode,
    personKey,
    person,
    detailsKey,
    check,
    issuedAt: now,
    expiresAt,
    keptUntil: secondsAfter(now, retentionSeconds),
  });
  const { way, staffId } = check;
  await deps.audit({ type: 'details.issued', details: { id, odsCode, way, staffId, replaced } });
  return { id, expiresAt, wereUsed: (await selectUser(deps.db, detailsKey)) !== undefined };
}

/** Tells whether three details have proven somebody here, wherever they were issued: then they prove nobody else. */
export async function areDetailsUsed(
  deps: Pick<Deps, 'db' | 'secrets'>,
  details: { readonly odsCode: OdsCode; readonly gpUserId: string; readonly gpLinkageKey: string },
): Promise<boolean> {
  return (await selectUser(deps.db, detailsKeyOf(deps, details))) !== undefined;
}

/**
 * Lists what a practice has issued, newest first; never the details themselves.
 *
 * @param asked.nhsNumber only what was issued to this person
 * @param asked.before issued before this, for the page after
 * @param asked.limit 200 at most
 */
export function listIssuedDetails(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  asked: {
    readonly odsCode: OdsCode;
    readonly nhsNumber?: NhsNumber;
    readonly before?: Date;
    readonly limit?: number;
  },
): Promise<IssuedDetails[]> {
  const { odsCode, nhsNumber, before, limit = mostListed } = asked;
  const personKey = nhsNumber === undefined ? undefined : personKeyOf(deps, nhsNumber);
  return selectIssued(deps, {
    odsCode,
    personKey,
    before,
    now: deps.clock.now(),
    limit: Math.min(limit, mostListed),
  });
}

/**
 * Withdraws details that a practice has issued, in a transaction: from then on nobody is proven by them here.
 *
 * @returns `not_open` unless they are this practice's, and neither used nor withdrawn before
 */
export async function withdrawIssuedDetails(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  withdrawn: { readonly id: string; readonly odsCode: OdsCode; readonly staffId: string },
): Promise<{ readonly outcome: 'withdrawn' | 'not_open' }> {
  if (!idForm.safeParse(withdrawn.id).success) return { outcome: 'not_open' };
  if (!(await withdrawOne(deps.db, { ...withdrawn, now: deps.clock.now() }))) return { outcome: 'not_open' };
  const { id, odsCode, staffId } = withdrawn;
  await deps.audit({ type: 'details.withdrawn', details: { id, odsCode, staffId } });
  return { outcome: 'withdrawn' };
}
