/** The most bytes that go in one piece between a server and a worker. */
export const mostBytesAtOnce = 1024 * 1024;

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: 'task'; readonly name: string; readonly input: unknown }
  | { readonly kind: 'bytes'; readonly request: number; readonly bytes: Uint8Array }
  | { readonly kind: 'written' };

/** What a worker says. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly request: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'threw'; readonly name: string; readonly stack: string };

/**
 * Reads what a worker says. It may have been taken over by what it decodes, so it is believed nothing that doesn't fit. By hand, as
 * this file is loaded by processes that live for one picture: a library for it takes them longer than the picture.
 */
export function readFromWorker(message: unknown): FromWorker | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined;
  const said = new Map<string, unknown>(Object.entries(message));
  const [request, offset, length] = ['request', 'offset', 'length'].map((name) =>
    wholeNumber(said.get(name)),
  );
  const [bytes, name, stack] = ['bytes', 'name', 'stack'].map((one) => said.get(one));
  switch (message.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'read':
      return request === undefined || offset === undefined || !length || length > mostBytesAtOnce
        ? undefined
        : { kind: 'read', request, offset, length };
    case 'write':
      return bytes instanceof Uint8Array && bytes.length <= mostBytesAtOnce
        ? { kind: 'write', bytes }
        : undefined;
    case 'answer':
      return { kind: 'answer', answer: said.get('answer') };
    case 'threw':
      return typeof name === 'string' &&
        name.length <= 100 &&
        typeof stack === 'string' &&
        stack.length <= 10_000
        ? { kind: 'threw', name, stack }
        : undefined;
    default:
      return undefined;
  }
}

/** @returns undefined for what is none, or less than 0 */
function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
