import { SettingsFault, type Settings } from '#foundation/settings';
import { loadPlugs } from '#foundation/socket';
import { methodManifest, type ProofingMethod } from './method.ts';

/**
 * Loads every method that there is a folder for, those that are switched off as well.
 *
 * @param folders where their folders are; this room when left out
 */
export async function loadMethods(
  folders: readonly string[] = [import.meta.dirname],
): Promise<ProofingMethod[]> {
  const loaded = await Promise.all(folders.map((folder) => loadPlugs(folder, methodManifest)));
  return loaded.flat();
}

/**
 * Finds the methods that the settings choose: all in a sandbox, unless they name some.
 *
 * @returns the quickest first
 * @throws {SettingsFault} when a method is named that there is no folder for
 */
export function chooseMethods(
  settings: Pick<Settings, 'mode' | 'proofingMethods'>,
  all: readonly ProofingMethod[],
): ProofingMethod[] {
  const chosen = settings.proofingMethods ?? (settings.mode === 'sandbox' ? all.map(({ id }) => id) : []);
  const unknown = chosen.filter((name) => !all.some(({ id }) => id === name));
  if (unknown.length > 0) {
    const names = all.map(({ id }) => id).join(', ');
    throw new SettingsFault([`BEVAN_PROOFING_METHODS must be some of: ${names}.`]);
  }
  return all.filter(({ id }) => chosen.includes(id)).toSorted((one, other) => one.minutes - other.minutes);
}
