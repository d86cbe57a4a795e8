import { createLog } from '#foundation/log';
import {
  openDocumentReader,
  readDocument,
  type DocumentKind,
  type DocumentReader,
  type DocumentReading,
} from '#proofing';
import { faceOf } from '#sandbox';
import type { DocumentOrder } from '../../src/sandbox/documents/document.ts';
import { photographDocument } from '../../src/sandbox/documents/photograph.ts';

/** Whose documents are drawn. */
const person = {
  givenNames: 'Siân Anne-Marie',
  familyName: "O'Weiß",
  birthdate: '1990-04-12',
  sex: 'F',
} as const;
/** The same, as the register has them. */
export const claimed = { givenNames: 'Siân', familyName: 'O’Weiß', birthdate: '1990-04-12' };
export const today = '2026-11-26';

/** Draws a document that is good until 31 May 2031; in this process, which has no memory to save. */
export function draw(order: Partial<DocumentOrder> = {}): Promise<Buffer> {
  const face = faceOf('siân');
  return photographDocument({
    kind: 'passport',
    side: 'front',
    person,
    face,
    expires: '2031-05-31',
    ...order,
  });
}

/** A reader that takes its time, however much else this machine has to do, with what it wrote into the log. */
export function openPatientReader(): { readonly reader: DocumentReader; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'debug', destination });
  return { reader: openDocumentReader({ log }, { mostSeconds: 60 }), lines };
}

/** Reads one side of a document, and says in a few words what came of it. */
export async function readSide(
  reader: DocumentReader,
  front: Uint8Array,
  { kind = 'passport', theirs = claimed }: { kind?: DocumentKind; theirs?: typeof claimed } = {},
): Promise<string> {
  return inWords(await readDocument(reader, { kind, front, claimed: theirs, today }));
}

export function inWords(reading: DocumentReading): string {
  return reading.outcome === 'unread'
    ? `unread: ${reading.reason}`
    : [reading.source, reading.expires, ...reading.findings].join(' ');
}
