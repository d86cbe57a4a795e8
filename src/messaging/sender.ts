import type { Deps, House } from '#foundation/deps';
import type { SettingDefinition } from '#foundation/settings';
import { z } from 'zod';

export const channels = ['email', 'sms'] as const;
export type Channel = (typeof channels)[number];

/** A message ready to be sent. */
export interface ReadyMessage {
  /** The same however often sending is tried. */
  readonly id: string;
  readonly channel: Channel;
  /** An e-mail address, or a phone number in E.164. */
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  /** The security code that the text carries, if any. */
  readonly code?: string;
  /** The links that the text carries. */
  readonly links: readonly string[];
}

/** `refused`: it will never be accepted, for example because the address doesn't exist. */
export type SendOutcome = { readonly outcome: 'sent' } | { readonly outcome: 'refused' };

/** One way out of the house. */
export interface Sender {
  /** @throws when it can't be sent now; it will be tried again */
  send(house: House, message: ReadyMessage): Promise<SendOutcome>;
  close?(): void;
}

/** A message as the simulated inbox keeps it. */
export interface InboxMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  readonly code?: string;
  readonly links: readonly string[];
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

/** What a sender's folder says of itself. */
export interface SenderPlug {
  readonly id: string;
  readonly channels: readonly Channel[];
  /** Its own settings; read only when it is chosen. */
  readonly settings: Readonly<Record<string, SettingDefinition>>;
  /** @param values its settings, read and checked */
  readonly createSender: (values: Readonly<Record<string, unknown>>) => Sender;
  /** Present when it only keeps messages: refused in production, chosen by default in a sandbox. */
  readonly simulator?: Simulator;
}

export const senderManifest: z.ZodType<SenderPlug> = z.custom<SenderPlug>(
  (plug) =>
    z
      .object({
        id: z.string().regex(/^[a-z][a-z-]*$/u),
        channels: z.array(z.enum(channels)).min(1),
        settings: z.record(z.string(), z.object({ variable: z.string(), sentence: z.string() })),
        createSender: z.function(),
        simulator: z.object({ read: z.function(), clear: z.function(), sweep: z.function() }).optional(),
      })
      .safeParse(plug).success,
  'is not a sender',
);
