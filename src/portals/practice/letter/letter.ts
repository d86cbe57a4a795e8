import { clockTime, type Language } from '#foundation/web';
import type { Print } from './desk.ts';
import type { PrintedDetail } from './detail-frame.ts';
import { openSheet } from './sheet.ts';
import { spellOut } from './spelling.ts';
import { fill, loadLetterWords, type LetterWords } from './words.ts';

/** What each detail is called in a practice's clinical system. */
export interface NamesOfDetails {
  readonly linkageKey: string;
  readonly odsCode: string;
  readonly accountId: string;
}

/** What a letter with registration details says. */
export interface Letter {
  readonly practice: {
    readonly name: string;
    readonly addressLines: readonly string[];
    readonly phone?: string | undefined;
    readonly odsCode: string;
  };
  readonly patientName: string;
  readonly details: {
    readonly gpUserId: string;
    readonly odsCode: string;
    readonly gpLinkageKey: string;
  };
  /** In the language of the letter. Our own names stand before them. */
  readonly names?: NamesOfDetails | undefined;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly language: Language;
  readonly print: Print;
  readonly serviceName: string;
  readonly supportContact: string;
}

/**
 * Writes the letter with which a practice hands its patient the three details: a tagged PDF with nothing about the patient
 * in its metadata. It holds a secret: show it once, to the member of staff who issued the details, and keep it nowhere.
 *
 * @returns a PDF of one page, or of two or more in large print; the same bytes for the same letter
 * @throws {Fault} `portals.letter` when a detail has a character that can't be printed
 * @see ISO 14289-1 (PDF/UA-1)
 */
export async function makeLetter(letter: Letter): Promise<Buffer> {
  const words = loadLetterWords(letter.language);
  const { serviceName, supportContact, practice, language, print } = letter;
  const about = {
    serviceName,
    supportContact,
    practice: practice.name,
    phone: practice.phone ?? '',
    name: letter.patientName,
    ...momentIn(language, letter.expiresAt),
  };
  const say = (text: string) => fill(text, about);
  const title = say(words.title);
  const sheet = openSheet({ title, language, print, madeAt: letter.issuedAt });
  const { phone } = practice;
  sheet.paragraph(practice.name, 'bold');
  sheet.paragraph([
    [...practice.addressLines, ...(phone === undefined ? [] : [say(words.phone)])].join(', '),
    momentIn(language, letter.issuedAt).date,
  ]);
  sheet.space();
  sheet.title(title);
  sheet.paragraph(say(words.patient), 'bold');
  sheet.paragraph(say(words.intro));
  sheet.details(words.details.title, printedDetails(words, letter));
  sheet.paragraph(say(words.details.until), 'bold');
  sheet.paragraph(words.details.exact);
  sheet.heading(words.steps.title);
  sheet.steps(words.steps.lines.map(say));
  for (const part of [words.safe, words.problem]) {
    sheet.heading(part.title);
    for (const line of part.lines) sheet.paragraph(say(line));
  }
  sheet.heading(words.contact.title);
  const { practicePhone, practice: withoutPhone, service } = words.contact;
  sheet.paragraph([say(phone === undefined ? withoutPhone : practicePhone), say(service)]);
  return await sheet.finish((page, pages) => fill(words.page, { page: String(page), pages: String(pages) }));
}

function printedDetails(words: LetterWords, letter: Letter): PrintedDetail[] {
  const { gpLinkageKey, odsCode, gpUserId } = letter.details;
  // In the order in which the page asks for them.
  const values = [
    ['accountId', gpUserId],
    ['odsCode', odsCode],
    ['linkageKey', gpLinkageKey],
  ] as const;
  return values.map(([detail, value]) => {
    const [name = '', ...others] = namesOf(words.details.names[detail], letter.names?.[detail]);
    return {
      name,
      alsoCalled:
        others.length === 0 ? undefined : fill(words.details.alsoCalled, { names: others.join(', ') }),
      value,
      // A code of a practice is typed in capital letters whatever is printed.
      spelled: detail === 'odsCode' ? undefined : spelled(words, value),
      wrapped: (lines) => fill(words.details.wrapped, { lines: String(lines) }),
    };
  });
}

function spelled(words: LetterWords, value: string): string | undefined {
  const characters = spellOut(words.characters, value);
  if (characters === undefined) return undefined;
  // A line ends between characters, not within “small a”.
  return fill(words.details.spelled, { characters: characters.replaceAll(/(?<!,) /gu, '\u{A0}') });
}

/** @returns our name, what the practice's own system says, and other usual names; none that another one holds */
function namesOf([ours = '', ...usual]: readonly string[], system: string | undefined): string[] {
  const names: string[] = [];
  for (const name of [ours, ...(system === undefined ? [] : [system]), ...usual]) {
    if (!names.some((known) => known.toLowerCase().includes(name.toLowerCase()))) names.push(name);
  }
  return names;
}

/** A day and a time as a clock on a wall in the United Kingdom shows it. */
function momentIn(language: Language, moment: Date): { readonly date: string; readonly time: string } {
  const timeZone = 'Europe/London';
  const locale = language === 'cy' ? 'cy-GB' : 'en-GB';
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(moment);
  return { date, time: clockTime(moment, language) };
}
