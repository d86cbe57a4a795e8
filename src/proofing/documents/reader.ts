import type { DocumentReading, DocumentToRead } from './types.ts';

/** Reads documents in a process of its own, which starts when it is needed and ends when it is not. */
export interface DocumentReader {
  /** Reads a document. It never throws for what is on a picture. */
  read(document: DocumentToRead): Promise<DocumentReading>;
  close(): Promise<void>;
}

export function openDocumentReader(): DocumentReader {
  return {
    read: () => Promise.resolve({ outcome: 'unread', reason: 'failed', findings: [] }),
    close: () => Promise.resolve(),
  };
}

/** Reads a document, as `DocumentReader.read`; without a reader it stays unread. */
export async function readDocument(
  reader: DocumentReader | undefined,
  document: DocumentToRead,
): Promise<DocumentReading> {
  return reader === undefined
    ? { outcome: 'unread', reason: 'failed', findings: [] }
    : await reader.read(document);
}
