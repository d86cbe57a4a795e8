import { receiveUpload, takeUpload, uploadBeganAt } from '#evidence';
import type { House } from '#foundation/deps';
import type { UploadedFile } from '#foundation/http';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import { challengeWays } from '../answers.ts';
import { beginVideo } from '../challenge.ts';
import { openHere, type CaptureVisit } from '../here.ts';

/** What came with the page's form: a file, or the id of an upload that a script has made. */
export const sentForm = z.object({
  challenge: z.string().default(''),
  upload: z.string().default(''),
  /** How the page said to give the numbers. */
  way: z.enum(challengeWays).optional().catch(undefined),
});
export type SentForm = z.output<typeof sentForm>;

/** Why a file was not even stored, as the page's words name it. */
export type NotStored = 'missing' | 'too_big' | 'busy';

/** A video that has arrived; whether it can be used is found out in the background. */
export type Arrived =
  | { readonly outcome: 'arrived'; readonly upload: { readonly id: string; readonly beganAt: Date } }
  | { readonly outcome: 'refused'; readonly reason: NotStored }
  /** The numbers count no more. */
  | { readonly outcome: 'too_old' }
  /** Not all of it has come. */
  | { readonly outcome: 'unfinished' }
  | { readonly outcome: 'not_open' };

const id = z.uuid();

/** Takes in the video that came with the form, or looks at the upload that it names. It must not be called within a transaction. */
export async function receiveVideo(
  house: House,
  { evidence }: ProofingTools,
  visit: CaptureVisit,
  { form, file }: { readonly form: SentForm; readonly file: UploadedFile | undefined },
): Promise<Arrived> {
  const { deps } = house;
  const attempt = await openHere(deps, visit);
  if (attempt === undefined) return { outcome: 'not_open' };
  // Switched off since they began.
  if (evidence === undefined) return { outcome: 'refused', reason: 'busy' };
  const { bundleId } = attempt;
  const challenge = id.safeParse(form.challenge);
  if (!challenge.success) return { outcome: 'too_old' };
  if (form.upload !== '') {
    const upload = id.safeParse(form.upload);
    if (!upload.success) return { outcome: 'unfinished' };
    const uploadId = upload.data;
    const standing = await takeUpload(house, evidence, { bundleId, uploadId });
    const beganAt = await uploadBeganAt(deps, { bundleId, uploadId });
    if (standing.outcome === 'unfinished' || beganAt === undefined) return { outcome: 'unfinished' };
    return { outcome: 'arrived', upload: { id: uploadId, beganAt } };
  }
  if (file === undefined) return { outcome: 'refused', reason: 'missing' };
  const beganAt = deps.clock.now();
  // Nobody has to send 60 MB to be told that the numbers are too old. What is left of the form is thrown away.
  if (!(await beginVideo(deps, challenge.data))) return { outcome: 'too_old' };
  const received = await receiveUpload(house, evidence, { bundleId, kind: 'video', content: file.content });
  return received.outcome === 'uploaded'
    ? { outcome: 'arrived', upload: { id: received.uploadId, beganAt } }
    : { outcome: 'refused', reason: reasonOf(received.reason) };
}

function reasonOf(reason: string): NotStored {
  return reason === 'missing' || reason === 'too_big' ? reason : 'busy';
}
