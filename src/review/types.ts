/** What the person who checks is given. Files are in the bundle of the case. */
export interface CaseEvidence {
  readonly document: {
    /** Small letters, digits and hyphens: `passport`, `uk-driving-licence`. */
    readonly kind: string;
    readonly frontId: string;
    readonly backId?: string | undefined;
  };
  readonly video?:
    | {
        readonly fileId: string;
        readonly way: 'say' | 'write' | 'sign';
        /** The four numbers, in their order. */
        readonly digits: readonly [number, number, number, number];
      }
    | undefined;
  readonly scan?: ScanEvidence | undefined;
}

/** What a scan of somebody's face leaves for who checks. */
export interface ScanEvidence {
  /** The picture in which the face is seen best; left out where none shows one. */
  readonly stillId?: string | undefined;
  /** What the person was asked to do, in that order, and pictures of how they did it: one by one, or several in a strip. */
  readonly acts: readonly { readonly act: string; readonly frameIds: readonly string[] }[];
}

/** @returns every file that is in it */
export function filesOf(evidence: CaseEvidence | undefined): readonly string[] {
  if (evidence === undefined) return [];
  const { document, video, scan } = evidence;
  const frames = scan?.acts.flatMap(({ frameIds }) => frameIds) ?? [];
  return [document.frontId, document.backId, video?.fileId, scan?.stillId, ...frames].filter(
    (id) => id !== undefined,
  );
}

/**
 * `processing` is decided, and can be taken back for a moment still. `void` ended without a decision: the login was closed, is
 * somebody else's by now, or its owner was proven in another way.
 */
export const caseStates = [
  'queued',
  'claimed',
  'holding',
  'processing',
  'approved',
  'declined',
  'void',
] as const;
export type CaseState = (typeof caseStates)[number];

/** From which of the two lists a case is worked: everybody's, or that of supervisors. */
export type CaseList = 'main' | 'holding';

/**
 * What somebody may do: check cases of the queue; work the holding list; look again at what was approved; say how much machines decide,
 * without seeing a case.
 */
export const reviewRoles = ['checker', 'supervisor', 'assurance', 'manager'] as const;
export type ReviewRole = (typeof reviewRoles)[number];

/** A member of staff who checks. */
export interface Checker {
  /** A UUID. */
  readonly staffId: string;
  readonly roles: readonly ReviewRole[];
  /** Nobody is given the case of a login with their own address. */
  readonly email?: string | undefined;
}

/** What came of a check, for the person whom it is about. Never why, where that is fraud or a worry about them. */
export const adviceThemes = [
  /** Photograph the document again. */
  'new-photo',
  /** Use another document, one that is accepted and in date. */
  'other-document',
  /** Record the video again. */
  'new-video',
  /** Scan the face again, or send a video. */
  'new-scan',
  /** Details or the face could not be matched: try again, or have the practice check the record. */
  'details',
  /** Ask the practice about the record. */
  'ask-practice',
  /** It could not be done this way: the practice, or support. */
  'another-way',
  'too-young',
  /** Begin again: what is known of the person has changed meanwhile. */
  'begin-again',
] as const;
export type AdviceTheme = (typeof adviceThemes)[number];
/** After these a person has found that it may not have been them: a machine does not find otherwise when it is tried often enough. */
export const doubtful: readonly AdviceTheme[] = ['details', 'another-way'];

/** What an act that needs a case of one's own answers when it can't be done. */
export type NotMine =
  /** It was released after 20 minutes of nothing, moved to somebody else, or is decided. */
  | { readonly outcome: 'lost' }
  /** The role is not enough, or it is their own case. */
  | { readonly outcome: 'not_allowed' };
