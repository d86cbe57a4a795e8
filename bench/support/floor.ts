import { spawn } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { median, rounded } from './figures.ts';

/** CPU milliseconds of the costly computations that no sign-in can do without. */
export interface FloorFigures {
  /** One Argon2id verification with the product's parameters. */
  readonly passwordCheckMs: number;
  /** One RSA-2048 signature (RS512). */
  readonly signatureMs: number;
}

const batches = z.object({ passwordCheckMs: z.array(z.number()), signatureMs: z.array(z.number()) });
type Batches = z.output<typeof batches>;

/** Runs those computations alone, in a process of their own. @returns the CPU milliseconds of one, for each batch */
export async function measureFloor(): Promise<Batches> {
  const program = path.join(import.meta.dirname, '../floor.ts');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the floor could not be measured: its process ended with ${String(code)}`);
  return batches.parse(JSON.parse(output));
}

/**
 * Puts measurements together that were made before and after the load: the median of all batches, so that whatever
 * else the machine did for a moment counts little.
 */
export function floorOf(measured: readonly Batches[]): FloorFigures {
  return {
    passwordCheckMs: rounded(median(measured.flatMap((one) => one.passwordCheckMs))),
    signatureMs: rounded(median(measured.flatMap((one) => one.signatureMs))),
  };
}
