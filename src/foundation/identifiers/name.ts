import { visible } from './typed.ts';

export type ReadName =
  | { readonly outcome: 'valid'; readonly name: string }
  | { readonly outcome: 'missing' | 'too_short' | 'too_long' | 'malformed' };

/** The national register takes names of at most 35 characters. */
const mostLength = 35;

/** Ways in which keyboards and word processors write the apostrophe of O'Neill; some of them count as letters. */
const apostrophes = /[\u0060\u00B4\u02B9\u02BB\u02BC\u02BD\u2018\u2019\u201B\u2032\uFF07]/gu;
/** The same for the hyphen of Anne-Marie. */
const hyphens = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/gu;
/** Letters with what belongs to them, and between them spaces, hyphens, apostrophes and full stops. */
const written = /^[\p{L}\p{M} '.-]+$/u;

/**
 * Reads a first, middle or last name as somebody typed it.
 *
 * @returns `valid` with the name as typed, in Unicode NFC, with single spaces, plain apostrophes and plain hyphens, at most 35
 *   characters; `too_short` for a single letter
 */
export function readName(text: string): ReadName {
  const name = visible(text)
    .normalize('NFC')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(apostrophes, "'")
    .replaceAll(hyphens, '-');
  if (name === '') return { outcome: 'missing' };
  if (!written.test(name)) return { outcome: 'malformed' };
  if (Array.from(name).length > mostLength) return { outcome: 'too_long' };
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return { outcome: 'malformed' };
  return letters === 1 ? { outcome: 'too_short' } : { outcome: 'valid', name };
}

/** Letters that Unicode doesn't take apart, in capitals, as they are written where there are only the 26. */
const plainSpelling: Readonly<Record<string, string>> = {
  Æ: 'AE',
  Œ: 'OE',
  Ø: 'O',
  Ł: 'L',
  Đ: 'D',
  Ð: 'D',
  Þ: 'TH',
  Ħ: 'H',
  Ŧ: 'T',
  ẞ: 'SS',
};

/** Accents and other marks of no script of their own; a script's own vowel signs are as good as letters, and stay. */
const accents = /\p{Script=Inherited}/gu;

/**
 * The spelling by which names are compared: case, accents, hyphens, apostrophes, full stops and spaces make no
 * difference, because registers keep or drop them as they please.
 *
 * @returns capitals without anything between them; empty if there is no letter in it
 */
export function nameKey(name: string): string {
  return name
    .normalize('NFKD')
    .toUpperCase()
    .normalize('NFKD')
    .replaceAll(accents, '')
    .replaceAll(apostrophes, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')
    .replaceAll(/[ÆŒØŁĐÐÞĦŦẞ]/gu, (letter) => plainSpelling[letter] ?? letter);
}

/** Tells whether two spellings are of the same name. A name without letters is the same as none. */
export function sameName(one: string, other: string): boolean {
  const key = nameKey(one);
  return key !== '' && key === nameKey(other);
}
