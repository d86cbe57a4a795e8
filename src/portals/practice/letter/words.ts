import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Language } from '#foundation/web';
import { z } from 'zod';

const names = z.array(z.string()).min(1);
const part = z.strictObject({ title: z.string(), lines: z.array(z.string()).min(1) });
const letterWords = z.strictObject({
  title: z.string(),
  phone: z.string(),
  patient: z.string(),
  intro: z.string(),
  details: z.strictObject({
    title: z.string(),
    alsoCalled: z.string(),
    spelled: z.string(),
    wrapped: z.string(),
    until: z.string(),
    exact: z.string(),
    /** What we call each detail, then what it is called elsewhere. */
    names: z.strictObject({ linkageKey: names, odsCode: names, accountId: names }),
  }),
  steps: part,
  safe: part,
  problem: part,
  contact: z.strictObject({
    title: z.string(),
    practice: z.string(),
    practicePhone: z.string(),
    service: z.string(),
  }),
  page: z.string(),
  characters: z.strictObject({
    capital: z.string(),
    small: z.string(),
    digits: z.array(z.string()).length(10),
    symbols: z.record(z.string(), z.string()),
  }),
});
export type LetterWords = z.output<typeof letterWords>;

/** Reads the words of a letter. */
export function loadLetterWords(language: Language): LetterWords {
  const file = path.join(import.meta.dirname, `words/${language}.json`);
  return letterWords.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Puts values into the places of a text; what a value says is text, not a place to fill. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/gu, (place, name: string) => values[name] ?? place);
}
