import type { Deps, House } from '#foundation/deps';
import { readDefinitions, type Environment, type Mode, type SettingDefinition } from '#foundation/settings';
import type { Language } from '#foundation/web';
import { z } from 'zod';

export const channels = ['email', 'sms', 'voice'] as const;
export type Channel = (typeof channels)[number];

/** A message ready to be sent. */
export interface ReadyMessage {
  /** A UUID, the same however often sending is tried. */
  readonly id: string;
  /** 1 the first time. From 2 on the message may have been sent before: a process died before it could say so. */
  readonly attempt: number;
  readonly channel: Channel;
  readonly language: Language;
  /** An e-mail address in ASCII, or a phone number in E.164. */
  readonly to: string;
  /** One line without control characters. */
  readonly subject?: string;
  /** Of a call what is said, with a full stop after each digit of a code: a voice makes a pause there. */
  readonly text: string;
  readonly html?: string;
  /** The security code that the text carries, if any. */
  readonly code?: string;
  /** The links that the text carries. */
  readonly links: readonly string[];
}

/**
 * `refused`: it will never be accepted, for example because the address doesn't exist. `not_now`: it is worth another
 * try; `by` says that it is this very mailbox that takes nothing now, and not something of ours or on the way. A `reason` is a machine's code (`smtp-550`), never text that may quote an address.
 */
export type SendOutcome =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'not_now'; readonly reason: string; readonly by?: 'mailbox' };

/** One way out of the house. */
export interface Sender {
  /** @param signal says when to give up */
  send(house: House, message: ReadyMessage, signal: AbortSignal): Promise<SendOutcome>;
  /** Lets go of open connections. */
  close?(): void;
}

/** A message as the simulated inbox keeps it. */
export interface InboxMessage extends Omit<ReadyMessage, 'attempt' | 'language'> {
  readonly sentAt: Date;
}

export interface InboxFilter {
  readonly to?: string | undefined;
  readonly channel?: Channel | undefined;
  readonly since?: Date | undefined;
  readonly limit?: number | undefined;
}

/** Keeps messages instead of sending them. */
export interface Simulator {
  read(deps: Pick<Deps, 'db'>, filter: InboxFilter): Promise<InboxMessage[]>;
  clear(deps: Pick<Deps, 'db'>): Promise<void>;
  sweep(deps: Pick<Deps, 'db' | 'clock'>): Promise<void>;
}

/** How a sender is started: where its own settings are, and for which of its channels it was chosen. */
export interface SenderStart {
  readonly mode: Mode;
  readonly environment?: Environment | undefined;
  readonly channels: readonly Channel[];
}

/** What a sender's folder says of itself. */
export interface SenderPlug {
  readonly id: string;
  readonly channels: readonly Channel[];
  /** Its own settings; read only when it is chosen. */
  readonly settings: Readonly<Record<string, SettingDefinition>>;
  /** @throws {SettingsFault} naming what is missing or malformed among its settings */
  readonly createSender: (start: SenderStart) => Sender;
  /** Present when it only keeps messages: refused in production, chosen by default in a sandbox. */
  readonly simulator?: Simulator | undefined;
}

/** Declares a sender; `createSender` is given the plug's own settings, read and checked. */
export function senderPlug<D extends Record<string, SettingDefinition>>(
  plug: Omit<SenderPlug, 'settings' | 'createSender'> & {
    readonly settings: D;
    readonly createSender: (
      values: ReturnType<typeof readDefinitions<D>>,
      start: { readonly channels: readonly Channel[] },
    ) => Sender;
  },
): SenderPlug {
  return {
    ...plug,
    createSender: ({ mode, environment, channels: chosenFor }) =>
      plug.createSender(readDefinitions(plug.settings, mode, environment), { channels: chosenFor }),
  };
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function');
const manifestShape = z.object({
  id: z.string().regex(/^[a-z][a-z-]*$/u),
  channels: z.array(z.enum(channels)).min(1),
  settings: z.record(z.string(), z.object({ variable: z.string(), sentence: z.string() })),
  createSender: isFunction,
  simulator: z.object({ read: isFunction, clear: isFunction, sweep: isFunction }).optional(),
});

/** Checks a plug's default export. */
export const senderManifest: z.ZodType<SenderPlug> = z.custom<SenderPlug>(
  (plug) => manifestShape.safeParse(plug).success,
  'is not a sender',
);
