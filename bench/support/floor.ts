import { fork } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { median, rounded } from './figures.ts';

/** CPU milliseconds of the costly computations that no sign-in can do without. */
export interface FloorFigures {
  /** One Argon2id verification with the product's parameters, as many at once as the product's. */
  readonly passwordCheckMs: number;
  /** One RSA-2048 signature (RS512). */
  readonly signatureMs: number;
}

/** Those computations, alone in a process of their own. */
export interface Floor {
  /** Measures now; while the product rests. */
  measure(): Promise<void>;
  /** @returns the median of all that was measured, so that whatever else the machine did for a moment counts little */
  figures(): FloorFigures;
  stop(): void;
}

const batches = z.object({ passwordCheckMs: z.array(z.number()), signatureMs: z.array(z.number()) });

export function startFloor(): Floor {
  const child = fork(path.join(import.meta.dirname, '../floor.ts'));
  const passwordCheckMs: number[] = [];
  const signatureMs: number[] = [];
  return {
    measure: async () => {
      const found = new Promise<unknown>((resolve) => child.once('message', resolve));
      child.send('measure');
      const measured = batches.parse(await found);
      passwordCheckMs.push(...measured.passwordCheckMs);
      signatureMs.push(...measured.signatureMs);
    },
    figures: () => ({
      passwordCheckMs: rounded(median(passwordCheckMs)),
      signatureMs: rounded(median(signatureMs)),
    }),
    stop: () => child.kill('SIGTERM'),
  };
}
