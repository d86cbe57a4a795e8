/** What somebody is asked to do before the camera; left and right are their own. */
export const scanActs = [
  'look-straight',
  'turn-left',
  'turn-right',
  'look-up',
  'look-down',
  'move-closer',
] as const;
export type ScanAct = (typeof scanActs)[number];

/** What a machine judges of a scan, each by itself. */
export const faceChecks = [
  /** The same one face is in all of it. */
  'one-face',
  /** The head does what was asked. */
  'pose',
  /** It is a living face, not a picture of one. */
  'live',
  /** The pictures were taken one after another, by one camera, when they say. */
  'sequence',
  /** It is the face in the document. */
  'likeness',
] as const;
export type FaceCheck = (typeof faceChecks)[number];

/** Why a check has not passed. Codes for staff, the audit trail and figures: a person is told none of them. */
export const checkReasons = [
  'no_face',
  'more_than_one_face',
  'another_face',
  'act_not_followed',
  'looks_like_a_picture',
  'unsure_whether_live',
  'pictures_repeat',
  'pictures_jump',
  'times_dont_fit',
  'too_few_pictures',
  'no_face_in_document',
  'face_in_document_too_small',
  'not_like_document',
  'unsure_whether_like_document',
  /** It was not looked at, because something before it has not been found. */
  'not_looked_at',
  /** Another system, which gives no reason that is known here. */
  'other',
] as const;
export type CheckReason = (typeof checkReasons)[number];

export interface CheckEnd {
  readonly end: 'pass' | 'fail' | 'unsure';
  /** Empty when it has passed. */
  readonly reasons: readonly CheckReason[];
}

/** What somebody can do better at once. */
export const scanHints = [
  'no_face',
  'more_than_one_face',
  'too_far',
  'too_close',
  'off_centre',
  'too_dark',
  'too_light',
  'blurred',
  /** The head did not do what was asked, or not far enough. */
  'not_followed',
  /** The pictures came too slowly or too fast. */
  'uneven',
] as const;
export type ScanHint = (typeof scanHints)[number];

/** Whose scan, and for which attempt to prove who they are. An attempt has one at a time. */
export interface ScanOf {
  readonly accountId: string;
  readonly attemptId: string;
}

export type BegunScan =
  /** An earlier scan of the attempt counts no more. */
  | { readonly outcome: 'begun'; readonly scanId: string }
  /** Too many were begun for this attempt, or in a day by this account: another way has to do. */
  | { readonly outcome: 'spent' }
  /** What compares faces does not answer: another way, or later. */
  | { readonly outcome: 'unavailable' };

export type AskedAct =
  | {
      readonly outcome: 'act';
      readonly act: ScanAct;
      /** Which one it is, from 0; `addBurst` is told it. */
      readonly at: number;
      /** How many there are in all. */
      readonly of: number;
      /** Pictures of it have to be there before then; after that something else is asked in its place. */
      readonly until: Date;
    }
  /** There are pictures of all acts: it can be judged. */
  | { readonly outcome: 'complete' }
  /** It has expired, was judged, or another has taken its place; or too much of it had to be asked again. */
  | { readonly outcome: 'ended' };

/** Pictures of one act, as a camera sees somebody: not mirrored. */
export interface Burst {
  readonly at: number;
  /** What somebody was asked, as far as the page knows that sends it: where something else is asked by now, they come late. */
  readonly act?: ScanAct;
  /** JPEG, {@link burstLimits}. */
  readonly frames: readonly Uint8Array[];
  /** When each was taken, in milliseconds from any moment that is the same for all bursts of a scan. */
  readonly capturedAt: readonly number[];
}

/** What a burst may be. Between `fewestFrames` and `mostFrames` evenly over some two seconds are best. */
export const burstLimits = {
  fewestFrames: 4,
  mostFrames: 8,
  leastMilliseconds: 400,
  mostMilliseconds: 8000,
  mostBytesPerFrame: 400_000,
  leastShortSide: 240,
  mostLongSide: 1920,
} as const;

export type BurstEnd =
  | {
      readonly outcome: 'taken';
      /** JPEG, written anew: at most 1280 pixels on the long side. */
      readonly frames: readonly Uint8Array[];
    }
  /** The same act is asked again: pictures as these help nobody. */
  | { readonly outcome: 'again'; readonly hint: ScanHint }
  | {
      readonly outcome: 'refused';
      readonly reason: /** This act isn't asked now: it was taken, is in hand, or the scan has ended. Ask which one is. */
        | 'not_asked'
        /** Its time was over: something else is asked in its place. */
        | 'late'
        /** No such pictures as {@link burstLimits} says, or not to be decoded. */
        | 'not_pictures'
        /** Too many scans at once: the same burst can be sent again in a second or two. */
        | 'busy';
    };

/** What a verdict rests on, for the record of a decision: names, versions and thresholds. Nothing of the person. */
export interface VerdictBasis {
  readonly provider: string;
  readonly [name: string]: string | number;
}

export type FaceVerdict =
  | {
      readonly outcome: 'judged';
      /** Whether every check has. */
      readonly isPassed: boolean;
      readonly checks: Readonly<Record<FaceCheck, CheckEnd>>;
      /** The best picture of the face, straight to the camera: JPEG, written anew; undefined where none shows one. */
      readonly still: Uint8Array | undefined;
      readonly basis: VerdictBasis;
    }
  /** What compares faces did not answer, or not in time. It may be asked again. */
  | { readonly outcome: 'unavailable' }
  /** There is no such scan, or not all of it. */
  | { readonly outcome: 'ended' };

/**
 * Looks whether a face before a camera is alive, and the one in a document. Where the scan stands is in PostgreSQL, sealed: any process can go
 * on with it. None of these may be called within a transaction.
 */
export interface FaceChecks {
  /** The name of what compares. */
  readonly provider: string;
  /** Begins a scan, whose acts nobody can foresee. */
  readonly beginScan: (of: ScanOf) => Promise<BegunScan>;
  /** Tells what is asked of somebody now. Its time runs from the first time that it is told. */
  readonly askAct: (scanId: string) => Promise<AskedAct>;
  /** Takes pictures of the act that is asked, and measures them. */
  readonly addBurst: (scanId: string, burst: Burst) => Promise<BurstEnd>;
  /**
   * Judges a scan that is complete. What was measured goes with that; the verdict is the same however often it is asked for, until the scan expires.
   *
   * @param document.portrait JPEG, PNG or WebP: a photo of the document, or of the face in it
   */
  readonly judgeScan: (scanId: string, document: { readonly portrait: Uint8Array }) => Promise<FaceVerdict>;
  readonly close: () => Promise<void>;
}
