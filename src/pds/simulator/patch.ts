import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { SimulatedAddress, SimulatedContactPoint, SimulatedDetails } from './entry.ts';
import { outcome, type Reply } from './reply.ts';
import { addressOf, contactPointOf } from './resource.ts';

const patchSchema = z.object({
  patches: z
    .array(
      z.object({
        op: z.enum(['add', 'replace', 'remove', 'test']),
        path: z.string().max(200),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(50),
});
type Patch = z.output<typeof patchSchema>['patches'][number];

type Refused = { readonly outcome: 'refused'; readonly reply: Reply };

function refused(problem: string): Refused {
  return {
    outcome: 'refused',
    reply: outcome('INVALID_UPDATE', { diagnostics: `Invalid update with error - ${problem}` }),
  };
}

/** Reads the body of an update. @see RFC 6902 */
export function readPatches(body: string): Refused | { outcome: 'valid'; patches: readonly Patch[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refused('The body is not JSON');
  }
  if (!z.object({ patches: z.unknown().refine((it) => it !== undefined) }).safeParse(parsed).success)
    return refused('No patches found');
  const read = patchSchema.safeParse(parsed);
  return read.success ? { outcome: 'valid', patches: read.data.patches } : refused('Invalid patch');
}

/** Control characters are nothing that somebody can have at their door, and can’t be kept. */
const plainText = /^\P{Cc}+$/u;
const date = z.iso.date();
const period = z.object({ start: date, end: date.optional() }).optional();
const contactPoint = z.strictObject({
  id: z.string().max(20).optional(),
  period,
  system: z.enum(['phone', 'email']),
  use: z.enum(['home', 'work', 'temp', 'mobile']),
  value: z.string().regex(plainText).max(100),
});
const address = z.strictObject({
  id: z.string().max(20).optional(),
  period,
  use: z.enum(['home', 'temp']),
  line: z.array(z.string().regex(plainText).max(35)).min(1).max(5),
  postalCode: z
    .string()
    .regex(/^[A-Z\d]{2,4} [A-Z\d]{3}$/u)
    .optional(),
});

type Item = { readonly id: string; readonly use: string; readonly system?: string };

/** A list of an entry that patients may change: how it stands on the wire, and what may be put into it. */
interface List<T extends Item> {
  readonly onTheWire: (item: T) => unknown;
  readonly read: (value: unknown, made: { id: string | undefined; today: string }) => T | undefined;
  readonly isTheirs: (item: Item) => boolean;
}

const telecom: List<SimulatedContactPoint> = {
  onTheWire: contactPointOf,
  isTheirs: ({ system, use }) => system === 'email' || (system === 'phone' && use === 'mobile'),
  read: (value, { id, today }) => {
    const read = contactPoint.safeParse(value);
    if (!read.success) return undefined;
    const { period: since, ...point } = read.data;
    if (point.system === 'email' && !/^(?=.{7,89}$)[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(point.value))
      return undefined;
    if (point.system === 'phone' && !/^\+?[\d ()-]{5,30}$/u.test(point.value)) return undefined;
    return { ...point, id: id ?? point.id ?? '', start: since?.start ?? today };
  },
};
const addresses: List<SimulatedAddress> = {
  onTheWire: addressOf,
  isTheirs: () => true,
  read: (value, { id, today }) => {
    const read = address.safeParse(value);
    if (!read.success) return undefined;
    const { period: since, line, postalCode: postcode, use } = read.data;
    return { id: id ?? read.data.id ?? '', use, lines: line, postcode, start: since?.start ?? today };
  },
};

interface Making {
  /** YYYY-MM-DD */
  readonly today: string;
  readonly newId: () => string;
}

/** Applies patches to what patients may change of their entry: all of them, or none. */
export function applyPatches(
  details: SimulatedDetails,
  patches: readonly Patch[],
  making: Making,
): Refused | { outcome: 'applied'; details: SimulatedDetails } {
  let [points, homes] = [details.contactPoints, details.addresses];
  for (const [index, patch] of patches.entries()) {
    const [, list = '', place = '', ...rest] = patch.path.split('/');
    const before = patches[index - 1];
    const at = { place, rest, before, making };
    if (list === 'telecom') {
      const changed = change(points, patch, telecom, at);
      if ('reply' in changed) return changed;
      points = changed.items;
    } else if (list === 'address') {
      const changed = change(homes, patch, addresses, at);
      if ('reply' in changed) return changed;
      homes = changed.items;
    } else {
      return refused('This user does not have permission to update the fields in the patches provided.');
    }
  }
  return { outcome: 'applied', details: { ...details, contactPoints: points, addresses: homes } };
}

interface At {
  readonly place: string;
  readonly rest: readonly string[];
  readonly before: Patch | undefined;
  readonly making: Making;
}

function change<T extends Item>(
  items: readonly T[],
  patch: Patch,
  list: List<T>,
  { place, rest, before, making }: At,
): Refused | { readonly items: readonly T[] } {
  const { today } = making;
  const isNew = patch.op === 'add';
  if (isNew !== (place === '-')) return refused('Invalid patch - a new item is added at the end, as -');
  if (isNew) {
    if (rest.length > 0) return refused('Invalid patch - whole objects are added');
    const item = list.read(patch.value, { id: making.newId(), today });
    if (item === undefined || !list.isTheirs(item))
      return refused('Invalid patch - the value is not allowed');
    return { items: [...items, item] };
  }
  const index = /^\d{1,3}$/u.test(place) ? Number(place) : Number.NaN;
  const found = items[index];
  if (found === undefined) return refused(`Invalid patch - no object found at index ${place}`);
  if (patch.op === 'test') {
    const shown = rest.reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      list.onTheWire(found),
    );
    return isDeepStrictEqual(shown, patch.value) ? { items } : refused('Invalid patch - the test failed');
  }
  if (rest.length > 0 || !list.isTheirs(found))
    return refused('This user does not have permission to update the fields in the patches provided.');
  if (patch.op === 'remove') {
    const isTested =
      before?.op === 'test' && (before.path === patch.path || before.path === `${patch.path}/id`);
    if (!isTested) return refused('Invalid patch - a test must come before a removal');
    return { items: items.toSpliced(index, 1) };
  }
  const item = list.read(patch.value, { id: undefined, today });
  if (item === undefined || item.id !== found.id || item.use !== found.use || item.system !== found.system)
    return refused('Invalid patch - the value must have the id, the system and the use of what it replaces');
  return { items: items.with(index, item) };
}
