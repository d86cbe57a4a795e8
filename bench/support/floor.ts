import { fork } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { median, rounded } from './figures.ts';

/** CPU milliseconds of the costly computations that nobody can do without. */
export interface FloorFigures {
  /** One Argon2id verification with the product's parameters, as many at once as the product's. */
  readonly passwordCheckMs: number;
  /** One RSA-2048 signature (RS512). */
  readonly signatureMs: number;
  /** The check of one. */
  readonly signatureCheckMs: number;
}

/** Those computations, alone in a process of their own. */
export interface Floor {
  /** Measures now; while the product rests. */
  measure(): Promise<void>;
  /** @returns the median of all that was measured, so that whatever else the machine did for a moment counts little */
  figures(): FloorFigures;
  stop(): void;
}

const measuredMs = z.array(z.number());
const batches = z.object({
  passwordCheckMs: measuredMs,
  signatureMs: measuredMs,
  signatureCheckMs: measuredMs,
});

/** @param options.isSmall whether to compute as little as shows that it works */
export function startFloor({ isSmall }: { readonly isSmall: boolean }): Floor {
  const child = fork(path.join(import.meta.dirname, '../floor.ts'), isSmall ? ['--small'] : []);
  const passwordCheckMs: number[] = [];
  const signatureMs: number[] = [];
  const signatureCheckMs: number[] = [];
  return {
    measure: async () => {
      const found = new Promise<unknown>((resolve) => child.once('message', resolve));
      child.send('measure');
      const measured = batches.parse(await found);
      passwordCheckMs.push(...measured.passwordCheckMs);
      signatureMs.push(...measured.signatureMs);
      signatureCheckMs.push(...measured.signatureCheckMs);
    },
    figures: () => ({
      passwordCheckMs: rounded(median(passwordCheckMs)),
      signatureMs: rounded(median(signatureMs)),
      signatureCheckMs: rounded(median(signatureCheckMs)),
    }),
    stop: () => child.kill('SIGTERM'),
  };
}
