import { startStopwatch } from '#foundation/clock';
import { createLog } from '#foundation/log';
import {
  documentHasBack,
  documentKinds,
  openDocumentReader,
  type DocumentKind,
  type DocumentReader,
  type DocumentReading,
} from '#proofing';
import { drawDocument, faceOf, photoFlaws, type DocumentOrder } from '#sandbox';
import { lookAtChildren } from './support/children.ts';
import { median, quantile, rounded } from './support/figures.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

/**
 * Reading documents: how many of those that are drawn are read, in what time, and how much memory that takes, of the
 * process that asks and of the one that reads.
 */

const people = [
  { givenNames: 'Priya Anne-Marie', familyName: "O'Fields", birthdate: '1990-04-12', sex: 'F' },
  { givenNames: 'Samuel Chidi', familyName: 'Okafor', birthdate: '1984-11-30', sex: 'M' },
  { givenNames: 'Łucja', familyName: 'Müller-Weiß', birthdate: '1997-09-30', sex: 'F' },
  { givenNames: 'Lee', familyName: 'Ng', birthdate: '2008-02-29', sex: 'M' },
] as const;
const usual = { people, kinds: documentKinds, flaws: photoFlaws };
const small = { people: people.slice(0, 1), kinds: ['passport'], flaws: [] } as const;
const today = '2026-11-26';
const expires = '2031-05-31';

const promised = { unread: 0, wrong: 0, readerCpuMs: 4000, readerPeakMemoryMb: 450, peakMemoryMb: 300 };
/** What is measured is what can be read, and not how busy the machine is. */
const mostSeconds = 60;

interface Drawn {
  readonly people: readonly Photo['claimed'][];
  readonly kinds: readonly DocumentKind[];
  readonly flaws: NonNullable<DocumentOrder['flaws']>;
}

interface Photo {
  readonly kind: DocumentKind;
  readonly claimed: (typeof people)[number];
  readonly flaw: string;
  readonly jpeg: Buffer;
}

export async function benchDocuments({ isSmall }: BenchOptions): Promise<BenchReport> {
  const reader = openDocumentReader({ log: createLog({ level: 'error' }) }, { mostSeconds });
  try {
    const photos = await drawAll(isSmall ? small : usual);
    const readings = await readAll(reader, photos);
    const [child = { peakMemoryMb: 0, cpuMs: 0 }] = await lookAtChildren();
    const good = readings.filter(({ photo }) => photo.flaw === 'none');
    const ms = good.map((one) => one.ms);
    const flaws = Object.groupBy(readings, ({ photo }) => photo.flaw);
    return {
      bench: 'documents',
      documents: good.length,
      unread: good.filter(({ reading }) => reading.outcome === 'unread').length,
      wrong: good.filter(({ reading }) => isWrong(reading)).length,
      perSource: count(good.map(({ reading }) => (reading.outcome === 'read' ? reading.source : 'unread'))),
      perFlaw: Object.fromEntries(Object.entries(flaws).map(([flaw, of = []]) => [flaw, shareOf(of)])),
      latencyMs: { p50: rounded(median(ms), 0), p99: rounded(quantile(ms, 0.99), 0) },
      firstMs: rounded(ms[0] ?? 0, 0),
      readerCpuMs: rounded(child.cpuMs / readings.length, 0),
      readerPeakMemoryMb: child.peakMemoryMb,
      peakMemoryMb: rounded(process.resourceUsage().maxRSS / 1024, 0),
      promised,
    };
  } finally {
    await reader.close();
  }
}

async function drawAll(these: Drawn): Promise<readonly Photo[]> {
  const photos: Photo[] = [];
  const draw = async (claimed: Photo['claimed'], order: Pick<DocumentOrder, 'kind' | 'side' | 'flaws'>) => {
    const face = faceOf(claimed.familyName);
    const jpeg = await drawDocument({ ...order, person: claimed, face, expires });
    photos.push({ kind: order.kind, claimed, flaw: order.flaws?.[0] ?? 'none', jpeg });
  };
  for (const claimed of these.people)
    for (const kind of these.kinds) {
      await draw(claimed, { kind, side: 'front' });
      // Of the other cards the back says nothing that could be read.
      if (documentHasBack(kind) && !/licence|citizencard/u.test(kind))
        await draw(claimed, { kind, side: 'back' });
    }
  for (const claimed of these.people.slice(0, 2))
    for (const flaw of these.flaws) await draw(claimed, { kind: 'passport', side: 'front', flaws: [flaw] });
  return photos;
}

interface Read {
  readonly photo: Photo;
  readonly reading: DocumentReading;
  readonly ms: number;
}

async function readAll(reader: DocumentReader, photos: readonly Photo[]): Promise<readonly Read[]> {
  const readings: Read[] = [];
  for (const photo of photos) {
    const { kind, claimed, jpeg: front } = photo;
    const stopwatch = startStopwatch();
    const reading = await reader.read({ kind, front, claimed, today });
    readings.push({ photo, reading, ms: stopwatch() });
  }
  return readings;
}

function isWrong(reading: DocumentReading): boolean {
  return reading.outcome === 'read' && (reading.findings.length > 0 || reading.expires !== expires);
}

function shareOf(readings: readonly Read[]): string {
  return `${readings.filter(({ reading }) => reading.outcome === 'read').length} of ${readings.length}`;
}

function count(words: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]),
  );
}
