import type { Account } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { Web } from '#foundation/http';
import { embedSteps, type AnyStep, type JourneyDefinition } from '#foundation/journey';
import type { Language, Values } from '#foundation/web';
import { isSessionLiving, ownPages, type Exchange } from '#openid';
import { z } from 'zod';

/** Somebody who looks at their account. */
export interface SettingsPerson {
  readonly account: Account;
  /** Names the session that this rests on. */
  readonly sessionUid: string;
  /** When a visit of somebody whom a service handed over ends. */
  readonly until?: Date | undefined;
  /** When they proved who they are, with all factors anew; absent for whoever was handed over or remembered. */
  readonly provenAt?: Date | undefined;
}

/** What stands in a row of the account page, in words of its content below `parts.<id>.values`, or as it is. */
export type RowValue =
  | { readonly text: string }
  | { readonly email: string }
  | {
      readonly words: string;
      readonly values?: Values;
      /** There is nothing yet: the link of the row says `begin` instead of `action`. */
      readonly begins?: true;
    };

/** What a part of the settings may know when it shows its row. */
export interface RowContext {
  readonly person: SettingsPerson;
  readonly language: Language;
}

/**
 * One thing of somebody's account that they can see or change: a row on the account page, and what `/settings/<id>` leads
 * to. Its words stand in the content of `settings/your-account`, below `parts.<id>`: `title`, `action` (the words of its
 * link; `begin` where there is nothing to change yet), `about` (what the link is about, for those who hear it without its row), `values`, and `done` where its journey
 * ends with word of that on the account page.
 */
export interface SettingsPart {
  /** The last part of its address. */
  readonly id: string;
  readonly section: SettingsSection;
  /** It has no row: other pages lead to it. */
  readonly isUnlisted?: true;
  /**
   * Only whoever proved within ten minutes who they are, with all factors anew, may enter; everybody else is led through
   * signing in again and back.
   */
  readonly isSensitive: boolean;
  /** @returns what its row says, in one line or several; undefined for somebody who isn't offered it: then its address leads to nothing */
  readonly row: (deps: Deps, context: RowContext) => Promise<RowValue | readonly RowValue[] | undefined>;
  /** What its journey may say on the account page when it has ended: keys below `parts.<id>.done`. */
  readonly done?: readonly string[];
  /** What its address leads to: a journey made by {@link settingsJourney}, or a page of its own; a row without only tells. */
  readonly leadsTo?: JourneyPart | PagePart;
}

interface JourneyPart {
  readonly journeyId: string;
  /** Hands the journey on without its types. */
  readonly visit: (to: VisitJourney) => void;
}

interface PagePart {
  readonly show: (web: Web, person: SettingsPerson, exchange: Exchange) => Promise<unknown>;
}

export type VisitJourney = <A, C>(journey: JourneyDefinition<A, C>) => void;

export const settingsSections = ['details', 'signing-in', 'information'] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** What a journey of the settings is started with. */
export const settingsContext = z.object({
  accountId: z.string(),
  /** Names the session that the journey rests on: it ends with it. */
  sessionUid: z.string(),
  /**
   * When the person proved who they are; always there in a sensitive part. What changes an account is only done if its
   * sign-ins weren't ended since.
   */
  provenAt: z.string().optional(),
  /** When the journey is over, however it is used. */
  until: z.string(),
});
export type SettingsContext = z.output<typeof settingsContext>;

/** A factor that was proven longer ago is too old for what is sensitive. */
const recentSeconds = 10 * 60;
/** So long somebody has from the proof to the end of a sensitive journey, and from its beginning for others. */
const journeySeconds = 30 * 60;

/** @returns whether somebody proved who they are just now, so that they may change what is sensitive */
export function isRecent({ clock }: Pick<Deps, 'clock'>, { provenAt }: SettingsPerson): boolean {
  return provenAt !== undefined && secondsAfter(provenAt, recentSeconds) > clock.now();
}

export function contextFor(
  { clock }: Pick<Deps, 'clock'>,
  { account, sessionUid, provenAt, until }: SettingsPerson,
  isSensitive: boolean,
): SettingsContext {
  const from = isSensitive && provenAt !== undefined ? provenAt : clock.now();
  const latest = secondsAfter(from, journeySeconds);
  return {
    accountId: account.id,
    sessionUid,
    ...(provenAt === undefined ? {} : { provenAt: provenAt.toISOString() }),
    until: (until !== undefined && until < latest ? until : latest).toISOString(),
  };
}

/** @returns when somebody in a sensitive journey proved who they are; long ago for somebody who did not */
export function provenAtOf({ provenAt }: SettingsContext): Date {
  return new Date(provenAt ?? 0);
}

/** Where a part of the settings begins. */
export function partAddress(id: string): string {
  return `${ownPages.settings}/${id}`;
}

/** The account page, with word that what the part stands for is done: `parts.<id>.done.<what>`. */
export function doneAddress(id: string, what: string): string {
  return `${ownPages.settings}?done=${id}.${what}`;
}

/**
 * Makes a journey of the settings, to be a part's `leadsTo`. No page of it is shown and nothing of it is done once the
 * session that it rests on has ended, or its time is over; whoever comes back to it is led to the part's beginning.
 *
 * @param journey.id the first part of its addresses, for example `change-email`
 * @param journey.done a key below `parts.<part>.done`, said on the account page when the journey has ended; the account
 *   page alone if left out
 */
export function settingsJourney<A>(
  partId: string,
  journey: {
    readonly id: string;
    readonly answers: z.ZodType<A>;
    readonly steps: readonly AnyStep<A, SettingsContext>[];
    readonly done?: string | ((answers: A) => string);
  },
): JourneyPart {
  const { id, answers, steps, done } = journey;
  const beginning = partAddress(partId);
  const definition: JourneyDefinition<A, SettingsContext> = {
    id,
    answers,
    context: settingsContext,
    lifetimeSeconds: journeySeconds,
    steps: embedSteps<A, SettingsContext, A, SettingsContext>(steps, {
      pathPrefix: '',
      appliesWhen: () => true,
      read: (given) => given,
      write: (_, given) => given,
      context: (context) => context,
      guard: async (deps, { context }) =>
        (await isOver(deps, context)) ? { outcome: 'left', address: beginning } : undefined,
    }),
    finish: (_deps, visit) => {
      const what = typeof done === 'function' ? done(visit.answers) : done;
      const address = what === undefined ? ownPages.settings : doneAddress(partId, what);
      return Promise.resolve({ outcome: 'left', address });
    },
    isOver,
    afterwards: beginning,
    cameFrom: () => ownPages.settings,
    everyPage: () => ({ settingsAddress: ownPages.settings }),
  };
  return { journeyId: id, visit: (to) => to(definition) };
}

async function isOver(deps: Deps, { accountId, sessionUid, until }: SettingsContext): Promise<boolean> {
  if (new Date(until) <= deps.clock.now()) return true;
  return !(await isSessionLiving(deps, { uid: sessionUid, accountId }));
}
