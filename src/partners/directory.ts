import type { Nation } from '#foundation/identifiers';
import type { Assurances, Client, Listing, RegistrableLevel, ServiceLanguage } from './client.ts';
import { countListed, selectListed, selectListedById } from './directory-store.ts';
import { foldWords, levelsAccepted } from './directory-words.ts';
import type { ReadingDeps } from './registry.ts';

/** A connected service as the public may know it: nothing of how it connects. */
export interface ListedService extends Assurances, Pick<Listing, 'description' | 'operator' | 'languages'> {
  /** Its own in the directory for as long as it is listed; not its client id. */
  readonly id: string;
  readonly name: string;
  /** The levels of identity that it may ask for, the lowest first; with that one it can be used. */
  readonly levels: readonly RegistrableLevel[];
  readonly nations: readonly Nation[];
  readonly links: {
    readonly home: string;
    readonly help: string;
    readonly privacy: string;
    readonly accessibility: string;
    readonly terms?: string;
  };
}

/** What somebody looks for; anything will do where it says nothing. */
export interface DirectorySearch {
  /** Words that must all be there, in any part of what is told of a service. */
  readonly text?: string | undefined;
  readonly nation?: Nation | undefined;
  /** The lowest level that the service can be used with. */
  readonly level?: RegistrableLevel | undefined;
  readonly language?: ServiceLanguage | undefined;
}

/** A page of what was found. */
export interface DirectoryPage {
  readonly services: readonly ListedService[];
  /** How many there are on all pages. */
  readonly total: number;
  /** Counted from 1; the last one, if one beyond it was asked for. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
}

const mostCharacters = 100;
const mostWords = 8;
const directoryId = /^[0-9a-f]{16}$/u;

/**
 * Looks for services in the directory: those whose name has the words first, then by name. Case, accents, apostrophes
 * and punctuation make no difference. Only the first 100 characters and eight words count.
 */
export async function searchDirectory(
  deps: ReadingDeps,
  { text = '', nation, level, language }: DirectorySearch,
  { page, perPage }: { readonly page: number; readonly perPage: number },
): Promise<DirectoryPage> {
  const words = foldWords(text.slice(0, mostCharacters)).split(' ').slice(0, mostWords);
  const wanted = {
    words: words.filter((word) => word !== ''),
    nation: nation ?? null,
    level: level ?? null,
    language: language ?? null,
  };
  const total = await countListed(deps.db, wanted);
  const pages = Math.max(1, Math.ceil(total / perPage));
  const shown = Math.min(Math.max(1, page), pages);
  const found = await selectListed(deps.db, { ...wanted, limit: perPage, offset: (shown - 1) * perPage });
  return { services: found.flatMap(asListed), total, page: shown, pages };
}

/** @returns the listed service of that id, or undefined if there is none */
export async function readListedService(deps: ReadingDeps, id: string): Promise<ListedService | undefined> {
  if (!directoryId.test(id)) return undefined;
  const client = await selectListedById(deps.db, id);
  return client === undefined ? undefined : asListed(client)[0];
}

/** Nothing stands in the directory without all that the directory tells. */
function asListed(client: Client): ListedService[] {
  const {
    directoryId: id,
    assurances,
    listing,
    homeUri: home,
    privacyUri: privacy,
    termsUri: terms,
  } = client;
  if (id === undefined || assurances === undefined || listing === undefined) return [];
  if (home === undefined || privacy === undefined) return [];
  const { description, operator, languages, helpUri: help, accessibilityUri: accessibility } = listing;
  return [
    {
      id,
      name: client.clientName,
      description,
      operator,
      ...assurances,
      levels: levelsAccepted(client),
      nations: client.nations,
      languages,
      links: { home, help, privacy, accessibility, ...(terms === undefined ? {} : { terms }) },
    },
  ];
}
