import { Fault } from '#foundation/errors';

/** Why the embedded PostgreSQL can't run, in words for an operator. */
export class EmbeddedPostgresFault extends Fault {
  /** What is wrong and what to do about it; names folders and process ids, never secrets. */
  readonly explanation: string;

  constructor(explanation: string, options: { cause?: unknown } = {}) {
    super('storage.embedded', options);
    this.explanation = explanation;
  }
}

/** @returns the operating system's code of an error (`ENOENT`…), if it has one */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
