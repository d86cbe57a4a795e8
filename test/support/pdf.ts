import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { z } from 'zod';

/** A piece of a document as a screen reader meets it. */
export interface ReadPiece {
  /** Its tags, the outermost first, such as `L LI Lbl`. */
  readonly tags: string;
  readonly text: string;
  /** What is read instead of the text. */
  readonly instead?: string;
  readonly page: number;
}

export interface ReadPdf {
  readonly pages: number;
  readonly title: string;
  readonly language: string;
  readonly showsTitle: boolean;
  readonly isMarked: boolean;
  readonly metadata: string;
  /** In the order of its structure. */
  readonly pieces: readonly ReadPiece[];
  /** Of each line, as it can be selected. */
  readonly lines: readonly string[];
  /** What stands outside the structure. */
  readonly untagged: string;
}

interface Node {
  readonly role?: string;
  readonly alt?: string;
  readonly id?: string;
  readonly type?: string;
  readonly children?: readonly Node[];
}
type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocument>['promise']>['getPage']>>;

const infoShape = z.looseObject({ Title: z.string(), Language: z.string() });

/** Reads a PDF by another program than the one that made it. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const loading = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const document = await loading.promise;
  const { info, metadata } = await document.getMetadata();
  const { Title: title, Language: language } = infoShape.parse(info);
  const preferences: unknown = await document.getViewerPreferences();
  const marks: unknown = await document.getMarkInfo();
  const pages = await Promise.all(
    Array.from({ length: document.numPages }, async (_, index) =>
      readOne(await document.getPage(index + 1), index + 1),
    ),
  );
  const read = {
    pages: document.numPages,
    title,
    language,
    showsTitle: z.looseObject({ DisplayDocTitle: z.literal(true) }).safeParse(preferences).success,
    isMarked: z.looseObject({ Marked: z.literal(true) }).safeParse(marks).success,
    metadata: `${JSON.stringify(info)} ${String(metadata.getRaw())}`,
    pieces: pages.flatMap(({ pieces }) => pieces),
    lines: pages.flatMap(({ lines }) => lines),
    untagged: pages.map(({ untagged }) => untagged).join(''),
  };
  await loading.destroy();
  return read;
}

async function readOne(page: Page, number: number) {
  const { texts, untagged, lines } = await readTexts(page);
  const pieces: ReadPiece[] = [];
  const walk = (node: Node, tags: readonly string[], instead?: string): void => {
    if (node.type === 'content') {
      const text = texts.get(node.id ?? '') ?? '';
      pieces.push({
        tags: tags.slice(2).join(' '),
        text,
        page: number,
        ...(instead === undefined ? {} : { instead }),
      });
    }
    for (const child of node.children ?? [])
      walk(child, [...tags, child.role ?? ''].filter(Boolean), node.alt);
  };
  walk({ children: [await page.getStructTree()] }, []);
  return { pieces, untagged, lines };
}

/** @returns the text of each marked piece of a page, with a space where a line ends */
async function readTexts(page: Page) {
  const { items } = await page.getTextContent({ includeMarkedContent: true });
  const texts = new Map<string, string>();
  const lines: string[] = [''];
  const open: string[] = [];
  let untagged = '';
  for (const item of items) {
    if ('type' in item) {
      if (item.type === 'endMarkedContent') open.pop();
      else open.push(item.id ?? '');
      lines.push('');
      continue;
    }
    const id = open.at(-1) ?? '';
    if (id === '') untagged += item.str;
    else if (item.str !== '' || texts.has(id))
      texts.set(id, `${texts.get(id) ?? ''}${item.str}${item.hasEOL ? ' ' : ''}`);
    lines.push(`${lines.pop() ?? ''}${item.str}`);
    if (item.hasEOL) lines.push('');
  }
  return { texts, untagged, lines: lines.filter((line) => line !== '') };
}
