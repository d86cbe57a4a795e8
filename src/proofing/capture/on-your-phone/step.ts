import type { Deps } from '#foundation/deps';
import { encode } from 'uqr';
import { z } from 'zod';
import { hasBack, type Captured } from '../answers.ts';
import { readAttempt } from '../attempts.ts';
import { momentOf } from '../../moment.ts';
import { beginAnew, captureStep, changeHere, enterAttempt, openHere, type CaptureVisit } from '../here.ts';
import { onPhoneActions } from './actions.ts';
import { continueAddress } from './addresses.ts';
import { endHandOver, readHandOver } from './hand-over.ts';
import { showShortCode } from './short-code.ts';

/** How far somebody has come with their phone, as the waiting page shows it. */
interface Progress {
  readonly state: 'waiting' | 'expired' | 'joined' | 'finished' | 'ended' | 'none';
  readonly parts: readonly {
    readonly part: 'document' | 'front' | 'back' | 'face' | 'scan' | 'video';
    readonly isDone: boolean;
  }[];
}

/** What there is to do besides photos. */
interface After {
  /** They choose how they show that the document is theirs. */
  readonly choosesFaceWay: boolean;
}

/** Waits while its owner goes on with another device, and goes on from where that has come to. */
export const onYourPhone = (after: After) =>
  captureStep({
    path: 'phone',
    page: 'proofing/capture/on-your-phone',
    appliesWhen: ({ onPhone }) => onPhone !== undefined,
    isDone: () => false,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: async (deps, visit) => {
      const { onPhone } = visit.answers;
      const address = `${deps.settings.issuer}${continueAddress}`;
      return {
        ...(await progressOf(deps, visit, after)),
        typedAddress: address.replace(/^https?:\/\//u, ''),
        noneUntil: momentOf(new Date(onPhone?.until ?? 0), visit.browser.language),
        code: showShortCode(onPhone?.code ?? ''),
        qr: drawQr(`${address}?code=${onPhone?.code ?? ''}`),
      };
    },
    form: z.object({}),
    submit: goOnHere,
    actions: { ...onPhoneActions, here: goOnHere },
    resources: {
      progress: async ({ deps }, visit) => ({
        type: 'application/json; charset=utf-8',
        body: JSON.stringify(await progressOf(deps, visit, after)),
      }),
    },
  });

/** What the other device has added counts; it can't add more. */
async function goOnHere(deps: Deps, visit: CaptureVisit) {
  const attempt = await openHere(deps, visit);
  if (attempt === undefined) return beginAnew(visit.context);
  await endHandOver(deps, attempt);
  const { onPhone: _, ...answers } = visit.answers;
  return changeHere(deps, { ...visit, answers }, { change: (sofar) => sofar });
}

async function progressOf(deps: Deps, { answers, context }: CaptureVisit, after: After): Promise<Progress> {
  const { attemptId = '', onPhone } = answers;
  const attempt = await readAttempt(deps, { accountId: context.accountId, attemptId });
  const parts = partsOf(attempt?.captured ?? {}, after);
  if (onPhone !== undefined && onPhone.handOverId === undefined)
    return { state: new Date(onPhone.until) > deps.clock.now() ? 'none' : 'expired', parts };
  const handOver = onPhone === undefined ? undefined : await readHandOver(deps, onPhone.handOverId ?? '');
  if (handOver === undefined) return { state: 'ended', parts };
  if (handOver.finishedAt !== undefined) return { state: 'finished', parts };
  if (handOver.joinedAt !== undefined) return { state: 'joined', parts };
  return { state: handOver.expiresAt > deps.clock.now() ? 'waiting' : 'expired', parts };
}

function partsOf(held: Captured, { choosesFaceWay }: After): Progress['parts'] {
  const { documentKind, front, back, video, faceWay, scan } = held;
  const hasToChoose = choosesFaceWay && faceWay === undefined;
  return [
    { part: 'document', isDone: documentKind !== undefined },
    { part: 'front', isDone: front?.isKept === true },
    ...(hasBack(documentKind) ? [{ part: 'back', isDone: back?.isKept === true } as const] : []),
    ...(hasToChoose ? [{ part: 'face', isDone: false } as const] : []),
    ...(faceWay === 'scan' ? [{ part: 'scan', isDone: scan?.isDone === true } as const] : []),
    ...(faceWay === 'scan' || hasToChoose
      ? []
      : [{ part: 'video', isDone: video?.isKept === true } as const]),
  ];
}

/** A picture that a phone's camera reads, as the path of an SVG. */
function drawQr(text: string) {
  const { data, size } = encode(text, { border: 4, ecc: 'M' });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { size, path };
}
