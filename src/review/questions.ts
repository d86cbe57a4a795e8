import type { CaseEvidence } from './types.ts';
import type { ReasonGroup } from './reasons.ts';

/** What is asked of a case, in this order; each answer unlocks the next question. */
const definitions = [
  { id: 'document-visible', number: '1', section: 'document', passes: 'yes', fails: 'A' },
  { id: 'document-authentic', number: '2', section: 'document', passes: 'yes', fails: 'B' },
  { id: 'document-accepted', number: '3', section: 'document', passes: 'yes', fails: 'C' },
  { id: 'one-record', number: '4', section: 'register', passes: 'yes', fails: 'D' },
  { id: 'birth-date', number: '5', section: 'comparison', passes: 'yes', fails: 'E' },
  { id: 'first-names', number: '6', section: 'comparison', passes: 'yes' },
  { id: 'first-names-before', number: '6b', section: 'comparison', passes: 'yes', fails: 'F' },
  { id: 'last-names', number: '7', section: 'comparison', passes: 'yes' },
  { id: 'last-names-before', number: '7b', section: 'comparison', passes: 'yes', fails: 'G' },
  { id: 'safeguarding', number: '8', section: 'face', passes: 'no', fails: 'K' },
  { id: 'face-visible', number: '9', section: 'face', passes: 'yes', fails: 'H' },
  { id: 'face-same', number: '10', section: 'face', passes: 'yes', fails: 'I' },
  { id: 'digits', number: '11', section: 'face', passes: 'yes', fails: 'J' },
  { id: 'scan-real', number: '12', section: 'face', passes: 'yes', fails: 'L' },
  { id: 'scan-followed', number: '13', section: 'face', passes: 'yes', fails: 'M' },
] as const satisfies readonly {
  id: string;
  number: string;
  section: string;
  passes: Answer;
  /** Without it the question that follows says what a failing answer means. */
  fails?: ReasonGroup;
}[];

export type Answer = 'yes' | 'no';
export type QuestionId = (typeof definitions)[number]['id'];
export type QuestionSection = (typeof definitions)[number]['section'];
export const questionIds: readonly QuestionId[] = definitions.map(({ id }) => id);

/** What a machine has answered before a person looks. */
export type Presets = { readonly [id in QuestionId]?: { readonly value: Answer; readonly locked: boolean } };
export type Answers = { readonly [id in QuestionId]?: Answer };

/** How it stands with the register for a case: nothing was asked yet, or could be; exactly one living entry, or not. */
export type TraceStand = 'none' | 'error' | 'found' | 'not_found' | 'deceased';

export interface AskedQuestion {
  readonly id: QuestionId;
  /** As staff know it; `6b` asks whether the names of before agree. */
  readonly number: string;
  readonly section: QuestionSection;
  /** The answer with which it goes on. */
  readonly passes: Answer;
  readonly answer?: Answer;
  /** A machine has answered it. */
  readonly preset?: { readonly value: Answer; readonly locked: boolean };
  /** `later` until those before it are answered. */
  readonly stand: 'answered' | 'open' | 'later';
}

export interface Questionnaire {
  readonly questions: readonly AskedQuestion[];
  /** What is to be answered now; absent when all is, when an answer fails, or while the register has to be asked. */
  readonly next?: QuestionId;
  /** The answer that speaks against the person, or what the register says of them. */
  readonly failing?: { readonly question?: QuestionId; readonly group: ReasonGroup };
  /** Nothing more can be answered before the register is. */
  readonly waitsForRegister: boolean;
  /** All is answered, and nothing speaks against the person. */
  readonly isPassed: boolean;
}

/** Works out what is asked of a case, what is answered, and what that comes to. */
export function questionnaireOf(of: {
  readonly answers: Answers;
  readonly presets: Presets;
  readonly hasVideo: boolean;
  readonly hasScan?: boolean;
  readonly trace: TraceStand;
}): Questionnaire {
  const questions: AskedQuestion[] = [];
  let stopped: Pick<Questionnaire, 'next' | 'failing'> | undefined;
  let waitsForRegister = false;
  for (const definition of definitions) {
    const { id, number, section, passes } = definition;
    if (!isAsked(id, of)) continue;
    if (stopped === undefined && needsEntry(section)) {
      if (of.trace === 'deceased') stopped = { failing: { group: 'D' } };
      else if (of.trace !== 'found') {
        waitsForRegister = true;
        stopped = {};
      }
    }
    if (stopped === undefined && section === 'register' && (of.trace === 'none' || of.trace === 'error')) {
      waitsForRegister = true;
      stopped = {};
    }
    // What a person has answered before a machine's answer counted (again) stays theirs.
    const preset = of.answers[id] === undefined ? of.presets[id] : undefined;
    const answer = of.answers[id] ?? preset?.value;
    const asked = { id, number, section, passes, ...(preset === undefined ? {} : { preset }) };
    if (stopped !== undefined) {
      questions.push({ ...asked, stand: 'later' });
    } else if (answer === undefined) {
      questions.push({ ...asked, stand: 'open' });
      stopped = { next: id };
    } else {
      questions.push({ ...asked, answer, stand: 'answered' });
      if (answer !== passes && 'fails' in definition)
        stopped = { failing: { question: id, group: definition.fails } };
    }
  }
  return { questions, ...stopped, waitsForRegister, isPassed: stopped === undefined };
}

function needsEntry(section: QuestionSection): boolean {
  return section === 'comparison';
}

function isAsked(
  id: QuestionId,
  { answers, presets, hasVideo, hasScan = false, trace }: Parameters<typeof questionnaireOf>[0],
): boolean {
  const given = (of: QuestionId) => answers[of] ?? presets[of]?.value;
  switch (id) {
    case 'one-record':
      return trace !== 'found' && trace !== 'deceased';
    case 'first-names-before':
      return given('first-names') === 'no';
    case 'last-names-before':
      return given('last-names') === 'no';
    case 'face-visible':
      return hasVideo || hasScan;
    case 'digits':
      return hasVideo;
    case 'scan-real':
    case 'scan-followed':
      return hasScan;
    case 'document-visible':
    case 'document-authentic':
    case 'document-accepted':
    case 'birth-date':
    case 'first-names':
    case 'last-names':
    case 'safeguarding':
    case 'face-same':
      return true;
  }
}

/** What is answered by comparing a document with an entry of the register. */
export const comparedWithRegister: readonly QuestionId[] = definitions
  .filter(({ section }) => section === 'comparison')
  .map(({ id }) => id);

/** @returns the questions after one, whose answers count no more when it is answered anew */
export function questionsAfter(id: QuestionId): readonly QuestionId[] {
  return questionIds.slice(questionIds.indexOf(id) + 1);
}

/** @returns what a machine has answered, where no person has */
export function answersIn(presets: Presets, answers: Answers): Answers {
  const theirs = Object.entries(presets).filter(([id]) => !Object.hasOwn(answers, id));
  return Object.fromEntries(theirs.map(([id, { value }]) => [id, value]));
}

/** @returns what shows the face: by it some questions are asked, and others are not */
export function facesIn(evidence: CaseEvidence | undefined): {
  readonly hasVideo: boolean;
  readonly hasScan: boolean;
} {
  return { hasVideo: evidence?.video !== undefined, hasScan: evidence?.scan !== undefined };
}
