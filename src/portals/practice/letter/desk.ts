import type { FontName, Fonts } from './fonts.ts';

export type Print = 'standard' | 'large';

/** Sizes in points: 12 and up is clear print, 18 and up large print. */
export const sizes = {
  standard: { text: 12, heading: 14, title: 18, detail: 17, gap: 4, margin: 40 },
  large: { text: 18, heading: 21, title: 26, detail: 24, gap: 6, margin: 43 },
} as const;

type Pdf = PDFKit.PDFDocument;
export type Element = PDFKit.PDFStructureElement;
export type Box = { readonly x: number; readonly width: number };

/** What drawing a piece needs. */
export interface Desk {
  readonly pdf: Pdf;
  readonly root: Element;
  readonly fonts: Fonts;
  readonly size: (typeof sizes)[Print];
}

/**
 * One sign for each character, and the other way round, so that copied text is what was written: no fractions, ligatures, or
 * letters and their accents apart. The types of the package know names to turn on only.
 */
export const asTyped: object = {
  features: { frac: false, liga: false, clig: false, calt: false, ccmp: false },
};

export function boxOf({ pdf, size }: Desk): Box {
  return { x: size.margin, width: pdf.page.width - 2 * size.margin };
}

/** Goes on on the next page unless so much has room on this one. */
export function keepTogether({ pdf, size }: Desk, height: number): void {
  if (pdf.y + height > pdf.page.height - size.margin) pdf.addPage();
}

/** A piece of text in one font, at a place. */
export interface Piece {
  readonly text: string;
  readonly font: FontName;
  readonly points: number;
}

export function choose(desk: Desk, { text, font, points }: Piece): Piece {
  return { ...desk.fonts.choose(font, text.normalize('NFC')), points };
}

export function heightOf({ pdf }: Desk, { text, font, points }: Piece, width: number): number {
  return pdf
    .font(font)
    .fontSize(points)
    .heightOfString(text, { width, ...asTyped });
}

export function draw({ pdf }: Desk, { text, font, points }: Piece, { x, width }: Box): void {
  pdf
    .font(font)
    .fontSize(points)
    .text(text, x, pdf.y, { width, ...asTyped });
}
