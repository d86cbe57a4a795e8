import type { Nation } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import { nhsNumberOf, type MadeUpIdentity } from './people.ts';

/** A made-up person of the sandbox. */
export interface Persona {
  /** What programs call them by. */
  readonly id: string;
  /** Who they are and what happens when they sign in, in plain words. */
  readonly words: Readonly<Record<Language, { readonly title: string; readonly story: string }>>;
  readonly email: string;
  /** As people write it; from the range that Ofcom keeps free for drama. Left out for somebody who has no phone here. */
  readonly mobile?: string;
  /** From such a range, too. */
  readonly landline?: string;
  readonly nation: Nation;
  /** What stands in the house for them; left out for somebody who has no login yet. */
  readonly account?: {
    /** The same in every sandbox, so that a test can expect it. */
    readonly sub: string;
    readonly isPasswordLocked: boolean;
    /** Who they are known to be; left out at the lowest level. */
    readonly identity?: MadeUpIdentity;
  };
}

/** Everybody's password: it opens nothing but this sandbox. */
export const sandboxPassword = 'otter-kettle-violet-94';

export const personas: readonly Persona[] = [
  {
    id: 'new',
    words: {
      en: {
        title: 'New',
        story:
          'Has no login yet. Use the e-mail address and mobile number to make one; the codes arrive in the inbox. Reset this person to begin again.',
      },
      cy: {
        title: 'Newydd',
        story:
          'Nid oes mewngofnodiad eto. Defnyddiwch y cyfeiriad e-bost a’r rhif symudol i greu un; mae’r codau’n cyrraedd y mewnflwch. Ailosodwch y person hwn i ddechrau eto.',
      },
    },
    email: 'new@people.example',
    mobile: '07700 900001',
    nation: 'england',
  },
  {
    id: 'p0',
    words: {
      en: {
        title: 'P0',
        story:
          'Has a login of the lowest level: a confirmed e-mail address and mobile number, and no proof of who they are.',
      },
      cy: {
        title: 'P0',
        story:
          'Mae ganddo fewngofnodiad o’r lefel isaf: cyfeiriad e-bost a rhif symudol wedi’u cadarnhau, heb brawf o bwy ydyw.',
      },
    },
    email: 'p0@people.example',
    mobile: '07700 900002',
    nation: 'england',
    account: { sub: '8f0e5d7a-3c41-4b0e-9d55-6a1f2e7b0c02', isPasswordLocked: false },
  },
  {
    id: 'p0-without-phone',
    words: {
      en: {
        title: 'P0 without phone',
        story:
          'Stopped after confirming the e-mail address, so no mobile number is known yet. Is asked for one when signing in.',
      },
      cy: {
        title: 'P0 heb ffôn',
        story:
          'Stopiodd ar ôl cadarnhau’r cyfeiriad e-bost, felly nid oes rhif symudol eto. Gofynnir am un wrth fewngofnodi.',
      },
    },
    email: 'p0-without-phone@people.example',
    nation: 'wales',
    account: { sub: '2b9c4f16-75de-4a83-8e0b-d4c3a1f59e03', isPasswordLocked: false },
  },
  {
    id: 'p0-locked',
    words: {
      en: {
        title: 'P0 locked',
        story: 'Somebody typed a wrong password too often, so signing in is locked, and stays locked here.',
      },
      cy: {
        title: 'P0 wedi’i gloi',
        story:
          'Teipiodd rhywun gyfrinair anghywir yn rhy aml, felly mae mewngofnodi wedi’i gloi, ac yn aros ar glo yma.',
      },
    },
    email: 'p0-locked@people.example',
    mobile: '07700 900004',
    nation: 'scotland',
    account: { sub: 'c61d80b3-0f2a-4d97-b7e4-19f8e5a26d04', isPasswordLocked: true },
  },
  {
    id: 'p5',
    words: {
      en: {
        title: 'P5',
        story:
          'Their details match one NHS record. It has another mobile number than the login, and nobody has proven yet that the record is theirs.',
      },
      cy: {
        title: 'P5',
        story:
          'Mae eu manylion yn cyfateb i un cofnod GIG. Mae rhif symudol gwahanol arno i’r un yn y mewngofnodi, ac nid oes neb wedi profi eto mai eu cofnod nhw ydyw.',
      },
    },
    email: 'p5@people.example',
    mobile: '07700 900005',
    nation: 'england',
    account: {
      sub: '5d3e9a60-4b7c-4f18-8a2d-c7e01b94f605',
      isPasswordLocked: false,
      identity: {
        level: 'P5',
        details: {
          nhsNumber: nhsNumberOf('999 000 0018'),
          familyName: 'Fields',
          givenName: 'Priya',
          birthdate: '1990-04-12',
          gpOdsCode: 'Z99001',
        },
        phoneMatched: false,
      },
    },
  },
  {
    id: 'p9',
    words: {
      en: {
        title: 'P9',
        story:
          'Has proven who they are, and has a landline as well. Their mobile number is the one on their NHS record.',
      },
      cy: {
        title: 'P9',
        story:
          'Wedi profi pwy ydynt, ac mae ganddynt linell dir hefyd. Eu rhif symudol nhw yw’r un ar eu cofnod GIG.',
      },
    },
    email: 'p9@people.example',
    mobile: '07700 900009',
    landline: '01632 960009',
    nation: 'england',
    account: {
      sub: 'e8a4c2f7-91d6-4e35-b0c8-3f6d52a71b09',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: {
          nhsNumber: nhsNumberOf('999 000 0026'),
          familyName: 'Okafor',
          givenName: 'Samuel Chidi',
          birthdate: '1984-11-30',
          gpOdsCode: 'Z99001',
        },
        phoneMatched: true,
      },
    },
  },
  {
    id: 'p9-with-gp-details',
    words: {
      en: {
        title: 'P9 with GP details',
        story:
          'Has proven who they are with the details that their GP surgery gave them. A service with IM1 can use these to reach the surgery’s system, after a password and a code.',
      },
      cy: {
        title: 'P9 gyda manylion meddyg teulu',
        story:
          'Wedi profi pwy ydynt gyda’r manylion a gawsant gan eu meddygfa. Gall gwasanaeth ag IM1 ddefnyddio’r rhain i gyrraedd system y feddygfa, ar ôl cyfrinair a chod.',
      },
    },
    email: 'p9-with-gp-details@people.example',
    mobile: '07700 900010',
    nation: 'england',
    account: {
      sub: '1c7b5f82-6e09-4da3-9f41-8b2e60d3ca10',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: {
          nhsNumber: nhsNumberOf('999 000 0034'),
          familyName: 'Griffiths',
          givenName: 'Mair',
          birthdate: '1952-02-29',
          gpOdsCode: 'Z99002',
        },
        phoneMatched: true,
        gpCredentials: { gpUserId: '9900000034', gpLinkageKey: 'kT4xPq7WbZ2mN', gpOdsCode: 'Z99002' },
      },
    },
  },
];

/** Finds a persona by its id, or its English title in whatever case. */
export function findPersona(name: string): Persona | undefined {
  const id = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/gu, '-');
  return personas.find((persona) => persona.id === id);
}

/** @returns a persona's mobile number in E.164 */
export function phoneOf(persona: Persona): string | undefined {
  return inE164(persona.mobile);
}

/** @returns a persona's landline in E.164 */
export function landlineOf(persona: Persona): string | undefined {
  return inE164(persona.landline);
}

function inE164(number: string | undefined): string | undefined {
  return number?.replaceAll(' ', '').replace(/^0/u, '+44');
}
