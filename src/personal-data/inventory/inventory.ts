import type { TableEntry } from './entry.ts';
import { identity } from './identity.ts';
import { proofs } from './proofs.ts';
import { rest } from './rest.ts';
import { sharing } from './sharing.ts';
import { accounts } from './signing-in.ts';

/** Every table of the database, but for those in which the queues' machinery keeps itself. */
export const inventory: Readonly<Record<string, TableEntry>> = {
  ...accounts,
  ...identity,
  ...sharing,
  ...proofs,
  ...rest,
};
