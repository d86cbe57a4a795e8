import { setTimeout as wait } from 'node:timers/promises';
import type { House } from '#foundation/deps';
import { levelOf } from '#identity';
import type { Captured } from '../capture/answers.ts';
import { changeAttempt, openAttempt, readAttempt, type Attempt } from '../capture/attempts.ts';
import { readFront } from '../capture/photo/receive.ts';
import { beginScan, takeBurst, type ScanStand, type ScanTools } from '../capture/scan/take-scan.ts';
import type { ProofingMethod, ScannedWithoutPages, ScanSpecimens } from '../method.ts';
import { fingerprintOf, handIn } from '../photo-id/hand-in.ts';
import { photoOf, receivePhotos } from '../photo-id/without-pages.ts';
import { judge } from './judge.ts';
import { method } from './method-id.ts';

const notSent = (because: string): ScannedWithoutPages => ({ outcome: 'not_sent', because });

/** Photographs, scans and sends, by the doors that the pages open. */
export const scanWithoutPages: NonNullable<ProofingMethod['scanWithoutPages']> = async (
  house,
  tools,
  specimens,
) => {
  const { evidence, faceChecks } = tools;
  const { accountId, documentKind } = specimens;
  if (evidence === undefined) return notSent('no_store');
  if (faceChecks === undefined) return notSent('nothing_compares_faces');
  const { id: attemptId, bundleId } = await house.transact((deps) =>
    openAttempt(deps, { accountId, method }),
  );
  const photos = await receivePhotos({ house, evidence, bundleId }, specimens);
  if (typeof photos === 'string') return notSent(photos);
  const { front, back } = photos;
  const reading = await readFront(house, { ...tools, evidence }, { accountId, documentKind, file: front });
  const photographed: Captured = {
    documentKind,
    front: photoOf(front),
    ...(back === undefined ? {} : { back: photoOf(back) }),
    faceWay: 'scan',
    leaveAt: house.clock.now().toISOString(),
  };
  await house.transact((deps) =>
    changeAttempt(deps, {
      accountId,
      attemptId,
      change: () => photographed,
      ...(reading === undefined ? {} : { reading: { ...reading, fileId: front.id, documentKind } }),
    }),
  );
  const which = { accountId, attemptId };
  const scanned = await scan({ house, evidence, faceChecks }, which, specimens);
  const attempt = await readAttempt(house.deps, which);
  if (scanned !== 'complete' || attempt === undefined) return notSent(scanned);
  const judgement = await judge(house, tools, attempt);
  const seen = fingerprintOf(attempt.captured);
  const sent = await house.transact((deps) => handIn(deps, { ...which, method, seen, judgement }));
  if (sent.outcome !== 'sent') return notSent(sent.outcome);
  return (await levelOf(house.deps, accountId)) === 'P9' ? { outcome: 'proven' } : sent;
};

/** What a device would say of when its pictures were taken. */
const msBetweenPictures = 160;
const mostWaits = 60;
const msBetweenWaits = 1000;

/** @returns how it has ended */
async function scan(
  tools: ScanTools,
  which: { readonly accountId: string; readonly attemptId: string },
  { act: perform }: ScanSpecimens,
): Promise<ScanStand['state'] | 'over'> {
  const { house } = tools;
  const open = await readAttempt(house.deps, which);
  if (open === undefined) return 'over';
  let stand = await beginScan(tools, { attempt: open, handOverId: undefined });
  let waits = 0;
  while (stand.state === 'act') {
    const { act, at } = stand;
    const frames = await perform(act);
    const taken = { act, at, frames, capturedAt: timesOf(house, frames.length) };
    stand = await send(tools, which, taken);
    for (; stand.state === 'busy' && waits < mostWaits; waits += 1) {
      await wait(msBetweenWaits);
      stand = await send(tools, which, taken);
    }
  }
  return stand.state;
}

async function send(
  tools: ScanTools,
  which: { readonly accountId: string; readonly attemptId: string },
  done: Parameters<typeof takeBurst>[1]['done'],
): Promise<ScanStand> {
  const attempt: Attempt | undefined = await readAttempt(tools.house.deps, which);
  return attempt === undefined ? { state: 'ended' } : takeBurst(tools, { attempt, done });
}

/** They were taken while they were drawn: the last one just now. */
function timesOf({ clock }: House, count: number): number[] {
  const now = clock.now().getTime();
  return Array.from({ length: count }, (_, at) => now - (count - 1 - at) * msBetweenPictures);
}
