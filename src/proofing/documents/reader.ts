import type { Logger } from '#foundation/log';
import { openWorkers, type TaskEnd } from '#foundation/workers';
import { judge, type Looks } from './judge.ts';
import { readPages } from './page.ts';
import type { DocumentReading, DocumentToRead } from './types.ts';

/** Reads documents in a process of its own, which starts when it is needed and ends when it is not. */
export interface DocumentReader {
  /**
   * Reads a document. What can't be read in time stays unread; it never throws for what is on a picture. Nothing of it is logged.
   */
  read(document: DocumentToRead): Promise<DocumentReading>;
  close(): Promise<void>;
}

/** Longer nobody looks at a page that says nothing. */
const usualSeconds = 8;
const idleSeconds = 60;

/**
 * Opens the way to read documents. No process is started before there is something to read.
 *
 * @param options.mostSeconds after which a document stays unread; 8, if left out
 */
export function openDocumentReader(
  house: { readonly log: Logger },
  { mostSeconds = usualSeconds }: { readonly mostSeconds?: number } = {},
): DocumentReader {
  const workers = openWorkers({
    script: new URL('reading-process.ts', import.meta.url),
    name: 'document reader',
    processes: 1,
    queue: 4,
    taskSeconds: mostSeconds,
    idleSeconds,
    heapMb: 192,
    memoryMb: 600,
    log: house.log,
  });
  return {
    read: async (document) => {
      const pictures = [document.front, document.back].filter((picture) => picture !== undefined);
      const ends = await inTime(
        Promise.all(pictures.map((picture) => workers.run({ name: 'read', input: picture }))),
        mostSeconds * 1000,
      );
      return readingOf(ends, document);
    },
    close: () => workers.close(),
  };
}

/** Reads a document, as `DocumentReader.read`; without a reader it stays unread. */
export async function readDocument(
  reader: DocumentReader | undefined,
  document: DocumentToRead,
): Promise<DocumentReading> {
  return reader === undefined ? unread('failed') : reader.read(document);
}

async function inTime(
  ends: Promise<readonly TaskEnd[]>,
  mostMilliseconds: number,
): Promise<readonly TaskEnd[]> {
  const { promise, resolve } = Promise.withResolvers<readonly TaskEnd[]>();
  const timer = setTimeout(() => resolve([{ outcome: 'failed', why: 'too_slow' }]), mostMilliseconds);
  try {
    return await Promise.race([ends, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function readingOf(ends: readonly TaskEnd[], document: DocumentToRead): DocumentReading {
  const looks: Looks[number][] = [];
  let reason: Parameters<typeof unread>[0] = 'nothing_found';
  for (const end of ends) {
    const pages = end.outcome === 'done' ? readPages.safeParse(end.answer) : undefined;
    if (pages?.success === true) looks.push(...pages.data);
    else if (end.outcome === 'busy') reason = 'busy';
    else reason = end.outcome === 'failed' && end.why === 'too_slow' ? 'too_slow' : 'failed';
  }
  const reading = judge(looks, document);
  return reading.outcome === 'unread' ? unread(reason) : reading;
}

function unread(reason: Extract<DocumentReading, { outcome: 'unread' }>['reason']): DocumentReading {
  return { outcome: 'unread', reason, findings: [] };
}
