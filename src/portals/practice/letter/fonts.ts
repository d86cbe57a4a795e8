import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '#foundation/errors';
import { create, type Font } from 'fontkit';

/**
 * Atkinson Hyperlegible tells letters and digits apart for people who see badly: zero has a line through it, and
 * I, l and 1 differ. It has the letters of most European languages; Noto Sans has more.
 *
 * @see the Braille Institute's and Google's licence, SIL Open Font License 1.1
 */
const files = {
  text: '@expo-google-fonts/atkinson-hyperlegible-next/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf',
  bold: '@expo-google-fonts/atkinson-hyperlegible-next/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf',
  detail:
    '@expo-google-fonts/atkinson-hyperlegible-mono/600SemiBold/AtkinsonHyperlegibleMono_600SemiBold.ttf',
  more: '@expo-google-fonts/noto-sans/500Medium/NotoSans_500Medium.ttf',
} as const;

export type FontName = keyof typeof files;

/** The fonts of a letter, by which it is written only with characters that they have. */
export interface Fonts {
  readonly fileOf: (name: FontName) => string;
  /** @returns the font to write a text in, and the text with `?` for what no font has */
  readonly choose: (name: FontName, text: string) => { readonly font: FontName; readonly text: string };
  /** The same for a text of which no character may be lost. @throws {Fault} `portals.letter` when no font has one */
  readonly chooseExactly: (name: FontName, text: string) => FontName;
}

export function openFonts(): Fonts {
  const require = createRequire(import.meta.url);
  const fileOf = (name: FontName) => require.resolve(files[name]);
  const opened = new Map<FontName, Font>();
  const open = (name: FontName): Font => {
    const font = opened.get(name) ?? create(readFileSync(fileOf(name)));
    if (!('characterSet' in font)) throw new Fault('portals.letter', { cause: name });
    opened.set(name, font);
    return font;
  };
  const has = (name: FontName, text: string) =>
    Array.from(text).every((character) => open(name).hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
  const find = (name: FontName, text: string) =>
    [name, 'more' as const].find((candidate) => has(candidate, text));
  return {
    fileOf,
    choose: (name, text) => {
      const font = find(name, text);
      if (font !== undefined) return { font, text };
      const legible = Array.from(text, (character) => (has('more', character) ? character : '?')).join('');
      return { font: 'more', text: legible };
    },
    chooseExactly: (name, text) => {
      const font = find(name, text);
      if (font === undefined) throw new Fault('portals.letter', { cause: 'character' });
      return font;
    },
  };
}
