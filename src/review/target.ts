import type { Deps } from '#foundation/deps';
import { selectTarget, upsertTarget } from './target-store.ts';
import { mayDo } from './turn.ts';
import type { Checker } from './types.ts';

/** Within how many hours a case should be decided, and what people who wait are told besides. */
export interface ReviewTarget {
  readonly hours: number;
  readonly notice?: { readonly en: string; readonly cy: string };
}

/** A notice has at most so many characters in each language. */
export const longestNotice = 300;
const mostHours = 720;

/** Reads the target, with the notice for people who wait if there is one. */
export async function reviewTarget(deps: Pick<Deps, 'db' | 'settings'>): Promise<ReviewTarget> {
  const set = await selectTarget(deps.db);
  if (set === undefined) return { hours: deps.settings.reviewTargetHours };
  const { hours, noticeEn: en, noticeCy: cy } = set;
  return { hours, ...(en === null || cy === null ? {} : { notice: { en, cy } }) };
}

export type TargetChanged = {
  readonly outcome: 'changed' | 'not_allowed' | 'wrong_hours' | 'notice_in_one_language' | 'notice_too_long';
};

/**
 * Sets target and notice, in a transaction; a supervisor may.
 *
 * @param change.hours 1 to 720
 * @param change.notice in both languages, or in none: empty takes it away
 */
export async function changeTarget(
  deps: Deps,
  change: {
    readonly checker: Checker;
    readonly hours: number;
    readonly notice: { readonly en: string; readonly cy: string };
  },
): Promise<TargetChanged> {
  const { checker, hours } = change;
  const [en, cy] = [change.notice.en.trim(), change.notice.cy.trim()];
  if (!mayDo(checker, 'supervisor')) return { outcome: 'not_allowed' };
  if (!Number.isInteger(hours) || hours < 1 || hours > mostHours) return { outcome: 'wrong_hours' };
  if ((en === '') !== (cy === '')) return { outcome: 'notice_in_one_language' };
  if (Math.max(en.length, cy.length) > longestNotice) return { outcome: 'notice_too_long' };
  const notice = en === '' ? { noticeEn: null, noticeCy: null } : { noticeEn: en, noticeCy: cy };
  await upsertTarget(deps.db, { hours, ...notice, by: checker.staffId, now: deps.clock.now() });
  const details = { staffId: checker.staffId, hours, hasNotice: en !== '' };
  await deps.audit({ type: 'review.target-changed', details });
  return { outcome: 'changed' };
}
