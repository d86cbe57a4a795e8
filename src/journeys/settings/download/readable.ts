import type { Fact, PersonalData, PersonalRecord } from '#foundation/personal-data';
import type { Language } from '#foundation/web';
import { momentOf } from '../moment.ts';

/** A line of the readable copy: a field, the place within it if it has several, and its value or the words for it. */
interface ReadableRow {
  readonly field: string;
  readonly within?: string;
  readonly text?: string;
  readonly words?: 'yes' | 'no';
}

/** What somebody's data is when it is shown: sections of records of rows. What is empty is left out of a record. */
export function readable(
  data: PersonalData,
  language: Language,
): readonly { readonly id: string; readonly records: readonly (readonly ReadableRow[])[] }[] {
  return Object.entries(data).map(([id, records]) => ({
    id,
    records: records.map((record) => rowsOf(record, language)),
  }));
}

function rowsOf(record: PersonalRecord, language: Language): ReadableRow[] {
  return Object.entries(record).flatMap(([field, fact]) =>
    valuesOf(fact, [], language).map(({ within, ...value }) => ({
      field,
      ...(within.length === 0 ? {} : { within: within.join(' › ') }),
      ...value,
    })),
  );
}

type Value = { readonly within: readonly string[] } & Pick<ReadableRow, 'text' | 'words'>;

function valuesOf(fact: Fact | undefined, within: readonly string[], language: Language): Value[] {
  if (fact === null || fact === undefined) return [];
  if (fact instanceof Date) return [{ within, text: momentOf(fact, language) }];
  if (typeof fact === 'boolean') return [{ within, words: fact ? 'yes' : 'no' }];
  if (typeof fact !== 'object') return [{ within, text: String(fact) }];
  const parts: [string, Fact][] = Object.entries(fact);
  const isFlat =
    Array.isArray(fact) && parts.every(([, one]) => typeof one !== 'object' || one instanceof Date);
  if (!isFlat) return parts.flatMap(([name, one]) => valuesOf(one, [...within, name], language));
  const texts = parts.flatMap(([, one]) => valuesOf(one, within, language)).map(({ text = '' }) => text);
  return texts.length === 0 ? [] : [{ within, text: texts.join(', ') }];
}
