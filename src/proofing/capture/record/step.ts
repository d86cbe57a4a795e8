import type { Deps } from '#foundation/deps';
import type { ProofingTools } from '../../method.ts';
import { momentOf } from '../../moment.ts';
import type { ChallengeWay } from '../answers.ts';
import {
  challengeMinutes,
  renewChallenge,
  sentVideoOf,
  takeVideo,
  videoOf,
  type SentVideo,
} from '../challenge.ts';
import {
  beginAnew,
  captureStep,
  changeHere,
  enterAttempt,
  openHere,
  type CaptureOutcome,
  type CaptureVisit,
} from '../here.ts';
import { giveVideoUp } from '../give-video-up.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { videoTicket } from '../upload-ticket.ts';
import { receiveVideo, sentForm, type Arrived } from './receive.ts';

const mostVideoBytes = 60 * 1024 * 1024;
const mostSeconds = 30;

/** Shows four numbers and takes the video that shows them: recorded on the page, or a file. */
export const recordVideo = (tools: ProofingTools) =>
  captureStep({
    path: 'record',
    page: 'proofing/capture/record',
    isCapture: true,
    isDone: ({ sentVideo, video }) => sentVideo !== undefined || video?.isKept === true,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: async (deps, visit) => {
      const { hasOtherWays, handOver } = visit.context;
      const at = { hasOtherWays, isPhone: handOver !== undefined };
      return { ...at, ...(await showNumbers(deps, visit)) };
    },
    form: sentForm,
    takesFile: { field: 'video', maxBytes: mostVideoBytes },
    before: (house, visit, form, file) => receiveVideo(house, tools, visit, { form, file }),
    submit: (deps, visit, { challenge, way }, arrived) =>
      takeArrived(deps, visit, { challengeId: challenge, way, arrived }),
    actions: {
      ...onPhoneActions,
      look: async (deps, visit) => {
        const attempt = await openHere(deps, visit);
        const sent = attempt === undefined ? undefined : await sentVideoOf(deps, attempt.id);
        return sent === undefined
          ? { outcome: 'stayed', answers: visit.answers }
          : goOnWith(deps, visit, sent);
      },
      again: (deps, visit) => giveVideoUp(deps, visit),
      'new-numbers': async (deps, visit) => {
        const attempt = await openHere(deps, visit);
        if (attempt === undefined) return beginAnew(visit.context);
        // A video that has come from elsewhere meanwhile stays, and is shown.
        if ((await sentVideoOf(deps, attempt.id)) !== undefined)
          return { outcome: 'stayed', answers: visit.answers };
        const whose = { accountId: attempt.accountId, attemptId: attempt.id };
        const isNew = await renewChallenge(deps, whose);
        return { outcome: 'stayed', answers: visit.answers, ...(isNew ? {} : { notice: 'no_more' }) };
      },
    },
  });

async function showNumbers(deps: Deps, visit: CaptureVisit): Promise<Readonly<Record<string, unknown>>> {
  const attempt = await openHere(deps, visit);
  if (attempt === undefined) return { isOver: true };
  // As chosen last, on whatever device: who only looks at the page takes nothing away.
  const way = attempt.captured.way ?? visit.answers.way ?? 'say';
  const video = await videoOf(deps, { accountId: attempt.accountId, attemptId: attempt.id, way });
  if ('sent' in video) return { sent: true };
  if ('noneUntil' in video) return { noneUntil: momentOf(video.noneUntil, visit.browser.language) };
  const { id: challengeId, digits, expiresAt } = video.challenge;
  const visitor = visit.browser.readCookie('visitor') ?? '';
  return {
    way,
    digits,
    challenge: challengeId,
    minutes: challengeMinutes,
    ticket: videoTicket(deps, { challengeId, visitor }),
    // Under this key the device keeps the video until it is sent, and nobody can read it there who isn't shown this page.
    deviceKey: deps.secrets.mac('video on its device', challengeId),
    secondsLeft: Math.floor((expiresAt.getTime() - deps.clock.now().getTime()) / 1000),
    mostSeconds,
    mostBytes: mostVideoBytes,
  };
}

/** Says where somebody goes on from the video that they have sent. */
async function takeArrived(
  deps: Deps,
  visit: CaptureVisit,
  {
    challengeId,
    way: typed,
    arrived,
  }: {
    readonly challengeId: string;
    readonly way: ChallengeWay | undefined;
    readonly arrived: Arrived;
  },
): Promise<CaptureOutcome> {
  const { answers, context } = visit;
  const { attemptId } = answers;
  const way = typed ?? answers.way;
  if (arrived.outcome === 'refused') return { outcome: 'invalid', errors: { video: arrived.reason } };
  if (arrived.outcome === 'not_open' || attemptId === undefined || way === undefined)
    return beginAnew(context);
  const taken =
    arrived.outcome === 'arrived'
      ? await takeVideo(deps, { attemptId, challengeId, way, upload: arrived.upload })
      : arrived;
  switch (taken.outcome) {
    case 'too_old': {
      // Another one for the same numbers may be why.
      const sent = await sentVideoOf(deps, attemptId);
      return sent?.challengeId === challengeId && sent.way === way
        ? goOnWith(deps, visit, sent, { isSecond: true })
        : { outcome: 'stayed', answers, notice: 'too_old' };
    }
    case 'unfinished':
      return { outcome: 'stayed', answers, notice: 'unfinished' };
    case 'other_first':
      return goOnWith(deps, visit, taken.sent, { isSecond: true });
    case 'taken':
      return goOnWith(deps, visit, { challengeId, way }, { isOurs: true });
  }
}

/** Goes on to the video that counts. */
async function goOnWith(
  deps: Deps,
  visit: CaptureVisit,
  { challengeId, way }: Pick<SentVideo, 'challengeId' | 'way'>,
  { isSecond = false, isOurs = false }: { readonly isSecond?: boolean; readonly isOurs?: boolean } = {},
): Promise<CaptureOutcome> {
  const { isSecond: _, ...answers } = visit.answers;
  const { handOver } = visit.context;
  const takenBy = handOver !== undefined && isOurs ? { takenBy: handOver.id } : {};
  return changeHere(
    deps,
    { ...visit, answers },
    {
      change: (sofar) => {
        if (sofar.sentVideo?.challengeId === challengeId && sofar.way === way) return sofar;
        const { video: _video, ...rest } = sofar;
        // As the numbers are given in it, whatever was chosen elsewhere meanwhile.
        return { ...rest, way, sentVideo: { challengeId, ...takenBy } };
      },
      ...(isSecond ? { local: { isSecond: true } } : {}),
    },
  );
}
