import type { FileRefusal, ImageProblem } from './types.ts';

/** Bytes that somebody has sent, to be read at any place. */
export interface SentBytes {
  readonly bytes: number;
  /** @returns what stands from `offset` on, `length` bytes or, at the end, fewer */
  read(offset: number, length: number): Promise<Buffer>;
}

/** What the file is that was written anew. */
export type Examination =
  | {
      readonly outcome: 'checked';
      readonly mediaType: string;
      readonly width: number;
      readonly height: number;
      readonly seconds?: number;
      readonly problems?: readonly ImageProblem[];
    }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal };

/** Looks at what somebody has sent, and writes anew what it could decode of it. */
export type Examine = (sent: SentBytes, write: (part: Uint8Array) => Promise<void>) => Promise<Examination>;
