import { z } from 'zod';
import type { ContactChanges } from '../register.ts';

/** One operation of a JSON Patch. @see RFC 6902 */
export type Patch =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

const kept = z.object({
  id: z.string().min(1),
  system: z.string(),
  use: z.string().optional(),
  value: z.string().optional(),
});
type Kept = z.infer<typeof kept> & { readonly index: number };

const kinds = {
  mobile: {
    is: ({ system, use }: Kept) => system === 'phone' && use === 'mobile',
    added: { system: 'phone', use: 'mobile' },
  },
  email: { is: ({ system }: Kept) => system === 'email', added: { system: 'email', use: 'home' } },
} as const;

/**
 * Says how to change the contact points that an entry has. A contact point is sent whole, under its id and as what it was; it is
 * named by its place in the list, so what is removed is tested to be there first, and the last is removed first.
 *
 * @param telecom the entry's contact points as the register gives them, in its order
 * @returns nothing when nothing is to be changed
 * @see Personal Demographics Service FHIR API, “Update patient details”: telecom, patient access, removal
 */
export function patchContactPoints(telecom: readonly unknown[], changes: ContactChanges): Patch[] {
  const all = telecom.flatMap((item, index): Kept[] => {
    const reading = kept.safeParse(item);
    return reading.success ? [{ ...reading.data, index }] : [];
  });
  const asked = (['mobile', 'email'] as const).map((name) => ({
    change: changes[name],
    added: kinds[name].added,
    present: all.filter((one) => kinds[name].is(one)),
  }));
  const changed = asked.flatMap(({ change, added, present }): Patch[] => {
    if (change === undefined || change === null) return [];
    const old = present.find(({ use }) => use === added.use) ?? present[0];
    if (old === undefined) return [{ op: 'add', path: '/telecom/-', value: { ...added, value: change } }];
    if (old.value === change) return [];
    const { id, system, use, index } = old;
    return [{ op: 'replace', path: `/telecom/${index}`, value: { id, system, use, value: change } }];
  });
  const removed = asked
    .flatMap(({ change, present }) => (change === null ? present : []))
    .toSorted((one, other) => other.index - one.index)
    .flatMap(({ id, index }): Patch[] => [
      { op: 'test', path: `/telecom/${index}/id`, value: id },
      { op: 'remove', path: `/telecom/${index}` },
    ]);
  // What is removed shifts what comes after it: it goes last, and what is added goes to the end.
  return [...changed, ...removed];
}
