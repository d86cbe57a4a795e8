import {
  asTyped,
  boxOf,
  choose,
  draw,
  heightOf,
  keepTogether,
  type Box,
  type Desk,
  type Element,
  type Piece,
} from './desk.ts';

/** A detail that has to be typed as it is printed. */
export interface PrintedDetail {
  readonly name: string;
  readonly alsoCalled?: string | undefined;
  readonly value: string;
  /** What stands below it. */
  readonly spelled?: string | undefined;
  /** What is said of a value that needs so many lines. */
  readonly wrapped: (lines: number) => string;
}

/** A detail as it is laid out. */
export interface Plan {
  readonly detail: PrintedDetail;
  readonly box: Box;
  readonly name: Piece;
  readonly other: Piece;
  readonly value: LaidOut;
  readonly notes: readonly Piece[];
  readonly height: number;
}

export function planDetail(desk: Desk, detail: PrintedDetail): Plan {
  const { size } = desk;
  const outer = boxOf(desk);
  const box = { x: outer.x + 2 * size.gap, width: outer.width - 4 * size.gap };
  const name = choose(desk, { text: detail.name, font: 'bold', points: size.text });
  const other = choose(desk, { text: detail.alsoCalled ?? '', font: 'text', points: size.text });
  const value = layOut(desk, detail.value, box.width);
  const linesNote = value.lines.length > 1 ? detail.wrapped(value.lines.length) : undefined;
  const plan = (texts: readonly (string | undefined)[]): Plan => {
    const notes = texts
      .filter((text) => text !== undefined)
      .map((text) => choose(desk, { text, font: 'text', points: size.text }));
    const height =
      heightOf(desk, { ...name, text: `${name.text}${other.text}` }, box.width) +
      value.lines.length * value.lineHeight +
      notes.reduce((sum, note) => sum + heightOf(desk, note, box.width), 0) +
      2 * size.gap;
    return { detail, box, name, other, value, notes, height };
  };
  const spelled = plan([linesNote, detail.spelled]);
  // Nobody reads more than half a page of characters.
  return spelled.height > desk.pdf.page.height / 2 ? plan([linesNote]) : spelled;
}

export function addDetail(desk: Desk, list: Element, plan: Plan): void {
  const { pdf, size } = desk;
  const { detail, box, value, notes, height } = plan;
  keepTogether(desk, height);
  drawFrame(desk, boxOf(desk), height);
  const bottom = pdf.y + height;
  pdf.y += size.gap;

  const item = pdf.struct('LI');
  list.add(item);
  item.add(pdf.struct('Lbl', {}, () => drawLabel(desk, plan)));
  const body = pdf.struct('LBody');
  item.add(body);
  const paragraph = pdf.struct('P');
  body.add(paragraph);
  paragraph.add(pdf.struct('Span', { actual: detail.value }, () => drawValue(desk, value, box.x)));
  paragraph.end();
  for (const note of notes) body.add(pdf.struct('P', {}, () => draw(desk, note, box)));
  body.end();
  item.end();
  pdf.y = bottom + size.gap;
}

/** A line around a detail, which says nothing and so isn't read out. */
function drawFrame({ pdf }: Desk, { x, width }: Box, height: number): void {
  pdf.markContent('Artifact', { type: 'Layout' });
  pdf.lineWidth(1.5).rect(x, pdf.y, width, height).stroke();
  pdf.endMarkedContent();
}

function drawLabel({ pdf }: Desk, { name, other, box }: Plan): void {
  const options = { width: box.width, ...asTyped };
  pdf.font(name.font).fontSize(name.points);
  if (other.text === '') {
    pdf.text(name.text, box.x, pdf.y, options);
    return;
  }
  pdf.text(name.text, box.x, pdf.y, { ...options, continued: true });
  pdf.font(other.font).fontSize(other.points).text(other.text, { continued: false });
}

interface LaidOut extends Omit<Piece, 'text'> {
  readonly lines: readonly string[];
  readonly lineHeight: number;
}

/** Breaks a value into lines, into as few as smaller letters allow, and about as long as each other. */
function layOut({ pdf, fonts, size }: Desk, value: string, width: number): LaidOut {
  const font = fonts.chooseExactly('detail', value);
  const characters = Array.from(new Intl.Segmenter().segment(value), ({ segment }) => segment);
  const breakAt = (points: number): string[] => {
    const widthOf = (text: string) => pdf.font(font).fontSize(points).widthOfString(text, asTyped);
    const least = Math.ceil(widthOf(value) / width);
    for (let longest = Math.ceil(characters.length / least); longest > 1; longest--) {
      const lines = cut(characters, longest);
      if (lines.every((line) => widthOf(line) <= width)) return lines;
    }
    return characters;
  };
  const normal = { points: size.detail, lines: breakAt(size.detail) };
  const smaller = { points: size.text, lines: breakAt(size.text) };
  const { points, lines } = smaller.lines.length < normal.lines.length ? smaller : normal;
  return { font, points, lines, lineHeight: 1.3 * points };
}

function cut(characters: readonly string[], length: number): string[] {
  const count = Math.ceil(characters.length / length);
  return Array.from({ length: count }, (_, line) =>
    characters.slice(line * length, (line + 1) * length).join(''),
  );
}

function drawValue({ pdf }: Desk, { lines, font, points, lineHeight }: LaidOut, x: number): void {
  pdf.font(font).fontSize(points);
  for (const line of lines) {
    const top = pdf.y;
    pdf.text(line, x, top, { lineBreak: false, ...asTyped });
    pdf.y = top + lineHeight;
  }
}
