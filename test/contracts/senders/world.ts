import type { House } from '#foundation/deps';
import type { Environment } from '#foundation/settings';
import type { Channel } from '#messaging';

/** A message as it reached the other side. */
export interface Received {
  readonly channel: Channel;
  readonly to: string;
  readonly subject?: string | undefined;
  readonly text: string;
  /** By what the other side can tell that two messages are one. */
  readonly id: string;
}

/** What stands at the other side of a sender: each sender has one in the file of its name here. */
export interface SenderWorld {
  /** The sender's own settings. */
  readonly environment: Environment;
  received(): Promise<readonly Received[]>;
  /** How the other side can fail; left out when it can't. */
  readonly trouble?: {
    /** Refuses the next message, though not for good. */
    passing(): void;
    /** Refuses the next message for good. */
    forGood(): void;
    goAway(): Promise<void>;
    comeBack(): Promise<void>;
  };
  close(): Promise<void>;
}

export type OpenSenderWorld = (house: House) => Promise<SenderWorld>;
