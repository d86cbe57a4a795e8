/** Why a column is not in the download as it stands. */
export const omissions = {
  secret: 'what would let somebody in, or a hash or key that is worth something only while nobody sees it',
  inner: 'how rows belong together, or how work on them stands: nothing that is about the person',
  opened: 'it is encrypted where it is kept; what it says is in the download',
  staff: 'who of the staff acted',
  judgement:
    'what people who check thought, or what would tell how checks find fraud; a person decides what may be given when it is asked for',
  register: 'an NHS number that was found in the register is never shown whole; its last four digits are',
} as const;
export type Omission = keyof typeof omissions;

/** Somebody's own table: in the download, and gone when they close their login. */
interface OwnTable {
  readonly whose: 'owner';
  readonly holds: string;
  readonly kept: string;
  /** The section of the download in which its rows are; why there is none, if there is none. */
  readonly section?: string;
  readonly notTold?: string;
  readonly omitted?: Readonly<Record<string, Omission>>;
  /** What stays of it when the account is closed, and why; nothing if left out. */
  readonly stays?: string;
}

/** Of nobody's account; something about a person may be in it all the same. */
interface OtherTable {
  readonly whose: 'nobody' | 'staff' | 'services' | 'practices' | 'sandbox';
  readonly holds: string;
  /** For how long, where it can be about a person. */
  readonly kept?: string;
  /** The section of the download, where somebody who is proven is told it. */
  readonly section?: string;
  readonly omitted?: Readonly<Record<string, Omission>>;
  /** Why it stays when an account is closed, where it can be about its owner. */
  readonly stays?: string;
}

export type TableEntry = OwnTable | OtherTable;

/** How long, where it goes with the login. */
export const withTheLogin = 'as long as the login';
/** Why it stays, where it is a practice's. */
export const ofThePractice =
  'It is the practice’s record of its own patient, known by a keyed hash of the NHS number and not by a login.';
