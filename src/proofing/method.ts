import type { Account } from '#accounts';
import type { Evidence as EvidenceStore } from '#evidence';
import type { FaceChecks, ScanAct } from '#face-checks';
import type { House } from '#foundation/deps';
import { embedSteps, type AnyStep, type Embedding } from '#foundation/journey';
import { languages, type Language } from '#foundation/web';
import type { GpSystems, Practice } from '#gp-systems';
import type { Evidence, IdentityDetails } from '#identity';
import type { Register } from '#pds';
import { z } from 'zod';
import {
  captureAnswers,
  type CaptureAnswers,
  type ChallengeWay,
  type DocumentKind,
  type FourDigits,
} from './capture/answers.ts';
import type { DocumentReader } from './documents/reader.ts';
import type { CaptureContext, SignedIn } from './capture/context.ts';

/** What methods work with besides the house; without it those that need it are not offered. */
export interface ProofingTools {
  readonly register: Register | undefined;
  readonly gpSystems: GpSystems | undefined;
  readonly evidence: EvidenceStore | undefined;
  /** Reads documents, for what can be told at once; without it nothing is. */
  readonly documentReader?: DocumentReader | undefined;
  /** Looks at faces before a camera; without it no method does. */
  readonly faceChecks?: FaceChecks | undefined;
}

/** Somebody at P5 who has to be proven: their login, and what the national register says of them. */
export interface ProofPerson {
  readonly account: Account;
  readonly details: IdentityDetails;
  /** Where the register has them; undefined when nobody has told of the practice here. */
  readonly practice: Practice | undefined;
}

/** How it stands with what somebody has handed in for others to check. */
export const standings = [
  /** It is being checked: they can wait, or take another way. */
  'waiting',
  /** It was checked and has not proven them: pages of the method say what they can do next. */
  'answered',
] as const;
export type Standing = (typeof standings)[number];

/** What the pages of a method know of where they stand. */
export interface ProofContext {
  readonly accountId: string;
  readonly clientName: string;
  /** Whether there is another way to choose. */
  readonly hasOtherWays: boolean;
  /** By what they are signed in: another device that they let go on may do so as long as it holds. */
  readonly signedIn: SignedIn;
  /** How it stood with what they had handed in when they came; undefined if there was nothing. */
  readonly standing?: Standing | undefined;
}

/** What somebody reads of a method before they choose it, in one language. */
export interface MethodWords {
  /** Its name in a list of ways, as “With …” or “By …”. */
  readonly title: string;
  /** What it needs, in whole sentences. */
  readonly needs: readonly string[];
  /** How long it takes, in a whole sentence. */
  readonly time: string;
  /** Said in place of what it needs and how long it takes, while what they have handed in is being checked. */
  readonly waiting?: string;
}

/** What somebody would do on a method's pages, where there are none to look at. */
export interface ProofIntent {
  readonly accountId: string;
  readonly remoteAddress: string;
  /** The three details, as they would type them; left out when they have none. */
  readonly details?: { readonly userId: string; readonly linkageKey: string; readonly odsCode: string };
}

export type ProvenWithoutPages =
  | 'proven'
  /** Their pages would have said that they are not. */
  | 'not_proven'
  | 'locked'
  /** Another system does not answer. */
  | 'unavailable';

/** What somebody would photograph and record on a method's pages, where there are none to look at. */
export interface Specimens {
  readonly accountId: string;
  readonly documentKind: DocumentKind;
  readonly front: Uint8Array;
  readonly back?: Uint8Array | undefined;
  readonly way: ChallengeWay;
  /** Films them with the numbers that they are given. */
  readonly film: (digits: FourDigits) => Promise<Uint8Array>;
}

export type SentWithoutPages =
  | { readonly outcome: 'sent' }
  /** Their pages would have said that it can't be, or not now. */
  | { readonly outcome: 'not_sent'; readonly because: string };

/** The same where a face is scanned. */
export interface ScanSpecimens extends Pick<Specimens, 'accountId' | 'documentKind' | 'front' | 'back'> {
  /** Takes pictures of them while they do what they are asked, as JPEGs. */
  readonly act: (act: ScanAct) => Promise<readonly Uint8Array[]>;
}

export type ScannedWithoutPages =
  /** A machine has proven them. */
  { readonly outcome: 'proven' } | SentWithoutPages;

/** A way in which people prove who they are. All that others need to know of it is here; nobody knows it by name. */
export interface ProofingMethod {
  readonly id: string;
  /** The level that it reaches. */
  readonly level: 'P9';
  /** How long it takes; the quickest is offered first. */
  readonly minutes: number;
  readonly words: Readonly<Record<Language, MethodWords>>;
  /** Tells whether somebody can use it now. It may ask other systems, and so is asked outside of transactions. */
  readonly offeredWhen: (house: House, tools: ProofingTools, person: ProofPerson) => Promise<boolean>;
  /**
   * Tells how it stands with what somebody has handed in: its pages come first then, before any choice. Left out where
   * nobody checks anything later. It is asked outside of transactions.
   */
  readonly standingOf?: (
    house: House,
    tools: ProofingTools,
    accountId: string,
  ) => Promise<Standing | undefined>;
  /** @returns whether what its steps have kept says that the person is proven */
  readonly isProven: (kept: unknown) => boolean;
  /** Puts its steps into a journey that keeps what they answer. */
  readonly embedIn: <A, C>(
    tools: ProofingTools,
    embedding: Embedding<A, C, unknown, ProofContext>,
  ) => AnyStep<A, C>[];
  /** Puts those of its steps into a journey that another device may do, which adds to an attempt; left out where there are none. */
  readonly embedCaptureIn?: <A, C>(
    tools: ProofingTools,
    embedding: Embedding<A, C, unknown, CaptureContext>,
  ) => AnyStep<A, C>[];
  /** Does what its pages do, by the doors that they open; left out where pages can’t be done without. */
  readonly proveWithoutPages?: (
    house: House,
    tools: ProofingTools,
    intent: ProofIntent,
  ) => Promise<ProvenWithoutPages>;
  /** Sends for others to check what its pages would have brought together, by the doors that they open; left out where nothing is sent. */
  readonly sendWithoutPages?: (
    house: House,
    tools: ProofingTools,
    specimens: Specimens,
  ) => Promise<SentWithoutPages>;
  /** The same for photos and a scan of a face, which a machine may decide at once; left out where nobody’s face is scanned. */
  readonly scanWithoutPages?: (
    house: House,
    tools: ProofingTools,
    specimens: ScanSpecimens,
  ) => Promise<ScannedWithoutPages>;
  /** @returns in one sentence, for staff and in English, what a decision by it rested on; no personal details */
  readonly staffSummary: (evidence: Evidence) => string;
  /** The types of what it writes into the audit trail, besides decisions. */
  readonly auditEvents: readonly string[];
  /** What it keeps besides decisions and their evidence, and for how long; a sentence for each. */
  readonly keeps: readonly string[];
}

/** Declares a method; `A` is what its steps keep, which must be readable from nothing. */
export function proofingMethod<A>(
  method: Omit<ProofingMethod, 'isProven' | 'embedIn' | 'embedCaptureIn'> & {
    readonly answers: z.ZodType<A>;
    readonly isProven: (answers: A) => boolean;
    readonly steps: (tools: ProofingTools) => readonly AnyStep<A, ProofContext>[];
    /** Those that bring together photos and a video, where it needs some. */
    readonly capture?: (tools: ProofingTools) => readonly AnyStep<CaptureAnswers, CaptureContext>[];
  },
): ProofingMethod {
  const { answers, isProven, steps, capture, ...rest } = method;
  const read = (kept: unknown): A => answers.parse(kept ?? {});
  return {
    ...rest,
    isProven: (kept) => isProven(read(kept)),
    embedIn: (tools, embedding) =>
      embedSteps(steps(tools), {
        ...embedding,
        read: (of) => read(embedding.read(of)),
        write: (of, part) => embedding.write(of, part),
      }),
    ...(capture === undefined
      ? {}
      : {
          embedCaptureIn: (tools, embedding) =>
            embedSteps(capture(tools), {
              ...embedding,
              read: (of) => captureAnswers.parse(embedding.read(of) ?? {}),
              write: (of, part) => embedding.write(of, part),
            }),
        }),
  };
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function');
const manifestShape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/u),
  level: z.literal('P9'),
  minutes: z.number().positive(),
  words: z.record(
    z.enum(languages),
    z.object({
      title: z.string().min(1),
      needs: z.array(z.string().min(1)).min(1),
      time: z.string().min(1),
      waiting: z.string().min(1).optional(),
    }),
  ),
  offeredWhen: isFunction,
  standingOf: isFunction.optional(),
  isProven: isFunction,
  embedIn: isFunction,
  embedCaptureIn: isFunction.optional(),
  proveWithoutPages: isFunction.optional(),
  sendWithoutPages: isFunction.optional(),
  scanWithoutPages: isFunction.optional(),
  staffSummary: isFunction,
  auditEvents: z.array(z.string().min(1)),
  keeps: z.array(z.string().min(1)),
});

/** Checks a plug's default export. */
export const methodManifest: z.ZodType<ProofingMethod> = z.custom<ProofingMethod>(
  (plug) => manifestShape.safeParse(plug).success,
  'is not a way to prove who one is',
);
