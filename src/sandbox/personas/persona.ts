import type { Nation, NhsNumber } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import type { IdentityCheck, PatientStanding, SimulatedGpAccount } from '#gp-systems';
import type { RegisteredPerson } from '#pds';
import type { ChallengeWay, DocumentKind } from '#proofing';
import type { ReasonCode } from '#review';
import type { Flaw } from '../documents/document.ts';
import type { MadeUpIdentity } from '../people.ts';

/** What somebody would say of themselves where they are looked for in the national register. */
export interface SaidDetails {
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  readonly givenName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  readonly postcode: string;
}

/** The three details, as a letter of a practice has them. */
export interface WrittenDetails {
  readonly userId: string;
  readonly linkageKey: string;
  readonly odsCode: string;
}

/** @returns registration details as a letter has them */
export function written(userId: string, linkageKey: string, odsCode: string): WrittenDetails {
  return { userId, linkageKey, odsCode };
}

/** What practices know of somebody, beside that the one of their entry has them. */
export interface AtPractices {
  /** What the person has on paper, and would type. */
  readonly types?: WrittenDetails;
  /** What was issued for them; that they can be proven by what they type, unless it says otherwise. */
  readonly accounts?: readonly (WrittenDetails & Pick<SimulatedGpAccount, 'state'>)[];
  /** How their practice has checked who they are, with online services on for them. */
  readonly check?: IdentityCheck;
  /** How they stand there; registered, when left out. */
  readonly standing?: PatientStanding;
  /** Their practice does not want them to be proven by that check. */
  readonly isFastTrackBlocked?: true;
}

/** What somebody has sent for a person to check, and what came of it. It is drawn when it is first needed. */
export interface PhotoCheck {
  readonly document: DocumentKind;
  readonly way: ChallengeWay;
  readonly flaws?: readonly Flaw[];
  /** More than a year ago. */
  readonly isExpired?: true;
  /** The document is in this name. */
  readonly familyNameOnIt?: string;
  /** Their video shows other numbers than they were given. */
  readonly hasOtherNumbers?: true;
  readonly came: 'pending' | 'on-hold' | 'approved' | { readonly declined: ReasonCode };
}

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
    /** Whether they said no when the demo service wanted their details. */
    readonly hasRefusedDemo?: boolean;
  };
  /** What they would type; left out for those of whom the register knows nothing. */
  readonly says?: SaidDetails;
  /** The entries of the register that their story needs: theirs first. */
  readonly register?: readonly RegisteredPerson[];
  /** Their story needs them to be of an age: each year they are born a year later. */
  readonly staysYoung?: true;
  readonly gp?: AtPractices;
  readonly photoCheck?: PhotoCheck;
}

/** Who somebody is; where they have to stay young, by the year in which a sandbox is started. */
export type PersonaStory = Persona | ((year: number) => Persona);

/** Somebody of whom the register says what they say of themselves. */
export function inRegister(person: Omit<SaidDetails, 'givenName'> & RegisteredPerson): {
  readonly says: SaidDetails;
  readonly register: readonly [RegisteredPerson];
} {
  const { nhsNumber, familyName, givenNames, birthdate, postcode } = person;
  return {
    says: { nhsNumber, familyName, givenName: givenNames.join(' '), birthdate, postcode },
    register: [person],
  };
}

/** Who somebody is known to be, so far as their entry in the register says. */
export function knownBy({ says, register }: Pick<Persona, 'says' | 'register'>): MadeUpIdentity['details'] {
  const [entry] = register ?? [];
  if (says === undefined || entry === undefined) throw new Error('somebody known has an entry');
  const { postcode: _, ...details } = says;
  return { ...details, gpOdsCode: entry.gpOdsCode };
}
