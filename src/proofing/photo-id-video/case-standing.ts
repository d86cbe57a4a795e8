import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { levelOf } from '#identity';
import { readCaseOf, type AdviceTheme, type ImageTick } from '#review';
import { method } from './method-id.ts';

/** How it stands with what somebody has sent. */
export type CaseStanding =
  /** There is nothing, or it counts no more. */
  | { readonly state: 'none' }
  | { readonly state: 'waiting' | 'holding'; readonly submittedAt: Date }
  | { readonly state: 'approved' }
  | {
      readonly state: 'declined';
      readonly submittedAt: Date;
      readonly decidedAt: Date;
      readonly theme: AdviceTheme;
      readonly ticks: readonly ImageTick[];
    };

/** Reads how it stands with what an account has sent last. Who is proven by now, in whatever way, has nothing to wait for. */
export async function readStanding(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<CaseStanding> {
  if ((await levelOf(deps, accountId)) === 'P9') return { state: 'approved' };
  const sent = await readCaseOf(deps, { accountId, method });
  if (sent === undefined) return { state: 'none' };
  const { submittedAt, decidedAt = submittedAt, advice, ticks = [] } = sent;
  switch (sent.state) {
    case 'queued':
    case 'claimed':
    case 'processing':
      return { state: 'waiting', submittedAt };
    case 'holding':
      return { state: 'holding', submittedAt };
    case 'declined':
    case 'void':
      return advice === undefined
        ? { state: 'none' }
        : { state: 'declined', submittedAt, decidedAt, theme: advice, ticks };
    // Approved, and not proven (any more): what is known of them has changed since.
    case 'approved':
      return { state: 'none' };
  }
}

type Declined = Extract<CaseStanding, { state: 'declined' }>;

/** After these nothing is gained by sending something again at once. */
const lastWords: readonly AdviceTheme[] = ['another-way', 'too-young'];

/** @returns whether it makes sense to send something again now */
export function mayTryAgain({ theme }: Declined): boolean {
  return !lastWords.includes(theme);
}

/**
 * @returns whether this way is closed to somebody: as long as what the decision rested on is kept. Whoever was too young is
 *   asked for their age anew each time
 */
export function isClosed({ clock, settings }: Pick<Deps, 'clock' | 'settings'>, standing: Declined): boolean {
  const { theme, decidedAt } = standing;
  const until = secondsAfter(decidedAt, settings.evidenceRetentionDays * 24 * 3600);
  return theme === 'another-way' && until > clock.now();
}
