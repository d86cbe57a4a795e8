import { z } from 'zod';

/** The most bytes that go in one piece between a server and a worker. */
export const mostBytesAtOnce = 1024 * 1024;

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: 'task'; readonly name: string; readonly input: unknown }
  | { readonly kind: 'bytes'; readonly request: number; readonly bytes: Uint8Array }
  | { readonly kind: 'written' };

/** What a worker says. It may have been taken over by what it decodes, so it is believed nothing that doesn't fit. */
export const fromWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('read'),
    request: z.int().nonnegative(),
    offset: z.int().nonnegative(),
    length: z.int().positive().max(mostBytesAtOnce),
  }),
  z.object({
    kind: z.literal('write'),
    bytes: z.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length <= mostBytesAtOnce),
  }),
  z.object({ kind: z.literal('answer'), answer: z.unknown() }),
  z.object({ kind: z.literal('threw'), name: z.string().max(100), stack: z.string().max(10_000) }),
]);
export type FromWorker = z.output<typeof fromWorker>;
