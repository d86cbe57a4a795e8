/** What is kept as proof: a picture of a document or a face, or a video. */
export type EvidenceKind = 'image' | 'video';

/** What a look at a picture says that the person can do something about. */
export const imageProblems = ['blurred', 'glare', 'dark', 'light', 'cropped', 'small'] as const;
export type ImageProblem = (typeof imageProblems)[number];

/** A file as it is kept: written anew from what came, without what else was in it. */
export interface EvidenceFile {
  readonly id: string;
  readonly bundleId: string;
  readonly kind: EvidenceKind;
  /** `image/jpeg`, `video/mp4` or `video/webm`. */
  readonly mediaType: string;
  readonly bytes: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Of a video. */
  readonly seconds?: number;
  /** Of a picture. */
  readonly problems?: readonly ImageProblem[];
  readonly receivedAt: Date;
}

/** Why a file was not taken: each has words of its own for the person. */
export const fileRefusals = [
  'missing',
  'too_big',
  'wrong_type',
  /** It doesn't decode from beginning to end. */
  'damaged',
  /** Fewer than 800 pixels on the short side. */
  'too_small',
  'too_many_pixels',
  'too_long',
  'too_short',
  'infected',
  /** Too many at once, or the scanner doesn't answer: later. */
  'busy',
] as const;
export type FileRefusal = (typeof fileRefusals)[number];

export type ReceivedFile =
  | { readonly outcome: 'received'; readonly file: EvidenceFile }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal };

/** Who looks at a file: each look is written into the audit trail. */
export interface EvidenceReader {
  readonly by: 'owner' | 'staff' | 'machine';
  /** The account, the member of staff, or the method. */
  readonly id: string;
  /** The case for which they look. */
  readonly caseId?: string | undefined;
}
