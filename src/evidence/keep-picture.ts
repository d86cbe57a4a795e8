import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { insertFile } from './bundle-store.ts';
import { continueContent, TurnLost } from './content.ts';
import { deleteContent, finishContent, insertContent, takeTurn } from './content-store.ts';
import type { Evidence } from './evidence.ts';
import { readJpegHeader } from './media/jpeg-header.ts';
import { contentDeps } from './uploads.ts';

/** Longer than writing a picture takes. */
const unfinishedSeconds = 5 * 60;

/**
 * Keeps a picture that a process of ours has written anew: what strangers send goes through `receiveFile`. It must not be called within a
 * transaction.
 *
 * @param picture.jpeg of any size
 * @returns the file's id; undefined when the bundle is gone
 * @throws {TypeError} for what is no JPEG
 */
export async function keepPicture(
  house: House,
  evidence: Pick<Evidence, 'objects'>,
  { bundleId, jpeg }: { readonly bundleId: string; readonly jpeg: Uint8Array },
): Promise<string | undefined> {
  const size = readJpegHeader(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
  if (size === undefined) throw new TypeError('what was written anew is no JPEG');
  const deps = await contentDeps(house, evidence, bundleId);
  if (deps === undefined) return undefined;
  const { db, clock } = house.deps;
  const id = randomUUID();
  const hasObjects = evidence.objects !== undefined;
  const unfinishedUntil = secondsAfter(clock.now(), unfinishedSeconds);
  try {
    if (!(await insertContent(db, { id, bundleId, hasObjects, unfinishedUntil }))) return undefined;
    const turn = (await takeTurn(db, { id, bytes: 0, hasObjects })) ?? 0;
    const writer = await continueContent(deps, { id, bundleId, bytes: 0 }, turn);
    await writer.write(jpeg);
    await writer.finish();
    const { width, height } = size;
    const file = { id, kind: 'image', mediaType: 'image/jpeg', width, height } as const;
    return await house.transact(async (within) => {
      if (!(await finishContent(within.db, id))) return undefined;
      await insertFile(within.db, { ...file, receivedAt: within.clock.now() });
      return id;
    });
  } catch (error) {
    await deleteContent(db, id);
    // Its bundle was deleted meanwhile.
    if (error instanceof TurnLost) return undefined;
    throw error;
  }
}
