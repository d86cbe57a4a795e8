import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '#foundation/errors';
import { languages, type Language } from './language.ts';

/** Words of a page: text, lists of paragraphs, plural forms (`{ one, two, few, many, other }`), nested by topic. */
export type Content = { readonly [key: string]: Words };
type Words = string | readonly string[] | Content;

const contentSchema: z.ZodType<Content> = z.lazy(() =>
  z.record(z.string(), z.union([z.string(), z.array(z.string()), contentSchema])),
);

export type Values = Readonly<Record<string, string | number>>;

/**
 * Looks words up by a dotted key and fills in `{name}` places. Where the words have plural forms, the value `count`
 * chooses among them by the language's rules (Welsh has six).
 *
 * @throws {Fault} `web.content` when there are no such words
 */
export type Translate = (key: string, values?: Values) => string | readonly string[];

/** Reads `content.en.json` and `content.cy.json` of a folder. */
export async function readContent(folder: string): Promise<Record<Language, Content>> {
  const read = async (language: Language): Promise<[Language, Content]> => {
    const text = await readFile(`${folder}/content.${language}.json`, 'utf8');
    return [language, contentSchema.parse(JSON.parse(text))];
  };
  const entries = await Promise.all(languages.map(read));
  const found = new Map(entries);
  return { en: found.get('en') ?? {}, cy: found.get('cy') ?? {} };
}

/**
 * Remembers what it has looked up.
 *
 * @param contents searched in order: a page's own words, then those of the layout
 * @param known fill places in words that are given no value of that name
 */
export function translator(language: Language, contents: readonly Content[], known: Values = {}): Translate {
  const plurals = pluralRules[language];
  const found = new Map<string, Words>();
  const filled = new Map<string, string | readonly string[]>();
  const find = (key: string): Words => {
    const before = found.get(key);
    if (before !== undefined) return before;
    for (const content of contents) {
      const words = lookUp(content, key);
      if (words === undefined) continue;
      found.set(key, words);
      if (isComplete(words)) filled.set(key, words);
      return words;
    }
    throw new Fault('web.content', { cause: key });
  };
  return (key, values = {}) => {
    const ready = filled.get(key);
    if (ready !== undefined) return ready;
    const words = find(key);
    const all = { ...known, ...values };
    if (typeof words === 'string') return fill(words, all);
    if (isList(words)) return words.map((line) => fill(line, all));
    const form = words[plurals.select(Number(all['count']))] ?? words['other'];
    if (typeof form !== 'string') throw new Fault('web.content', { cause: key });
    return fill(form, all);
  };
}

/** @returns whether the words have no places to be filled in, and no forms to choose from */
function isComplete(words: Words): words is string | readonly string[] {
  if (typeof words === 'string') return !words.includes('{');
  return isList(words) && words.every((line) => !line.includes('{'));
}

const pluralRules: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules('en-GB'),
  cy: new Intl.PluralRules('cy'),
};

function isList(words: Words): words is readonly string[] {
  return Array.isArray(words);
}

function lookUp(content: Content, key: string): Words | undefined {
  let words: Words | undefined = content;
  for (const part of key.split('.')) {
    if (words === undefined || typeof words === 'string' || isList(words)) return undefined;
    words = Object.hasOwn(words, part) ? words[part] : undefined;
  }
  return words;
}

function fill(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/gu, (place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Fault('web.content', { cause: `${place} in “${text}”` });
    return String(value);
  });
}
