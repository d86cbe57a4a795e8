import type { Deps } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import type { LetterContents } from './patients/store.ts';

/** A letter with registration details, ready to be put on paper. */
export interface PrintableLetter {
  readonly practice: {
    readonly name: string;
    readonly addressLines: readonly string[];
    readonly phone?: string | undefined;
    readonly odsCode: string;
  };
  readonly patientName: string;
  readonly details: { readonly gpUserId: string; readonly odsCode: string; readonly gpLinkageKey: string };
  /** What the practice’s system calls them, in the language of the letter. */
  readonly names?:
    | { readonly linkageKey: string; readonly odsCode: string; readonly accountId: string }
    | undefined;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly language: Language;
  readonly print: 'standard' | 'large';
  readonly serviceName: string;
  readonly supportContact: string;
}

/** Sends a letter by e-mail, in the transaction in which its details are issued. */
export type MailLetter = (
  deps: Deps,
  letter: { readonly contents: LetterContents; readonly odsCode: OdsCode; readonly to: string },
) => Promise<void>;

/** How letters are made. */
export interface Letters {
  readonly make: (letter: PrintableLetter) => Promise<Buffer>;
  /** Without it letters are printed only. */
  readonly mail?: MailLetter | undefined;
}
