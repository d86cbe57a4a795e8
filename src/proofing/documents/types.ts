import type { DocumentKind } from '../capture/answers.ts';

/** What reading a document found that a person has to look at; none of them refuses anybody by itself. */
export type DocumentFinding =
  /** Twelve months ago or longer. */
  | 'expired_too_long'
  /** A check digit, or a number that is made of name and date of birth, doesn't fit. */
  | 'number_wrong'
  /** It names somebody else, or another date of birth. */
  | 'details_differ';

/** A photographed document, and whose it should be. */
export interface DocumentToRead {
  readonly kind: DocumentKind;
  /** JPEG, PNG or WebP */
  readonly front: Uint8Array;
  readonly back?: Uint8Array | undefined;
  /** Who the person says they are, as the national register has it. */
  readonly claimed: {
    readonly givenNames: string;
    readonly familyName: string;
    /** YYYY-MM-DD */
    readonly birthdate: string;
  };
  /** The day that it is in the United Kingdom, as YYYY-MM-DD. */
  readonly today: string;
}

/** What could be read. What couldn't blocks nobody: a person looks at every document. */
export type DocumentReading =
  | {
      readonly outcome: 'read';
      readonly source: 'machine_zone' | 'driver_number' | 'text';
      /** YYYY-MM-DD; left out where no date could be read for certain. */
      readonly expires?: string;
      readonly findings: readonly DocumentFinding[];
      /** Number and dates were read with the digits that check them, and fit. */
      readonly isWhole: boolean;
      /** Names and date of birth were read, and are those of the person. That nothing differs is less: it may not have been read. */
      readonly agrees: boolean;
      /** 0 to 1, as the machine that read it says. */
      readonly confidence: number;
    }
  | {
      readonly outcome: 'unread';
      /** `nothing_found` on the picture; `busy`, `too_slow`, `failed`: the machine, whatever is on it. */
      readonly reason: 'nothing_found' | 'busy' | 'too_slow' | 'failed';
      readonly findings: readonly [];
    };
