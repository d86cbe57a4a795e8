import { keepPicture, readImage } from '#evidence';
import { faceChecks as checkNames, type FaceChecks, type FaceVerdict } from '#face-checks';
import type { House } from '#foundation/deps';
import { readIdentity } from '#identity';
import { readPatient, type RegisterReading } from '#pds';
import { readAutomation, type MachineCheck, type MachineChecks } from '#review';
import { z } from 'zod';
import type { Captured } from '../capture/answers.ts';
import { changeAttempt, type Attempt } from '../capture/attempts.ts';
import type { DocumentFinding } from '../documents/types.ts';
import type { ProofingTools } from '../method.ts';
import type { Judge } from '../photo-id/check-and-send/step.ts';

/** So long the register may take: the person is waiting for a page. */
const registerMs = 4000;

const notJudged: MachineCheck = { end: 'unsure', reasons: ['not-judged'] };
const unread: MachineCheck = { end: 'unsure', reasons: ['document-unread'] };
const passed: MachineCheck = { end: 'pass', reasons: [] };

/**
 * Has machines look at a document and a scan. Where the person has recorded a video, where machines are switched off, or where there is nothing that
 * looks at faces any more, nothing is judged: a person decides on everything.
 */
export const judge: Judge = async (house, tools, attempt) => {
  const { evidence, faceChecks } = tools;
  const { bundleId, captured } = attempt;
  const { front, faceWay, scan, leaveAt } = captured;
  if (evidence === undefined || faceChecks === undefined || front === undefined) return undefined;
  if (faceWay !== 'scan' || scan?.isDone !== true || leaveAt === undefined) return undefined;
  if (!(await readAutomation(house.deps)).isOn) return undefined;
  const look = { bundleId, fileId: front.fileId };
  const reader = { by: 'machine', id: 'face-checks' } as const;
  const portrait = await readImage(house, evidence, { ...look, reader });
  const [registered, verdict] = await Promise.all([
    readRegister(house, tools, attempt),
    judgeFace(house, faceChecks, { attempt, scanId: scan.scanId, photoId: front.fileId, portrait }),
  ]);
  const still = verdict.outcome === 'judged' ? verdict.still : undefined;
  const fileId =
    still === undefined ? undefined : await keepPicture(house, evidence, { bundleId, jpeg: still });
  const document = readingOf(attempt);
  return {
    checks: { ...checkDocument(document), face: checkFace(verdict) },
    registered,
    ground: {
      // What another system says of itself never stands for what is known here.
      ...(verdict.outcome === 'judged' ? verdict.basis : { provider: faceChecks.provider }),
      leaveAt,
      documentReadBy: document?.source ?? 'nothing',
    },
    still: fileId === undefined ? undefined : { bundleId, fileId },
  };
};

async function readRegister(
  { deps }: House,
  { register }: ProofingTools,
  { accountId }: Attempt,
): Promise<RegisterReading> {
  const identity = await readIdentity(deps, accountId);
  if (register === undefined || identity.level === 'P0') return { outcome: 'unavailable', reason: 'down' };
  return readPatient(register, identity.details.nhsNumber, { withinMs: registerMs });
}

/** What looks at faces may be somebody else's system: what it throws is written down, and a person decides. */
async function judgeFace(
  house: House,
  faceChecks: FaceChecks,
  of: {
    readonly attempt: Attempt;
    readonly scanId: string;
    readonly photoId: string;
    readonly portrait: Uint8Array | undefined;
  },
): Promise<FaceVerdict> {
  const { scanId, portrait } = of;
  if (portrait === undefined || !(await noteJudgedWith(house, of))) return { outcome: 'unavailable' };
  try {
    return await faceChecks.judgeScan(scanId, { portrait });
  } catch (error) {
    house.log.error({ err: error }, 'a face scan could not be judged');
    return { outcome: 'unavailable' };
  }
}

/**
 * Notes with which photo a scan is judged, before it is. A verdict stays the same for good: whoever put another document in the place of their
 * own would have that approved by it.
 *
 * @returns false if it was judged with another one
 */
async function noteJudgedWith(
  { transact }: House,
  {
    attempt: { accountId, id: attemptId },
    scanId,
    photoId,
  }: { readonly attempt: Attempt; readonly scanId: string; readonly photoId: string },
): Promise<boolean> {
  const noted = await transact((deps) =>
    changeAttempt(deps, {
      accountId,
      attemptId,
      change: (sofar) => {
        const { scan } = sofar;
        const isOpen = scan?.scanId === scanId && scan.judgedWith === undefined;
        return isOpen ? { ...sofar, scan: { ...scan, judgedWith: photoId } } : sofar;
      },
    }),
  );
  const scan = noted.outcome === 'changed' ? noted.attempt.captured.scan : undefined;
  return scan?.scanId === scanId && scan.judgedWith === photoId;
}

function checkFace(verdict: FaceVerdict): MachineCheck {
  if (verdict.outcome !== 'judged') return notJudged;
  if (verdict.isPassed) return passed;
  const { checks } = verdict;
  return {
    end: checkNames.some((name) => checks[name].end === 'fail') ? 'fail' : 'unsure',
    reasons: checkNames.filter((name) => checks[name].end !== 'pass'),
  };
}

/** What is kept of reading a document, as far as a decision may rest on it. */
const readingShape = z.object({
  outcome: z.literal('read'),
  source: z.string(),
  findings: z.array(z.string()),
  isWhole: z.boolean(),
  agrees: z.boolean(),
  expires: z.string().optional(),
  fileId: z.string(),
  documentKind: z.string(),
});
type KeptReading = z.output<typeof readingShape>;

/** @returns what was read on the photo that is sent; undefined if nothing was, or only on another one before it */
function readingOf({
  reading,
  captured,
}: {
  readonly reading?: unknown;
  readonly captured: Captured;
}): KeptReading | undefined {
  const { data } = readingShape.safeParse(reading);
  const isOfThis = data?.fileId === captured.front?.fileId && data?.documentKind === captured.documentKind;
  return isOfThis ? data : undefined;
}

function checkDocument(reading: KeptReading | undefined): Pick<MachineChecks, 'document' | 'comparison'> {
  if (reading === undefined) return { document: unread, comparison: unread };
  const { isWhole, agrees, expires } = reading;
  const has = (finding: DocumentFinding) => reading.findings.includes(finding);
  const wrong: MachineCheck['reasons'] = [
    ...(has('expired_too_long') ? (['document-expired'] as const) : []),
    ...(has('number_wrong') ? (['document-number-wrong'] as const) : []),
  ];
  const document: MachineCheck =
    wrong.length > 0 ? { end: 'fail', reasons: wrong } : isWhole && expires !== undefined ? passed : unread;
  const comparison: MachineCheck = has('details_differ')
    ? { end: 'fail', reasons: ['details-differ'] }
    : agrees
      ? passed
      : unread;
  return { document, comparison };
}
