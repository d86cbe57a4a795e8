import type { Presets } from './questions.ts';

/** How a machine's look at a part of a case ended. Whatever is no `pass` is for a person to decide. */
export const machineEnds = ['pass', 'fail', 'unsure'] as const;
export type MachineEnd = (typeof machineEnds)[number];

/** The parts of a case that a machine may look at. */
export const machineParts = ['document', 'comparison', 'face'] as const;
export type MachinePart = (typeof machineParts)[number];

/** Why a part did not pass. */
export const machineReasons = [
  /** Nothing, or not enough, could be read on the document. */
  'document-unread',
  'document-expired',
  /** A check digit, or a number that is made of name and date of birth, doesn't fit. */
  'document-number-wrong',
  /** The document names somebody else, or another date of birth, than the register. */
  'details-differ',
  /** No face, or several, in some of the pictures. */
  'one-face',
  /** The head does not do what was asked for. */
  'pose',
  /** It may be a picture, a screen or a mask. */
  'live',
  /** The pictures may not be of one sequence. */
  'sequence',
  /** The face may not be the one on the document. */
  'likeness',
  /** The machine could not say anything. */
  'not-judged',
] as const;
export type MachineReason = (typeof machineReasons)[number];

/** What a machine has found about a part of a case. */
export interface MachineCheck {
  readonly end: MachineEnd;
  readonly reasons: readonly MachineReason[];
}

/** What machines have found about a case; a part that none has looked at is left out. */
export type MachineChecks = { readonly [part in MachinePart]?: MachineCheck };

const locked = { value: 'yes', locked: true } as const;

/**
 * Works out which questions nobody is asked any more. A person sees for themselves that the document can be read, and whether they are
 * worried about somebody, whatever a machine says; and where it says that something is wrong with the document, all is theirs.
 */
export function presetsOf({ document, comparison, face }: MachineChecks): Presets {
  if (document?.end === 'fail') return {};
  const hasDocument = document?.end === 'pass';
  return {
    ...(hasDocument ? { 'document-authentic': locked, 'document-accepted': locked } : {}),
    ...(hasDocument && comparison?.end === 'pass'
      ? { 'birth-date': locked, 'first-names': locked, 'last-names': locked }
      : {}),
    ...(face?.end === 'pass'
      ? { 'face-visible': locked, 'face-same': locked, 'scan-real': locked, 'scan-followed': locked }
      : {}),
  };
}

/** @returns whether a machine has looked at every part, and nothing speaks against it */
export function hasPassedAll(checks: MachineChecks): boolean {
  return machineParts.every((part) => checks[part]?.end === 'pass');
}
