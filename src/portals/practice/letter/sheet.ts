import { buffer } from 'node:stream/consumers';
import type { Language } from '#foundation/web';
import PdfDocument from 'pdfkit';
import { boxOf, choose, draw, heightOf, keepTogether, sizes, type Desk, type Print } from './desk.ts';
import { addDetail, planDetail, type PrintedDetail } from './detail-frame.ts';
import { openFonts, type FontName } from './fonts.ts';

/** A tagged PDF that is written from top to bottom; everything in it has its place in the structure, in reading order. */
export interface Sheet {
  readonly title: (text: string) => void;
  readonly heading: (text: string) => void;
  /** @param lines of one paragraph, such as an address */
  readonly paragraph: (lines: string | readonly string[], weight?: 'text' | 'bold') => void;
  readonly steps: (lines: readonly string[]) => void;
  /** @param title the heading above them, which stays with the first */
  readonly details: (title: string, details: readonly PrintedDetail[]) => void;
  /** Leaves room. */
  readonly space: () => void;
  /** @param pageWords what stands below each page, when there are several */
  readonly finish: (pageWords: (page: number, pages: number) => string) => Promise<Buffer>;
}

/** Says in the file that it keeps PDF/UA-1. The types of the package do not know it yet. */
const accessible: object = { subset: 'PDF/UA' };

/**
 * Begins a PDF.
 *
 * @param sheet.madeAt stands in the file as its date, so that the same letter is the same bytes
 * @see ISO 14289-1 (PDF/UA-1)
 */
export function openSheet(sheet: {
  readonly title: string;
  readonly language: Language;
  readonly print: Print;
  readonly madeAt: Date;
}): Sheet {
  const fonts = openFonts();
  const size = sizes[sheet.print];
  const pdf = new PdfDocument({
    size: 'A4',
    margin: size.margin,
    pdfVersion: '1.7',
    tagged: true,
    lang: sheet.language === 'cy' ? 'cy-GB' : 'en-GB',
    displayTitle: true,
    bufferPages: true,
    font: fonts.fileOf('text'),
    // It goes into the file's metadata as it is, which is XML.
    info: { Title: sheet.title.replaceAll(/[&<>]/gu, ' '), CreationDate: sheet.madeAt },
    ...accessible,
  });
  for (const name of ['text', 'bold', 'detail', 'more'] as const) pdf.registerFont(name, fonts.fileOf(name));
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  const desk: Desk = { pdf, root, fonts, size };
  return {
    title: (text) => addText(desk, { tag: 'H1', lines: [text], font: 'bold', points: size.title }),
    heading: (text) => addHeading(desk, text, 3 * size.text),
    paragraph: (lines, weight = 'text') =>
      addText(desk, {
        tag: 'P',
        lines: typeof lines === 'string' ? [lines] : lines,
        font: weight,
        points: size.text,
      }),
    steps: (lines) => addSteps(desk, lines),
    details: (title, details) => addDetails(desk, title, details),
    space: () => {
      pdf.y += 2 * size.gap;
    },
    finish: (pageWords) => finish(desk, pageWords),
  };
}

interface Text {
  readonly tag: 'H1' | 'H2' | 'P';
  readonly lines: readonly string[];
  readonly font: FontName;
  readonly points: number;
}

function addText(desk: Desk, { tag, lines, font, points }: Text): void {
  const box = boxOf(desk);
  const pieces = lines.map((text) => choose(desk, { text, font, points }));
  keepTogether(
    desk,
    pieces.reduce((height, piece) => height + heightOf(desk, piece, box.width), 0),
  );
  desk.root.add(
    desk.pdf.struct(tag, {}, () => {
      for (const piece of pieces) draw(desk, piece, box);
    }),
  );
  desk.pdf.y += desk.size.gap;
}

function addSteps(desk: Desk, lines: readonly string[]): void {
  const { pdf, root, size } = desk;
  const list = pdf.struct('L');
  root.add(list);
  const { x, width } = boxOf(desk);
  const indent = 1.7 * size.text;
  for (const [index, line] of lines.entries()) {
    const piece = choose(desk, { text: line, font: 'text', points: size.text });
    keepTogether(desk, heightOf(desk, piece, width - indent));
    const top = pdf.y;
    const item = pdf.struct('LI');
    list.add(item);
    const number = { text: `${index + 1}.`, font: 'bold', points: size.text } as const;
    item.add(pdf.struct('Lbl', {}, () => draw(desk, number, { x, width: indent })));
    pdf.y = top;
    item.add(pdf.struct('LBody', {}, () => draw(desk, piece, { x: x + indent, width: width - indent })));
    item.end();
    pdf.y += size.gap / 2;
  }
  list.end();
  pdf.y += size.gap / 2;
}

/** @param following the height of what has to stand below it on the same page */
function addHeading(desk: Desk, text: string, following: number): void {
  const { pdf, size } = desk;
  pdf.y += size.gap;
  keepTogether(desk, 1.5 * size.heading + following);
  addText(desk, { tag: 'H2', lines: [text], font: 'bold', points: size.heading });
}

function addDetails(desk: Desk, title: string, details: readonly PrintedDetail[]): void {
  const { pdf, root, size } = desk;
  const plans = details.map((detail) => planDetail(desk, detail));
  addHeading(desk, title, plans[0]?.height ?? 0);
  const list = pdf.struct('L');
  root.add(list);
  for (const plan of plans) addDetail(desk, list, plan);
  list.end();
  pdf.y += size.gap / 2;
}

async function finish(desk: Desk, words: (page: number, pages: number) => string): Promise<Buffer> {
  const { pdf, root } = desk;
  root.end();
  const { count } = pdf.bufferedPageRange();
  if (count > 1) numberPages(desk, (page) => words(page, count), count);
  pdf.end();
  return await buffer(pdf);
}

function numberPages({ pdf, size }: Desk, words: (page: number) => string, count: number): void {
  for (let index = 0; index < count; index++) {
    pdf.switchToPage(index);
    // They stand below the margin, where text would begin a new page.
    pdf.page.margins.bottom = 0;
    pdf.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    const top = pdf.page.height - size.margin + size.gap;
    pdf
      .font('text')
      .fontSize(size.text)
      .text(words(index + 1), size.margin, top, { lineBreak: false });
    pdf.endMarkedContent();
  }
}
