import { maskNhsNumber } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import { challengeWays, documentKinds, scanActs } from '#proofing';
import type {
  AskedQuestion,
  CaseView,
  MachineChecks,
  MachineEnd,
  Questionnaire,
  QuestionSection,
  StoredTrace,
} from '#review';
import { longDay, longMoment } from '../desk/moments.ts';
import { ageOf } from './ages.ts';

/** The documents and the ways of a challenge that have a name in the words of the pages. */
const named = new Set<string>([...documentKinds, ...challengeWays, 'scan', 'person', 'machine']);
const namedActs = new Set<string>(scanActs);

export function isNamed(kind: string): boolean {
  return named.has(kind);
}

/** @returns a key of the words of the pages */
export function kindOf(evidence: CaseView['evidence']): string {
  const kind = evidence?.document.kind ?? '';
  return isNamed(kind) ? kind : 'other';
}

/** The questions that have a hint. */
const hinted = new Set([
  'document-visible',
  'document-authentic',
  'document-accepted',
  'one-record',
  'first-names-before',
  'last-names-before',
  'safeguarding',
  'digits',
  'scan-real',
  'scan-followed',
]);
/** The questions that have other words for a scan than for a video. */
const worded = new Set(['safeguarding', 'face-visible', 'face-same']);
type FaceShown = 'video' | 'scan';

/** @returns which of the words of a question are asked */
export function askOf(id: string, face: FaceShown): 'ask' | 'askOfScan' {
  return face === 'scan' && worded.has(id) ? 'askOfScan' : 'ask';
}

/** @returns in what the face is seen */
export function faceIn(evidence: CaseView['evidence']): FaceShown {
  return evidence?.scan === undefined ? 'video' : 'scan';
}

/** How a case goes on once its questions are answered, or an answer speaks against the person. */
export type OutcomeKind = 'approve' | 'decline' | 'hold' | 'another-number' | 'agree' | 'disagree';

/** What a machine has found about a part, in the words of the pages; why, only once a person has judged it themselves. */
interface FoundByMachine {
  readonly end: MachineEnd;
  readonly colour: 'green' | 'yellow' | 'red';
  readonly reasons: readonly string[];
}

interface Part {
  readonly id: QuestionSection;
  readonly machine: FoundByMachine | undefined;
  readonly questions: readonly object[];
  readonly box: { readonly kind: OutcomeKind } | undefined;
}

const colours = { pass: 'green', unsure: 'yellow', fail: 'red' } as const;

type Film = NonNullable<NonNullable<CaseView['evidence']>['video']>;

/** Describes the questions of a case, part by part; a part that nothing has led to yet is not there. */
export function describeParts(
  questionnaire: Questionnaire,
  how: {
    readonly box: OutcomeKind | undefined;
    readonly digits: Film['digits'] | undefined;
    readonly face: FaceShown;
    readonly checks?: MachineChecks;
  },
): Readonly<Partial<Record<QuestionSection, Part>>> {
  const { questions, failing, waitsForRegister } = questionnaire;
  const reached = questions.filter(({ stand }) => stand !== 'later');
  const last = placeOfBox(questionnaire, reached);
  const part = (id: QuestionSection): Part => ({
    id,
    machine: id === 'register' ? undefined : foundByMachine(how.checks?.[id], questions, id),
    questions: reached.filter(({ section }) => section === id).map((one) => describe(one, how)),
    box: how.box !== undefined && last === id ? { kind: how.box } : undefined,
  });
  const has = (id: QuestionSection) => reached.some(({ section }) => section === id);
  const isPastDocument =
    has('comparison') || has('register') || waitsForRegister || (failing !== undefined && !failing.question);
  return {
    document: part('document'),
    ...(isPastDocument ? { register: part('register') } : {}),
    ...(has('comparison') ? { comparison: part('comparison') } : {}),
    ...(has('face') ? { face: part('face') } : {}),
  };
}

/** What follows stands below the answer that it follows from; of what the register says, beside that. */
function placeOfBox(
  { failing, isPassed }: Questionnaire,
  reached: readonly AskedQuestion[],
): QuestionSection | undefined {
  if (failing !== undefined && failing.question === undefined) return 'register';
  return isPassed || failing !== undefined ? reached.at(-1)?.section : undefined;
}

function foundByMachine(
  check: MachineChecks['face'],
  questions: readonly AskedQuestion[],
  id: QuestionSection,
): FoundByMachine | undefined {
  if (check === undefined) return undefined;
  const { end } = check;
  const isJudged = questions.every(({ section, stand }) => section !== id || stand === 'answered');
  return { end, colour: colours[end], reasons: isJudged ? check.reasons : [] };
}

function describe(
  one: AskedQuestion,
  { digits, face }: { readonly digits: Film['digits'] | undefined; readonly face: FaceShown },
) {
  const { id, number, passes, answer, stand, preset } = one;
  return {
    id,
    number,
    passes,
    answer,
    stand,
    ask: askOf(id, face),
    hasHint: hinted.has(id),
    isLocked: preset?.locked === true,
    digits: id === 'digits' ? digits : undefined,
  };
}

/** Describes what the register answered, and how it can be asked again. */
export function describeTrace(trace: StoredTrace | undefined, language: Language) {
  const outcome = trace?.outcome ?? 'none';
  const isFound = outcome === 'found' || outcome === 'restricted';
  return {
    outcome,
    stand: isFound ? 'found' : outcome === 'none' || outcome === 'error' ? 'open' : 'bad',
    error: trace?.error,
    askedFor: trace?.askedFor,
    askedAt: trace === undefined ? undefined : longMoment(language, trace.askedAt),
    mayAskAgain: outcome !== 'deceased',
    maySearch: outcome === 'nothing' || outcome === 'several',
    entry: trace?.entry === undefined ? undefined : describeEntry(trace.entry, outcome, language),
  };
}

function describeEntry(entry: NonNullable<StoredTrace['entry']>, outcome: string, language: Language) {
  const [first = '', ...middle] = entry.givenNames;
  return {
    birthdate: entry.birthdate === undefined ? '–' : longDay(language, entry.birthdate),
    familyName: entry.familyName === '' ? '–' : entry.familyName,
    firstName: first === '' ? '–' : first,
    middleNames: middle.length === 0 ? '–' : middle.join(' '),
    nhsNumber: maskNhsNumber(entry.nhsNumber),
    isRestricted: outcome === 'restricted',
  };
}

/** Describes the person as their login knows them, for searching by hand. */
export function describeClaimed(claimed: CaseView['claimed'], language: Language) {
  if (claimed === undefined) return undefined;
  const { birthdate, familyName, givenName, nhsNumber } = claimed;
  return {
    birthdate: longDay(language, birthdate),
    familyName,
    givenName: givenName ?? '–',
    nhsNumber: maskNhsNumber(nhsNumber),
  };
}

/** Describes the pictures of a case, and its video or scan. @param fileBase below which its files are */
export function describeFiles(evidence: CaseView['evidence'], fileBase: string) {
  if (evidence === undefined) return { pictures: [], film: undefined, scan: undefined };
  const { document, video, scan } = evidence;
  const sides = [
    { side: 'front', id: document.frontId },
    ...(document.backId === undefined ? [] : [{ side: 'back', id: document.backId }]),
  ];
  return {
    pictures: sides.map(({ side, id }) => ({ side, address: `${fileBase}/${id}` })),
    film:
      video === undefined
        ? undefined
        : { address: `${fileBase}/${video.fileId}`, way: video.way, digits: video.digits },
    scan:
      scan === undefined
        ? undefined
        : {
            still: scan.stillId === undefined ? undefined : `${fileBase}/${scan.stillId}`,
            acts: scan.acts.map(({ act, frameIds }, index) => ({
              number: index + 1,
              act: namedActs.has(act) ? act : 'other',
              frames: frameIds.map((id) => `${fileBase}/${id}`),
              // Half-way through it, most is to be seen.
              shown: Math.floor(frameIds.length / 2),
            })),
          },
  };
}

/** @returns how a case goes on, if it does */
export function boxOf(
  view: Pick<CaseView, 'may' | 'questionnaire' | 'namesAnotherNumber'>,
): OutcomeKind | undefined {
  const { may, questionnaire, namesAnotherNumber } = view;
  if (may.approve) return 'approve';
  if (may.decline) return 'decline';
  if (questionnaire.failing !== undefined) return 'hold';
  return questionnaire.isPassed && namesAnotherNumber ? 'another-number' : undefined;
}

/** Describes what stands above a case. */
export function describeHead(
  view: CaseView,
  told: {
    readonly language: Language;
    readonly now: Date;
    readonly targetHours: number;
    nameOf(id: string): string;
  },
) {
  const { language, now, targetHours, nameOf } = told;
  const { held } = view;
  return {
    shortId: view.shortId,
    tag: view.tag,
    list: view.list,
    kind: kindOf(view.evidence),
    age: ageOf({ since: view.submittedAt, now, targetHours }),
    mayDiscard: view.may.discard,
    isRevised: view.isRevised,
    isMachineVoid: view.isMachineVoid,
    held:
      held === undefined
        ? undefined
        : {
            reason: held.reason ?? 'other',
            note: held.note,
            by: nameOf(held.by ?? ''),
            at: held.at === undefined ? '–' : longMoment(language, held.at),
          },
    earlier: view.earlier.map((one) => ({
      shortId: one.shortId,
      submittedAt: longDay(language, one.submittedAt),
      ending: one.ending ?? 'open',
      reason: one.reason,
    })),
  };
}
