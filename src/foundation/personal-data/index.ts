/** One fact that is held about somebody: what JSON can hold, and times. */
export type Fact =
  | string
  | number
  | boolean
  | Date
  | null
  | readonly Fact[]
  | { readonly [name: string]: Fact };

/** A record of it: a login, a device, an agreement. */
export type PersonalRecord = Readonly<Record<string, Fact | undefined>>;

/** What a room holds about a person, by what it is: each room has names of its own. */
export type PersonalData = Readonly<Record<string, readonly PersonalRecord[]>>;
