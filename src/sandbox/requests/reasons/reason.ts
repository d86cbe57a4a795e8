import type { Facts } from '../facts.ts';

/** Why a request is refused. */
export interface Reason {
  /** A stable name, such as `assertion.audience`. */
  readonly id: string;
  /** The error codes that it leads to. */
  readonly errors: readonly string[];
  /** Where the rule is written. */
  readonly see: string;
  /** The rule, in our words. */
  readonly rule: string;
  /** @returns what was received and how to mend it; undefined if nothing is wrong with this */
  readonly find: (facts: Facts) => { readonly received: string; readonly mend: string } | undefined;
}

/** @returns items as a sentence names them */
export function listed(items: readonly string[]): string {
  return items.length < 2
    ? (items[0] ?? 'nothing')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
