import { SettingsFault, type Settings } from '#foundation/settings';
import { loadPlugs } from '#foundation/socket';
import { methodManifest, type ProofingMethod } from './method.ts';

/**
 * Loads the methods that the settings choose: all in a sandbox, unless they name some.
 *
 * @param folders where their folders are; this room when left out
 * @throws {SettingsFault} when a method is named that there is no folder for
 */
export async function loadMethods(
  settings: Pick<Settings, 'mode' | 'proofingMethods'>,
  folders: readonly string[] = [import.meta.dirname],
): Promise<ProofingMethod[]> {
  const all = await loadAllMethods(folders);
  const chosen = settings.proofingMethods ?? (settings.mode === 'sandbox' ? all.map(({ id }) => id) : []);
  const unknown = chosen.filter((name) => !all.some(({ id }) => id === name));
  if (unknown.length > 0) {
    const names = all.map(({ id }) => id).join(', ');
    throw new SettingsFault([`BEVAN_PROOFING_METHODS must be some of: ${names}.`]);
  }
  return all.filter(({ id }) => chosen.includes(id)).toSorted((one, other) => one.minutes - other.minutes);
}

/** Loads every method that there is a folder for, those that are switched off as well. @param folders as for {@link loadMethods} */
export async function loadAllMethods(
  folders: readonly string[] = [import.meta.dirname],
): Promise<ProofingMethod[]> {
  const loaded = await Promise.all(folders.map((folder) => loadPlugs(folder, methodManifest)));
  return loaded.flat();
}
