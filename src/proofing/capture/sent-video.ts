import { readStanding, type FileRefusal } from '#evidence';
import type { Deps } from '#foundation/deps';
import type { FourDigits } from './answers.ts';
import type { Attempt } from './attempts.ts';
import { sentVideoOf } from './challenge.ts';

/** Where the video stands that somebody has sent. */
export type VideoStanding =
  /** Other numbers have taken the place of its own. */
  | { readonly state: 'gone' }
  | { readonly state: 'checking'; readonly digits: FourDigits }
  | { readonly state: 'refused'; readonly reason: FileRefusal }
  | { readonly state: 'ready'; readonly fileId: string; readonly digits: FourDigits };

/** @returns where the video stands that was sent for the attempt's numbers */
export async function standingOf(
  deps: Pick<Deps, 'db' | 'clock'>,
  { id, bundleId, captured: { sentVideo } }: Attempt,
): Promise<VideoStanding> {
  const sent = await sentVideoOf(deps, id);
  if (sent === undefined || sent.challengeId !== sentVideo?.challengeId) return { state: 'gone' };
  const { digits, uploadId } = sent;
  const standing = await readStanding({ deps }, { bundleId, uploadId });
  switch (standing.outcome) {
    case 'unfinished':
    case 'checking':
      return { state: 'checking', digits };
    case 'refused':
      return { state: 'refused', reason: standing.reason };
    case 'received':
      return { state: 'ready', fileId: standing.file.id, digits };
  }
}
