import { createHash } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import {
  forgetChecksOfOpenCases,
  selectAutomation,
  shareAutomation,
  takeAutomationTurn,
  upsertAutomation,
} from './automation-store.ts';
import { mayDo } from './turn.ts';
import type { Checker } from './types.ts';

/** How much machines may decide. */
export interface Automation {
  /** Off, no machine decides anything, and what one has answered in a case that is not decided is forgotten. */
  readonly isOn: boolean;
  /** Of a hundred, how many a machine may decide, 0 to 100. */
  readonly percent: number;
  /** Who has set it last, and when; undefined until somebody has. */
  readonly changed: { readonly by: string; readonly at: Date } | undefined;
}

/**
 * Reads how much machines may decide. Until somebody at the desk has said something else: nothing in production, and everything in a
 * sandbox.
 */
export async function readAutomation(deps: Pick<Deps, 'db' | 'settings'>): Promise<Automation> {
  const set = await selectAutomation(deps.db);
  if (set === undefined) {
    const isSandbox = deps.settings.mode !== 'production';
    return { isOn: isSandbox, percent: isSandbox ? 100 : 0, changed: undefined };
  }
  const { isOn, percent, changedBy: by, changedAt: at } = set;
  return { isOn, percent, changed: { by, at } };
}

/**
 * Tells whether a machine may decide what is in a bundle, if nothing that it finds speaks against it. Asked again, at whichever
 * process, it answers the same as long as nobody changes how much machines decide; more drawn takes none away.
 */
export async function drawsMachine(
  deps: Pick<Deps, 'db' | 'settings' | 'secrets'>,
  { bundleId }: { readonly bundleId: string },
): Promise<boolean> {
  const { isOn, percent } = await readAutomation(deps);
  return isOn && drawOf(deps, bundleId) < percent;
}

/** As {@link drawsMachine}, in a transaction: whoever switches machines off meanwhile waits until it has ended. */
export async function drawsMachineFor(deps: Deps, bundleId: string): Promise<boolean> {
  await shareAutomation(deps.db);
  return drawsMachine(deps, { bundleId });
}

/** @returns 0 to 99, by chance, and always the same for one bundle; nobody outside can tell */
function drawOf({ secrets }: Pick<Deps, 'secrets'>, bundleId: string): number {
  const drawn = createHash('sha256').update(secrets.mac('review automation draw', bundleId)).digest();
  return drawn.readUInt32BE(0) % 100;
}

export type AutomationChanged =
  | { readonly outcome: 'changed'; readonly automation: Pick<Automation, 'isOn' | 'percent'> }
  /** Somebody has set it otherwise since it was looked at. */
  | { readonly outcome: 'changed_meanwhile' }
  | { readonly outcome: 'not_allowed' | 'wrong_percent' };

/**
 * Sets how much machines may decide, in a transaction. A manager may do so; a supervisor may switch machines off, and nothing else.
 * What a machine has not decided when this has ended, it does not decide by what was so before.
 *
 * @param change.percent 0 to 100; what is left out stays as it is
 * @param change.seen when it had been changed last as whoever changes it now has looked at it: what was stopped meanwhile is not started by
 *   somebody who does not know of it
 */
export async function changeAutomation(
  deps: Deps,
  change: {
    readonly checker: Checker;
    readonly isOn?: boolean;
    readonly percent?: number;
    readonly seen?: { readonly at: Date | undefined };
  },
): Promise<AutomationChanged> {
  const { checker } = change;
  const onlyStops = change.isOn === false && change.percent === undefined;
  if (!mayDo(checker, 'manager') && !(onlyStops && mayDo(checker, 'supervisor')))
    return { outcome: 'not_allowed' };
  await takeAutomationTurn(deps.db);
  const before = await readAutomation(deps);
  const isAsSeen = change.seen === undefined || change.seen.at?.getTime() === before.changed?.at.getTime();
  if (!isAsSeen) return { outcome: 'changed_meanwhile' };
  const { isOn = before.isOn, percent = before.percent } = change;
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) return { outcome: 'wrong_percent' };
  const { staffId } = checker;
  if (!isOn) await forgetChecksOfOpenCases(deps.db);
  await upsertAutomation(deps.db, { isOn, percent, changedBy: staffId, changedAt: deps.clock.now() });
  const was = { wasOn: before.isOn, percentBefore: before.percent };
  await deps.audit({ type: 'review.automation-changed', details: { staffId, isOn, percent, ...was } });
  return { outcome: 'changed', automation: { isOn, percent } };
}
