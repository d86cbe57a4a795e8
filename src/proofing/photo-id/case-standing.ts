import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { levelOf } from '#identity';
import { readCaseOf, type AdviceTheme, type CaseState, type ImageTick } from '#review';
import type { FaceWay } from '../capture/answers.ts';

/** What somebody has shown their face by, in what they have sent last. */
interface Sent {
  readonly face: FaceWay;
}

/** How it stands with what somebody has sent. */
export type CaseStanding =
  /** There is nothing, or it counts no more. */
  | ({ readonly state: 'none' | 'approved' } & Sent)
  | ({ readonly state: 'waiting' | 'holding'; readonly submittedAt: Date } & Sent)
  | ({
      readonly state: 'declined';
      readonly submittedAt: Date;
      readonly decidedAt: Date;
      readonly theme: AdviceTheme;
      readonly ticks: readonly ImageTick[];
    } & Sent);

/** Reads how it stands with what an account has sent last by a way. Who is proven by now, in whatever way, has nothing to wait for. */
export async function readStanding(
  deps: Pick<Deps, 'db' | 'secrets'>,
  of: { readonly accountId: string; readonly method: string },
): Promise<CaseStanding> {
  const sent = await readCaseOf(deps, of);
  const face = sent?.hasScan === true ? 'scan' : 'video';
  if ((await levelOf(deps, of.accountId)) === 'P9') return { state: 'approved', face };
  if (sent === undefined) return { state: 'none', face };
  const { submittedAt, decidedAt = submittedAt, advice, ticks = [] } = sent;
  switch (sent.state) {
    case 'queued':
    case 'claimed':
    case 'processing':
      return { state: 'waiting', submittedAt, face };
    case 'holding':
      return { state: 'holding', submittedAt, face };
    case 'declined':
    case 'void':
      return advice === undefined
        ? { state: 'none', face }
        : { state: 'declined', submittedAt, decidedAt, theme: advice, ticks, face };
    // Approved, and not proven (any more): what is known of them has changed since.
    case 'approved':
      return { state: 'none', face };
  }
}

type Declined = Extract<CaseStanding, { state: 'declined' }>;

/** After these nothing is gained by sending something again at once. */
const lastWords: readonly AdviceTheme[] = ['another-way', 'too-young'];

/** @returns whether it makes sense to send something again now */
export function mayTryAgain({ theme }: Declined): boolean {
  return !lastWords.includes(theme);
}

const undecided: readonly CaseState[] = ['queued', 'claimed', 'holding', 'processing'];

/** @returns whether somebody has sent something by photo ID, by a way or by whichever, that nobody has decided on yet */
export async function isBeingChecked(
  deps: Pick<Deps, 'db' | 'secrets'>,
  of: { readonly accountId: string; readonly method?: string },
): Promise<boolean> {
  const last = await readCaseOf(deps, of);
  return last !== undefined && undecided.includes(last.state);
}

/**
 * Whoever was told to take another way has no second try by photo ID, whichever way that was: not as long as what the decision rested on
 * is kept. Whoever was too young is asked for their age anew each time.
 *
 * @returns whether photo ID is closed to somebody
 */
export async function isClosed(
  deps: Pick<Deps, 'db' | 'secrets' | 'clock' | 'settings'>,
  accountId: string,
): Promise<boolean> {
  const last = await readCaseOf(deps, { accountId });
  if (last?.state !== 'declined' || last.advice !== 'another-way') return false;
  const keptDays = deps.settings.evidenceRetentionDays;
  return secondsAfter(last.decidedAt ?? last.submittedAt, keptDays * 24 * 3600) > deps.clock.now();
}
