import { registrableLevels, type Client, type RegistrableLevel } from './client.ts';

/** Stands between a service's name and its other words; folding leaves none in either. */
const bar = '|';

/** @returns the text as words to look for: without case, accents, apostrophes and punctuation */
export function foldWords(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}'’‘ʼ`]/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** @returns all words by which somebody may look for a service, its name first */
export function directoryText({
  clientName,
  assurances,
  listing,
}: Pick<Client, 'clientName' | 'assurances' | 'listing'>): string {
  const others = [
    listing?.description.en,
    listing?.description.cy,
    listing?.operator,
    assurances?.benefit.en,
    assurances?.benefit.cy,
    assurances?.nhsBody.name,
    assurances?.nhsBody.odsCode,
  ].filter((text) => text !== undefined);
  return `${foldWords(clientName)} ${bar} ${others.map(foldWords).join(` ${bar} `)}`;
}

/** @returns the levels of identity that a service may ask for, the lowest first */
export function levelsAccepted({ vectors }: Pick<Client, 'vectors'>): RegistrableLevel[] {
  return registrableLevels.filter((level) => vectors.some((vector) => vector.startsWith(`${level}.`)));
}
