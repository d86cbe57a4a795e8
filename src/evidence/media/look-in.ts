import type { TaskEnd, Workers } from '#foundation/workers';
import { z } from 'zod';
import type { SentBytes } from '../examine.ts';
import { fileRefusals, type FileRefusal } from '../types.ts';

export interface Refused {
  readonly outcome: 'refused';
  readonly reason: FileRefusal;
}

export const refusedAnswer = z.object({ outcome: z.literal('refused'), reason: z.enum(fileRefusals) });

interface Look<T> {
  /** The task of the worker. */
  readonly name: string;
  readonly sent: SentBytes;
  readonly write: (part: Uint8Array) => Promise<void>;
  /** How many bytes may come out, and with which they begin. */
  readonly mostWritten: number;
  readonly start: Uint8Array;
  readonly answers: z.ZodType<T | Refused>;
}

/** What came out is nothing that our own code writes. */
class OddOutput extends Error {}

/** What a process of its own finds in a file, as far as that can be believed: the file may have taken it over. */
export async function lookIn<T>(workers: Workers, look: Look<T>): Promise<T | Refused> {
  const { name, sent, start, answers } = look;
  let written = 0;
  const write = async (part: Uint8Array): Promise<void> => {
    if (written === 0 && !start.every((byte, at) => part[at] === byte)) throw new OddOutput();
    written += part.length;
    if (written > look.mostWritten) throw new OddOutput();
    await look.write(part);
  };
  try {
    const end = await workers.run({ name, input: { bytes: sent.bytes }, read: sent.read, write });
    if (end.outcome !== 'done') return { outcome: 'refused', reason: reasonOf(end) };
    const answer = answers.safeParse(end.answer);
    return answer.success ? answer.data : { outcome: 'refused', reason: 'damaged' };
  } catch (error) {
    if (error instanceof OddOutput) return { outcome: 'refused', reason: 'damaged' };
    throw error;
  }
}

/** A file whose decoder fails is damaged, whether by chance or on purpose; who can't be served now may try again. */
function reasonOf(end: Exclude<TaskEnd, { outcome: 'done' }>): FileRefusal {
  if (end.outcome === 'busy' || end.why === 'closed' || end.why === 'not_started') return 'busy';
  return 'damaged';
}
