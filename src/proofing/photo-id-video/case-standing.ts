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

/** After these nothing is gained by sending something again. */
const lastWords: readonly AdviceTheme[] = ['another-way', 'too-young'];

/** @returns whether it makes sense to send something again */
export function mayTryAgain({ theme }: Extract<CaseStanding, { state: 'declined' }>): boolean {
  return !lastWords.includes(theme);
}
