import type { AdviceTheme } from './types.ts';

/** Which question led to it, or what the register says. */
export type ReasonGroup = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

/** Whether a note must be written with a reason. */
export type NoteRule = 'required' | 'optional' | 'none';

/** For which documents a reason is offered; absent for all. */
type DocumentFamily = 'passport' | 'licence' | 'card' | 'other';

const no = 'none';
const may = 'optional';
const must = 'required';

/** Every reason for which somebody is declined. The aliases are the codes of an earlier system, where several shared one. */
const list = [
  ['unreadable-licence', 'A', must, 'IDC-026', 'licence'],
  ['unreadable-passport', 'A', must, 'IDC-027', 'passport'],
  ['unreadable-card', 'A', must, 'IDC-028', 'card'],
  ['unreadable-other', 'A', must, undefined, 'other'],
  ['licence-forged', 'B', must, 'IDC-031', 'licence'],
  ['licence-altered', 'B', must, 'IDC-032', 'licence'],
  ['passport-forged', 'B', must, 'IDC-033', 'passport'],
  ['passport-altered', 'B', must, 'IDC-033', 'passport'],
  ['card-forged', 'B', must, 'IDC-033', 'card'],
  ['card-altered', 'B', must, 'IDC-033', 'card'],
  ['other-forged', 'B', must, undefined, 'other'],
  ['other-altered', 'B', must, undefined, 'other'],
  ['licence-expired', 'C', no, 'IDC-041', 'licence'],
  ['passport-expired', 'C', no, 'IDC-042', 'passport'],
  ['card-expired', 'C', no, 'IDC-043', 'card'],
  ['other-expired', 'C', no, undefined, 'other'],
  ['uk-document-not-accepted', 'C', must, 'IDC-044'],
  ['foreign-document-not-accepted', 'C', must, 'IDC-046'],
  ['no-record', 'D', may, 'IDC-011'],
  ['duplicate-records', 'D', must, 'IDC-012'],
  ['confused-record', 'D', must, 'IDC-013'],
  ['record-problem', 'D', may, 'IDC-014'],
  ['record-birth-date-differs', 'D', may, 'IDC-015'],
  ['record-postcode-differs', 'D', may, 'IDC-016'],
  ['record-deceased', 'D', may, undefined],
  ['birth-date-differs-licence', 'E', no, 'IDC-051', 'licence'],
  ['birth-date-differs-passport', 'E', no, 'IDC-051', 'passport'],
  ['birth-date-differs-card', 'E', no, 'IDC-051', 'card'],
  ['birth-date-differs-other', 'E', no, undefined, 'other'],
  ['first-name-differs-licence', 'F', may, 'IDC-051', 'licence'],
  ['first-name-differs-passport', 'F', may, 'IDC-051', 'passport'],
  ['first-name-differs-card', 'F', may, 'IDC-051', 'card'],
  ['first-name-differs-other', 'F', may, undefined, 'other'],
  ['last-name-differs-licence', 'G', may, 'IDC-051', 'licence'],
  ['last-name-differs-passport', 'G', may, 'IDC-054', 'passport'],
  ['last-name-differs-card', 'G', may, 'IDC-057', 'card'],
  ['last-name-differs-other', 'G', may, undefined, 'other'],
  ['face-unclear', 'H', must, 'IDC-081'],
  ['no-face', 'H', must, 'IDC-082'],
  ['nobody-there', 'H', must, 'IDC-083'],
  ['face-differs-licence', 'I', may, 'IDC-091', 'licence'],
  ['face-differs-passport', 'I', may, 'IDC-091', 'passport'],
  ['face-differs-card', 'I', may, 'IDC-091', 'card'],
  ['face-differs-other', 'I', may, undefined, 'other'],
  ['digits-silent', 'J', no, 'IDC-101'],
  ['digits-unclear', 'J', must, 'IDC-102'],
  ['digits-cut-off', 'J', must, 'IDC-103'],
  ['digits-wrong', 'J', may, 'IDC-104'],
  ['digits-something-else', 'J', must, 'IDC-105'],
  ['digits-by-another-person', 'J', may, 'IDC-105'],
  ['safeguarding-block', 'K', may, 'IDC-071'],
  ['safeguarding-practice', 'K', may, 'IDC-072'],
  ['safeguarding-media', 'K', may, 'IDC-073'],
  ['safeguarding-on-behalf', 'K', may, 'IDC-074'],
  ['scan-of-picture', 'L', must, undefined],
  ['scan-of-mask', 'L', must, undefined],
  ['scan-altered', 'L', must, undefined],
  ['scan-not-followed', 'M', may, undefined],
  ['scan-unclear', 'M', must, undefined],
] as const satisfies readonly (readonly [
  string,
  ReasonGroup,
  NoteRule,
  string | undefined,
  DocumentFamily?,
])[];

export type ReasonCode = (typeof list)[number][0];
export const reasonCodes: readonly ReasonCode[] = list.map(([code]) => code);

export interface Reason {
  /** One for each reason; what is kept and counted. */
  readonly code: ReasonCode;
  readonly group: ReasonGroup;
  readonly note: NoteRule;
  /** The code that an earlier system had for it. */
  readonly alias?: string | undefined;
  readonly documents?: DocumentFamily | undefined;
}

export const reasons: readonly Reason[] = list.map(([code, group, note, alias, documents]) => ({
  code,
  group,
  note,
  alias,
  documents,
}));

/** @returns undefined for a word that is no reason */
export function findReason(code: string): Reason | undefined {
  return reasons.find((one) => one.code === code);
}

/** @returns the reasons that a checker chooses from: those of a group, for this kind of document */
export function reasonsFor(group: ReasonGroup, documentKind: string): readonly Reason[] {
  const family = familyOf(documentKind);
  return reasons.filter((one) => one.group === group && (one.documents ?? family) === family);
}

function familyOf(documentKind: string): DocumentFamily {
  if (documentKind === 'passport') return 'passport';
  if (documentKind.endsWith('driving-licence')) return 'licence';
  return documentKind === 'european-identity-card' ? 'card' : 'other';
}

/** These are decided by supervisors alone, and never told to the person. */
export const groupsForSupervisors: readonly ReasonGroup[] = ['B', 'K', 'L'];

const adviceByGroup: Readonly<Record<ReasonGroup, AdviceTheme>> = {
  A: 'new-photo',
  B: 'another-way',
  C: 'other-document',
  D: 'ask-practice',
  E: 'details',
  F: 'details',
  G: 'details',
  H: 'new-video',
  I: 'details',
  J: 'new-video',
  K: 'another-way',
  L: 'another-way',
  M: 'new-scan',
};

/** @param of.hasScan the face was scanned, so a video is not what has to be done again */
export function adviceFor(group: ReasonGroup, of: { readonly hasScan: boolean }): AdviceTheme {
  const theme = adviceByGroup[group];
  return theme === 'new-video' && of.hasScan ? 'new-scan' : theme;
}

/** What is wrong with a picture, ticked beside a reason. */
export const imageTicks = [
  'blurred',
  'glare',
  'hologram',
  'overexposed',
  'dark',
  'cropped',
  'covered',
  'small',
  'dirty',
  'filter',
  'other',
] as const;
export type ImageTick = (typeof imageTicks)[number];

/** Why a case is given to supervisors. A note is needed for `other`. */
export const holdingReasons = [
  'name-discrepancy',
  'confusion-by-address',
  'confusion-by-name',
  'possible-duplicate',
  'unsupported-postcode',
  'document-issue',
  'fraud-in-document',
  'fraud-in-likeness',
  'safeguarding',
  'system-fault',
  'automation-fault',
  'other',
] as const;
export type HoldingReason = (typeof holdingReasons)[number];
