import { nations } from '#foundation/identifiers';
import { readQuery } from '#foundation/http';
import { registrableLevels, serviceLanguages, type DirectorySearch } from '#partners';

/** What somebody looks for in the directory, as far as their address could be read. */
export interface DirectoryQuery {
  readonly search: DirectorySearch & { readonly text: string };
  /** Counted from 1. */
  readonly page: number;
}

const mostCharacters = 100;
const pageNumber = /^[1-9]\d{0,5}$/u;

/** Reads the query of an address. What it can't hold counts as not there: an old or odd link still shows services. */
export function readDirectoryQuery(query: unknown): DirectoryQuery {
  const value = (name: string) => readQuery(query, name) ?? '';
  const [nation, level, language, page] = ['nation', 'level', 'language', 'page'].map(value);
  return {
    search: {
      text: value('q')
        .slice(0, mostCharacters)
        .toWellFormed()
        .replaceAll(/\p{C}+/gu, ' ')
        .trim(),
      nation: nations.find((known) => known === nation),
      level: registrableLevels.find((known) => known === level),
      language: serviceLanguages.find((known) => known === language),
    },
    page: page !== undefined && pageNumber.test(page) ? Number(page) : 1,
  };
}

/** @returns the query of an address that leads to the same; empty for the first page of all services */
export function writeDirectoryQuery({ search, page }: DirectoryQuery): string {
  const { text, nation, level, language } = search;
  const members = { q: text, nation, level, language, page: page > 1 ? String(page) : undefined };
  const given = Object.entries(members).filter((member): member is [string, string] => Boolean(member[1]));
  return new URLSearchParams(given).toString();
}
