import { fill, type LetterWords } from './words.ts';

/**
 * Says a text character by character, as one would on the phone: `7aO` is “seven, small a, capital O”.
 *
 * @returns undefined when it has digits only, which nobody confuses with each other
 */
export function spellOut(words: LetterWords['characters'], text: string): string | undefined {
  if (/^\d+$/u.test(text)) return undefined;
  return Array.from(text, (character) => nameOf(words, character)).join(', ');
}

function nameOf(words: LetterWords['characters'], character: string): string {
  const digit = /^[0-9]$/u.test(character) ? words.digits[Number(character)] : undefined;
  const symbol = Object.hasOwn(words.symbols, character) ? words.symbols[character] : undefined;
  if (digit !== undefined || symbol !== undefined) return digit ?? symbol ?? character;
  if (/\p{Lu}/u.test(character)) return fill(words.capital, { letter: character });
  return /\p{Ll}/u.test(character) ? fill(words.small, { letter: character }) : character;
}
