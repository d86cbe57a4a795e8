import type { Demographics } from '../register.ts';

/** No name in the register is longer; a longer one is a mistake in a search, also for whoever counts as JavaScript does. */
const mostCharacters = 35;
/** Before a wildcard there must be two. */
const givenCharacters = 3;
const postcodeCharacters = 2;

/**
 * Puts together a search that is likely to find one entry and no other: the family name, how the given name and the postcode
 * begin, and the date of birth, also as they once were. So it finds who writes a name otherwise than the register, and who has
 * moved nearby. Gender is not asked for: for some it is not the one that they have in the register.
 *
 * @see Personal Demographics Service FHIR API, “Search for a patient”, application-restricted access
 */
export function searchFor(demographics: Demographics): URLSearchParams {
  return new URLSearchParams({
    family: wholeName(plain(demographics.familyName)),
    given: beginning(plain(demographics.givenName)),
    birthdate: `eq${demographics.birthdate}`,
    'address-postalcode': `${plain(demographics.postcode).slice(0, postcodeCharacters)}*`,
    '_fuzzy-match': 'false',
    '_exact-match': 'false',
    _history: 'true',
    '_max-results': '1',
  });
}

/** What a person types is a name, not a pattern; and the register knows one apostrophe. */
function plain(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll('*', '')
    .replaceAll(/[\u2018\u2019\u02BC]/gu, "'")
    .trim();
}

function wholeName(name: string): string {
  if (name.length <= mostCharacters) return name;
  let begins = '';
  for (const character of name) {
    if (begins.length + character.length >= mostCharacters) break;
    begins += character;
  }
  return `${begins.trim()}*`;
}

function beginning(name: string): string {
  const characters = [...name];
  const begins = characters.slice(0, givenCharacters).join('').trim();
  const isWhole = begins === name && characters.length < givenCharacters;
  return isWhole || [...begins].length < 2 ? name : `${begins}*`;
}
