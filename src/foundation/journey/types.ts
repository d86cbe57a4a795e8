import type { Readable } from 'node:stream';
import type { Deps, House } from '#foundation/deps';
import type { InParts, RoughDevice, UploadedFile } from '#foundation/http';
import type { Language } from '#foundation/web';
import type { z } from 'zod';

/** The browser in front of us, as far as a step may care. */
export interface Browser {
  readonly language: Language;
  /** The network address, as the trusted proxies report it. */
  readonly remoteAddress: string;
  /** Of which kind it is, as its owner would say it. */
  readonly kind: RoughDevice;
  readCookie(name: string): string | undefined;
}

/** One person's walk through one journey. */
export interface Visit<A, C> {
  /** Names the visit in its addresses; also what codes sent during it are bound to. */
  readonly ref: string;
  readonly answers: A;
  /** What the journey was started with; doesn't change. */
  readonly context: C;
  readonly browser: Browser;
}

/** A long-lived cookie to set with the answer. */
export interface NewCookie {
  readonly name: string;
  readonly value: string;
  readonly expires: Date;
}

/** Words for a field's error: a key below `errors.<field>` in the page's content. */
export type FieldError =
  | string
  | { readonly key: string; readonly values: Readonly<Record<string, string | number>> };
export type FieldErrors = Readonly<Record<string, FieldError>>;

/** A page in place of the step, that says what is in the way and what to do. */
export interface Stop {
  readonly page: string;
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** After this time the step opens again. The page is given what is left of it, in `minutes`. */
  readonly retryAfterSeconds?: number | undefined;
}

/** What became of a submitted page. */
export type Outcome<A> =
  /** The step has its answer; if that changed, what came after is undone. */
  | { readonly outcome: 'answered'; readonly answers: A; readonly cookies?: readonly NewCookie[] }
  /** The page is shown again with errors, and with what was typed. */
  | { readonly outcome: 'invalid'; readonly errors: FieldErrors }
  /** The page is shown again, perhaps with a notice, a key below `notices` in its content. */
  | { readonly outcome: 'stayed'; readonly answers: A; readonly notice?: string }
  | { readonly outcome: 'stopped'; readonly stop: Stop }
  /** The person goes on in another journey. */
  | { readonly outcome: 'moved'; readonly journey: string; readonly context: unknown }
  /** The person leaves the journeys; this one is over. */
  | { readonly outcome: 'left'; readonly address: string };

export type Entered<A> =
  | { readonly outcome: 'entered'; readonly answers: A }
  | { readonly outcome: 'stopped'; readonly stop: Stop }
  | GoesElsewhere;

/** Nothing is asked here any more: the person goes on in another journey, or leaves. */
export type GoesElsewhere = Extract<Outcome<never>, { readonly outcome: 'moved' | 'left' }>;

/** Data of a page besides its words. */
export type PageData = Readonly<Record<string, unknown>>;

/** A file that a step's form has. */
export interface FileField {
  readonly field: string;
  readonly maxBytes: number;
}

/** Something that a page fetches besides itself: a picture, or how far something has come. A video is fetched in parts. */
export type Resource = { readonly type: string; readonly body: Readable | Buffer | string } | InParts;

/** One page of a journey. It never names another: the journey's order and these conditions say what comes next. */
export interface Step<A, C, F extends z.ZodType = z.ZodType, B = unknown, H = unknown> {
  /** The last part of its address. */
  readonly path: string;
  /** The page's folder below `src`. */
  readonly page: string;
  /** With which status it is shown; 200 if left out. 503 tells that something is out of order for now. */
  readonly status?: 200 | 503;
  readonly appliesWhen?: (answers: A, context: C) => boolean;
  readonly isDone: (answers: A) => boolean;
  /** Takes this step's answer out, when an earlier answer changed. */
  readonly undo: (answers: A) => A;
  /** Once done it can't be redone: this step and those before it don't open again. */
  readonly isFinal?: boolean;
  /** Runs once when the step becomes the next one, for example to send a code. */
  readonly onEnter?: (deps: Deps, visit: Visit<A, C>) => Promise<Entered<A>>;
  readonly show?: (deps: Deps, visit: Visit<A, C>) => Promise<PageData>;
  /** What its fields hold already. */
  readonly values?: (answers: A, context: C) => Readonly<Record<string, string>>;
  /** Reads the form; an issue's message is a key below `errors.<field>`. */
  readonly form: F;
  /** Fields that are never shown again. */
  readonly secretFields?: readonly string[];
  /** The form has this one file. Its errors stand at its field: `too_big` is told without asking the step. */
  readonly takesFile?: FileField;
  /** The page takes pictures or videos with the device's own camera, and shows them. */
  readonly isCapture?: boolean;
  /**
   * Work that must not hold a transaction, such as password hashing.
   *
   * @param file of a step that takes one; undefined if none was chosen. What isn't read of it is thrown away
   */
  readonly before?: (
    house: House,
    visit: Visit<A, C>,
    input: z.output<F>,
    file: UploadedFile | undefined,
  ) => Promise<B>;
  /**
   * Holds and reads what `submit` needs first. It goes to the database right behind the hold of the visit, before it is known what
   * has become of that: so it changes nothing.
   */
  readonly ahead?: (deps: Deps, before: B) => Promise<H>;
  readonly submit: (
    deps: Deps,
    visit: Visit<A, C>,
    input: z.output<F>,
    before: B,
    ahead: H,
  ) => Promise<Outcome<A>>;
  /** Other buttons of the page, by the last part of the address that they post to. */
  readonly actions?: Readonly<Record<string, (deps: Deps, visit: Visit<A, C>) => Promise<Outcome<A>>>>;
  /** What its page fetches besides itself, by the last part of the address; undefined where there is nothing. */
  readonly resources?: Readonly<
    Record<string, (house: House, visit: Visit<A, C>) => Promise<Resource | undefined>>
  >;
}

/** Several pages in order, and what happens when all that apply are done. */
export interface JourneyDefinition<A, C> {
  /** The first part of its addresses. */
  readonly id: string;
  readonly answers: z.ZodType<A>;
  readonly context: z.ZodType<C>;
  /** How long a visit is kept without being used. */
  readonly lifetimeSeconds: number;
  readonly steps: readonly AnyStep<A, C>[];
  readonly finish: (deps: Deps, visit: Visit<A, C>) => Promise<Finished>;
  /** Whether none of its pages is shown any more, as what they hold is not for whoever is there now. */
  readonly isOver?: (deps: Deps, context: C) => Promise<boolean>;
  /** Where “Back” leads from the first page that can be opened. */
  readonly cameFrom?: (context: C, answers: A) => string | undefined;
  /** Where somebody is led whose visit is over, instead of being told to start again. */
  readonly afterwards?: string;
  /** What each of its pages shows besides its own data. */
  readonly everyPage?: (context: C) => PageData;
  /** Origins besides ours to which the last form may lead. */
  readonly formTargets?: (context: C) => readonly string[];
}

export type Finished =
  | { readonly outcome: 'left'; readonly address: string; readonly cookies?: readonly NewCookie[] }
  | { readonly outcome: 'moved'; readonly journey: string; readonly context: unknown };

/** A step whose form is no longer known by type: made by {@link step}. */
export interface AnyStep<A, C>
  extends Pick<
    Step<A, C>,
    | 'path'
    | 'page'
    | 'status'
    | 'appliesWhen'
    | 'isDone'
    | 'undo'
    | 'isFinal'
    | 'onEnter'
    | 'show'
    | 'values'
    | 'secretFields'
    | 'actions'
    | 'takesFile'
    | 'isCapture'
    | 'resources'
  > {
  /** `prepare` takes time or asks the database, so that it must not hold a transaction. */
  readonly worksBefore: boolean;
  /** Reads the form, does what must not hold a transaction, and returns the rest to run in one. */
  readonly prepare: (
    house: House,
    visit: Visit<A, C>,
    fields: Readonly<Record<string, string>>,
    file?: UploadedFile,
  ) => Promise<
    | { readonly outcome: 'invalid'; readonly errors: FieldErrors }
    | {
        readonly outcome: 'ready';
        /** To be run, and waited for, before `submit`, where there is something. */
        readonly ahead?: (deps: Deps) => Promise<void>;
        readonly submit: (deps: Deps, visit: Visit<A, C>) => Promise<Outcome<A>>;
      }
  >;
}
