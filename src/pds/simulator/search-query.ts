import { outcome, type Reply } from './reply.ts';

/** What is looked for. */
export interface SearchCriteria {
  readonly family?: string | undefined;
  readonly given: readonly string[];
  readonly gender?: string | undefined;
  readonly born: DateRange;
  readonly died?: DateRange | undefined;
  readonly postcode?: string | undefined;
  readonly odsCode?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly isFuzzy: boolean;
  readonly isExact: boolean;
  readonly includesHistory: boolean;
  /** How many may be answered; as many as the access mode allows, when left out. */
  readonly mostResults?: number | undefined;
}

/** YYYY-MM-DD, both included. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

export type SearchReading =
  | { readonly outcome: 'valid'; readonly criteria: SearchCriteria }
  | { readonly outcome: 'refused'; readonly reply: Reply };

const known = [
  'family',
  'given',
  'gender',
  'birthdate',
  'death-date',
  'address-postalcode',
  'address-postcode',
  'general-practitioner',
  'email',
  'phone',
  '_fuzzy-match',
  '_exact-match',
  '_history',
  '_max-results',
];
const repeatable = new Set(['given', 'birthdate', 'death-date']);
const genders = ['male', 'female', 'other', 'unknown'];
const longestName = 35;
const mostResultsOfAll = 50;

/** Says that a value does not fit, before anything was looked for. */
class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super('the search was refused');
    this.reply = reply;
  }
}

const invalid = (value: string, field: string): Refusal =>
  new Refusal(outcome('INVALID_VALUE', { diagnostics: `Invalid value - '${value}' in field '${field}'` }));
const tooLittle = (): Refusal =>
  new Refusal(
    outcome('INVALID_SEARCH_DATA', {
      diagnostics:
        "Invalid search data provided - 'No searches were performed as the search criteria did not meet the minimum requirements'",
    }),
  );

/**
 * Reads the query of a search.
 *
 * @see NHS Personal Demographics Service, FHIR R4 API: `GET /Patient`
 */
export function readSearch(query: URLSearchParams): SearchReading {
  try {
    return { outcome: 'valid', criteria: read(query) };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reply: error.reply };
    throw error;
  }
}

function read(query: URLSearchParams): SearchCriteria {
  if (query.size === 0) throw new Refusal(outcome('UNSUPPORTED_SERVICE'));
  refuseUnknown(query);
  const one = (name: string): string | undefined => readOne(query, name);
  const isFuzzy = readFlag(query, '_fuzzy-match');
  const postcode = readPostcode(one('address-postalcode'), one('address-postcode'));
  const gender = one('gender');
  if (gender !== undefined && !genders.includes(gender)) throw invalid(gender, 'gender');
  const family = one('family');
  const given = query.getAll('given').map((value) => readText(value, 'given'));
  for (const [value, field] of [[family, 'family'], ...given.map((name) => [name, 'given'])])
    checkName(value, field ?? '', isFuzzy);
  checkWildcard(postcode, 'address-postalcode', isFuzzy);
  const born = readRange(query, 'birthdate');
  const died = readRange(query, 'death-date');
  if (born === undefined) {
    throw new Refusal(
      outcome('MISSING_VALUE', {
        diagnostics: "Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'",
      }),
    );
  }
  const isEnough = isFuzzy
    ? (family !== undefined && given.length > 0) ||
      ((family !== undefined || given.length > 0) && gender !== undefined && postcode !== undefined)
    : family !== undefined;
  if (!isEnough) throw tooLittle();
  return {
    family,
    given,
    gender,
    born,
    died,
    postcode,
    odsCode: one('general-practitioner'),
    email: one('email'),
    phone: one('phone'),
    isFuzzy,
    isExact: readFlag(query, '_exact-match'),
    includesHistory: isFuzzy || readFlag(query, '_history'),
    mostResults: readMost(one('_max-results')),
  };
}

function refuseUnknown(query: URLSearchParams): void {
  const unknown = [...new Set(query.keys())].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `'${name}'`).join(', ');
    throw new Refusal(
      outcome('ADDITIONAL_PROPERTIES', {
        diagnostics: `Invalid request with error - Additional properties are not allowed (${names} ${unknown.length === 1 ? 'was' : 'were'} unexpected)`,
      }),
    );
  }
  for (const name of known) {
    const values = query.getAll(name);
    if (values.length > 1 && !repeatable.has(name)) throw invalid(values.join(','), name);
  }
}

function readOne(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name);
  return value === null ? undefined : readText(value, name);
}

function readText(value: string, name: string): string {
  if (value.trim() === '') throw invalid(value, name);
  return value.trim();
}

function readFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid(value, name);
}

function readMost(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > mostResultsOfAll)
    throw invalid(value, '_max-results');
  return number;
}

function readPostcode(value: string | undefined, deprecated: string | undefined): string | undefined {
  if (value !== undefined && deprecated !== undefined) throw invalid(deprecated, 'address-postcode');
  return value ?? deprecated;
}

function checkName(value: string | undefined, field: string, isFuzzy: boolean): void {
  if (value !== undefined && value.length > longestName) throw invalid(value, field);
  checkWildcard(value, field, isFuzzy);
}

/** An asterisk may stand for the rest of a value, not among its first two characters, and not in a fuzzy search. */
function checkWildcard(value: string | undefined, field: string, isFuzzy: boolean): void {
  const at = value?.indexOf('*') ?? -1;
  if (value !== undefined && at >= 0 && (isFuzzy || at < 2)) throw invalid(value, field);
}

/** `eq` a date, or `ge` one and `le` another. */
function readRange(query: URLSearchParams, name: string): DateRange | undefined {
  const values = query.getAll(name);
  if (values.length === 0) return undefined;
  if (values.length > 2) throw invalid(values.join(','), name);
  let [from, to] = ['0000-01-01', '9999-12-31'];
  for (const value of values) {
    const [, relation = 'eq', date = ''] = /^(eq|ge|le)?(\d{4}-\d{2}-\d{2})$/u.exec(value) ?? [];
    if (!isDate(date)) throw invalid(value, name);
    if (relation !== 'le') from = date;
    if (relation !== 'ge') to = date;
  }
  return { from, to };
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
