import { createRequire } from 'node:module';
import type * as common from '@zxcvbn-ts/language-common';
import type * as en from '@zxcvbn-ts/language-en';
import { z } from 'zod';

/** Words by how soon a guesser tries them, from 1. */
export type RankedWords = Readonly<Record<string, number>>;

const ofAnyLanguage = z.custom<typeof common>();
const ofEnglish = z.custom<typeof en>();

/** Lists of words under their names. */
interface Lists {
  readonly ranked: Readonly<Record<string, RankedWords>>;
  /** How long the longest word of each is. */
  readonly longest: Readonly<Record<string, number>>;
}

/**
 * Loads the lists of common passwords, words and names (about 0.2 s). As they come they take 33 MB for ever; what is kept are
 * tables of 4 MB, and the packages are let go of.
 */
export function loadWords() {
  const require = createRequire(import.meta.url);
  const loadedBefore = new Set(Object.keys(require.cache));
  const anyLanguage = ofAnyLanguage.parse(require('@zxcvbn-ts/language-common'));
  const english = ofEnglish.parse(require('@zxcvbn-ts/language-en'));
  const lists = Object.entries({ ...anyLanguage.dictionary, ...english.dictionary });
  const words: Lists = {
    ranked: Object.fromEntries(lists.map(([name, list]) => [name, rank(list)])),
    longest: Object.fromEntries(lists.map(([name, list]) => [name, longestOf(list)])),
  };
  for (const file of Object.keys(require.cache)) if (!loadedBefore.has(file)) delete require.cache[file];
  return { ...words, graphs: anyLanguage.adjacencyGraphs };
}

function longestOf(list: readonly string[]): number {
  return list.reduce((most, word) => Math.max(most, word.length), 0);
}

/** Of each word: two digests and its rank, 0 in a place that nothing has. */
const fields = 3;
const fullest = 0.87;
const seeds = { one: 0x811c9dc5, other: 0x2f6e2b1 } as const;

/**
 * Keeps 64 bits of a digest in place of each word: nobody meets a word by chance that has the same, and whoever looks for
 * one finds a password that is refused.
 *
 * @returns what can be asked for the rank of a word, and for nothing else
 */
export function rank(list: readonly string[]): RankedWords {
  const places = 2 ** Math.ceil(Math.log2(list.length / fullest + 1));
  const table = new Uint32Array(places * fields);
  const placeOf = (one: number, other: number): number => {
    let place = one & (places - 1);
    while (table[place * fields + 2] !== 0) {
      if (table[place * fields] === one && table[place * fields + 1] === other) break;
      place = (place + 1) & (places - 1);
    }
    return place * fields;
  };
  list.forEach((word, index) => {
    const [one, other] = [digest(word, seeds.one), digest(word, seeds.other)];
    table.set([one, other, index + 1], placeOf(one, other));
  });
  const rankOf = (word: string): number | undefined => {
    const found = table[placeOf(digest(word, seeds.one), digest(word, seeds.other)) + 2];
    return found === 0 ? undefined : found;
  };
  return new Proxy<RankedWords>(
    {},
    { get: (_nothing, word) => (typeof word === 'string' ? rankOf(word) : undefined) },
  );
}

/** @see Fowler, Noll and Vo's hash FNV-1a, whose bits are mixed once more at the end */
function digest(word: string, seed: number): number {
  let value = seed;
  for (let at = 0; at < word.length; at += 1) value = Math.imul(value ^ word.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
