import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

/** @see the licence of both families: SIL Open Font License 1.1 */
const files = {
  text: '@expo-google-fonts/noto-sans/500Medium/NotoSans_500Medium.ttf',
  bold: '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf',
  machine: '@expo-google-fonts/atkinson-hyperlegible-mono/500Medium/AtkinsonHyperlegibleMono_500Medium.ttf',
} as const;
export type FontName = keyof typeof files;

export interface Lettering {
  readonly x: number;
  /** Where the line of writing is. */
  readonly y: number;
  readonly size: number;
  readonly font?: FontName;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** From one character to the next, where each has the same room. */
  readonly pitch?: number;
  readonly opacity?: number;
}

export type Letter = (text: string, how: Lettering) => string;

/**
 * Opens the fonts. Letters are drawn as outlines, so that a document looks the same on every machine, also on one
 * that has no fonts.
 */
export function openLettering(): Letter {
  const require = createRequire(import.meta.url);
  const opened = new Map<FontName, Font>();
  const open = (name: FontName): Font => {
    const font = opened.get(name) ?? create(readFileSync(require.resolve(files[name])));
    if (!('characterSet' in font)) throw new Error(`${files[name]} is a collection of fonts`);
    opened.set(name, font);
    return font;
  };
  return (
    text,
    { x, y, size, font: name = 'text', fill = '#1c2430', anchor = 'start', pitch, opacity = 1 },
  ) => {
    const font = open(name);
    const scale = size / font.unitsPerEm;
    let pen = 0;
    const outlines: string[] = [];
    const run = font.layout(text);
    run.glyphs.forEach((glyph, index) => {
      const advance = run.positions[index]?.xAdvance ?? glyph.advanceWidth;
      const step = pitch === undefined ? advance : pitch / scale;
      const left = pitch === undefined ? pen : pen + (step - glyph.advanceWidth) / 2;
      outlines.push(`<path transform="translate(${left.toFixed(1)})" d="${glyph.path.toSVG()}"/>`);
      pen += step;
    });
    const shift = anchor === 'middle' ? pen / 2 : anchor === 'end' ? pen : 0;
    const start = x - shift * scale;
    return `<g fill="${fill}" fill-opacity="${opacity}" transform="translate(${start.toFixed(2)} ${y}) scale(${scale.toFixed(5)} ${(-scale).toFixed(5)})">${outlines.join('')}</g>`;
  };
}
