import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';

import type { Place } from '../staff/roles.ts';
import { insertAct, selectActs } from './store.ts';

export const actTypes = [
  'issued',
  'printed',
  'withdrawn',
  'competence-recorded',
  'competence-withdrawn',
  'fast-track-blocked',
  'fast-track-unblocked',
  'minimum-age-set',
  'staff-added',
  'staff-invited-again',
  'staff-roles-changed',
  'staff-removed',
  'target-set',
  'automation-started',
  'automation-stopped',
  'automation-rate-set',
] as const;
export type ActType = (typeof actTypes)[number];

/** Something that a member of staff has done, as their practice sees it. */
export interface Act {
  readonly number: string;
  readonly staffId: string | undefined;
  readonly type: ActType;
  /** Of the patient or member of staff whom it was about. */
  readonly initials: string | undefined;
  /** Words of closed lists, and numbers. */
  readonly details: readonly string[];
  readonly at: Date;
}

/** As long as the audit trail. */
const retentionSeconds = 8 * 366 * 24 * 3600;
const mostListed = 100;

/** Writes down, in a transaction, what a member of staff does; of whom it is about with initials alone. */
export async function writeAct(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  act: {
    readonly place: Place;
    readonly staffId: string;
    readonly type: ActType;
    readonly person?: { readonly givenName?: string | undefined; readonly familyName: string } | undefined;
    readonly details?: readonly string[];
  },
): Promise<void> {
  const { person } = act;
  const names = person === undefined ? [] : [person.givenName ?? '', person.familyName];
  const initials = names.map((name) => [...name.trim()][0]?.toUpperCase() ?? '').join('');
  const at = deps.clock.now();
  await insertAct(deps, {
    place: act.place,
    staffId: act.staffId,
    type: act.type,
    initials: initials === '' ? undefined : initials,
    details: act.details ?? [],
    at,
    keptUntil: secondsAfter(at, retentionSeconds),
  });
}

/** @returns what was done at a practice, newest first, a page at a time */
export async function listActs(
  deps: Pick<Deps, 'db' | 'secrets'>,
  asked: { readonly place: Place; readonly before?: string | undefined },
): Promise<{ readonly acts: readonly Act[]; readonly next: string | undefined }> {
  const before = asked.before !== undefined && /^\d{1,18}$/u.test(asked.before) ? asked.before : undefined;
  const acts = await selectActs(deps, { place: asked.place, before, limit: mostListed });
  return { acts, next: acts.length === mostListed ? acts.at(-1)?.number : undefined };
}
