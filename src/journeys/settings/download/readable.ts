import { isCalendarDay } from '#foundation/identifiers';
import type { Fact, PersonalData, PersonalRecord } from '#foundation/personal-data';
import { longDate, type Language } from '#foundation/web';
import { ownClientId } from '#openid';
import { momentOf } from '../moment.ts';
import { codedFields, codedPlaces, combined, type Coded } from './codes.ts';

/** What is shown: as it is, or by the words for it and, where others know it by that, its code. */
type Shown = { readonly text: string } | { readonly words: readonly string[]; readonly code?: string };

/** A line of the readable copy: a field, the places within it if it has several, and its value; several in a list. */
interface ReadableRow {
  /** Left out where the places say it all. */
  readonly field?: string;
  readonly places: readonly Shown[];
  readonly values: readonly Shown[];
}

/** How somebody's data is read: in which language, and what ways to prove who one is are called in it. */
export interface Reading {
  readonly language: Language;
  readonly methodTitle: (method: string) => string | undefined;
}

/** What somebody's data is when it is shown: sections of records of rows. What is empty is left out of a record. */
export function readable(
  data: PersonalData,
  reading: Reading,
): readonly { readonly id: string; readonly records: readonly (readonly ReadableRow[])[] }[] {
  return Object.entries(data).map(([id, records]) => ({
    id,
    records: records.map((record) => rowsOf(record, { ...reading, section: id })),
  }));
}

interface Place extends Reading {
  readonly section: string;
  readonly field: string;
  /** The last name on the way to a value: that of its field, or of a place within it. */
  readonly name: string;
}

function rowsOf(record: PersonalRecord, at: Reading & { readonly section: string }): ReadableRow[] {
  return Object.entries(record).flatMap(([field, fact]) =>
    valuesOf(fact, [], { ...at, field, name: field }).map((value) => ({
      ...calledBy(field, fact),
      ...value,
    })),
  );
}

/** What has places with names of their own needs no other; our own pages have a name, and no ID that anybody knows. */
function calledBy(field: string, fact: Fact | undefined): Pick<ReadableRow, 'field'> {
  if (field === 'content') return {};
  return { field: field === 'service' && fact === ownClientId ? 'serviceName' : field };
}

type Value = Omit<ReadableRow, 'field'>;

function valuesOf(fact: Fact | undefined, places: readonly Shown[], at: Place): Value[] {
  if (fact === null || fact === undefined) return [];
  if (typeof fact !== 'object' || fact instanceof Date) return [{ places, values: [showOne(fact, at)] }];
  if (Array.isArray(fact)) return valuesOfList(fact, places, at);
  return Object.entries(fact).flatMap(([name, one]) =>
    valuesOf(one, [...places, ...showPlace(name, at)], { ...at, name }),
  );
}

function valuesOfList(facts: readonly Fact[], places: readonly Shown[], at: Place): Value[] {
  if (facts.some((one) => one !== null && typeof one === 'object' && !(one instanceof Date)))
    return facts.flatMap((one, index) => valuesOf(one, [...places, { text: String(index + 1) }], at));
  const shown = facts.flatMap((one) => valuesOf(one, [], at)).flatMap(({ values }) => values);
  if (shown.length === 0) return [];
  // What is short is one line: four numbers, or a few of something that has no words.
  const texts = shown.flatMap((one) => ('text' in one ? one.text : []));
  return [{ places, values: texts.length === shown.length ? [{ text: texts.join(', ') }] : shown }];
}

/** What only holds everything else together has no name. */
const unnamed = 'captured';

function showPlace(name: string, { field }: Place): Shown[] {
  if (name === unnamed) return [];
  return [wordsFor(name, codedIn(codedPlaces, field)) ?? { text: name }];
}

/** From five digits on they are read in threes; a year is not. */
const numbers = new Intl.NumberFormat('en-GB', { useGrouping: 'min2', maximumFractionDigits: 20 });
const days: ReadonlySet<string> = new Set(['birthdate', 'expires']);
const moments: ReadonlySet<string> = new Set(['leaveAt']);

function showOne(fact: string | number | boolean | Date, at: Place): Shown {
  const { section, field, name, language } = at;
  if (fact instanceof Date) return { text: momentOf(fact, language) };
  if (typeof fact === 'boolean') return { words: [fact ? 'yes' : 'no'] };
  if (typeof fact === 'number') return { text: numbers.format(fact) };
  if (days.has(name) || moments.has(name)) return { text: showTime(fact, at) };
  const coded = [`${section}.${name}`, name, field].flatMap((one) => codedIn(codedFields, one));
  const title = methodFields.has(name) ? at.methodTitle(fact) : undefined;
  if (title !== undefined) return { text: title };
  return wordsFor(fact, coded) ?? wordsForAll(fact, codedIn(combined, name)) ?? { text: fact };
}

function codedIn(fields: Readonly<Record<string, readonly Coded[]>>, name: string): readonly Coded[] {
  return Object.hasOwn(fields, name) ? (fields[name] ?? []) : [];
}

/** In these there may be a way to prove who one is: what it is called is its own to say. */
const methodFields: ReadonlySet<string> = new Set(['method', 'purpose']);

function showTime(text: string, { name, language }: Place): string {
  if (days.has(name)) return isCalendarDay(text) ? longDate(text, language) : text;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : momentOf(time, language);
}

function wordsFor(code: string, coded: readonly Coded[]): Shown | undefined {
  const found = coded.find(({ codes }) => codes.includes(code));
  if (found === undefined) return undefined;
  const words = [`${found.words}.${code.replaceAll('.', '-')}`];
  return found.isStandard === true ? { words, code } : { words };
}

/** @returns the words for each part of what is put together; undefined if there are none for one of them */
function wordsForAll(text: string, coded: readonly Coded[]): Shown | undefined {
  const parts = text.split('.').map((part) => wordsFor(part, coded));
  const words = parts.flatMap((part) => (part !== undefined && 'words' in part ? part.words : []));
  return words.length === parts.length ? { words, code: text } : undefined;
}
