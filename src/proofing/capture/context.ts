/** What the pages that bring together photos and a video know of where they stand. */
export interface CaptureContext {
  readonly accountId: string;
  /** The method for which they do: an account has one open attempt for each. */
  readonly method: string;
  readonly clientName: string;
  /** Whether there is another way to choose; never where another device only adds to an attempt. */
  readonly hasOtherWays: boolean;
  /** By what its owner is signed in here; undefined on a device that adds to an attempt by a hand-over. */
  readonly signedIn: SignedIn | undefined;
  /** By what this device adds to an attempt, and to which; undefined where its owner is signed in. */
  readonly handOver: { readonly id: string; readonly attemptId: string } | undefined;
}

/** A sign-in: another device that its owner lets go on is let in as long as it holds. */
export interface SignedIn {
  readonly sessionUid: string;
  /** When that was looked at. */
  readonly at: string;
}
