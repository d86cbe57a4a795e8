import { setsAny, SettingsFault, type Environment, type Settings } from '#foundation/settings';
import type { Clock } from '#foundation/clock';
import { loadPlugs } from '#foundation/socket';
import type { Supplier } from './supplier.ts';
import { simulatedEnvironment } from './simulated/environment.ts';
import { supplierManifest, type SupplierPlug } from './supplier-plug.ts';

/** @returns every supplier that there is a folder for, with its manifest */
export function loadSupplierPlugs(folder: string = import.meta.dirname): Promise<SupplierPlug[]> {
  return loadPlugs(folder, supplierManifest);
}

/** A supplier that the settings let this platform ask. */
export interface OpenedSupplier {
  readonly plug: SupplierPlug;
  readonly supplier: Supplier;
}

/**
 * Opens the suppliers that have settings.
 *
 * @param start.simulatedOn a port of this machine where those that have none are simulated
 * @throws {SettingsFault} with a line for each setting that is missing or malformed although others of its supplier are set
 */
export function openSuppliers(
  plugs: readonly SupplierPlug[],
  start: {
    readonly settings: Settings;
    readonly clock: Clock;
    readonly environment?: Environment | undefined;
    readonly simulatedOn?: number | undefined;
  },
): OpenedSupplier[] {
  const { settings, clock, simulatedOn } = start;
  const problems: string[] = [];
  const opened = plugs.flatMap((plug): OpenedSupplier[] => {
    const isSimulated = simulatedOn !== undefined && !setsAny(plug.settings, start.environment);
    const environment = isSimulated ? simulatedEnvironment([plug], simulatedOn) : start.environment;
    try {
      const supplier = plug.openSupplier({ mode: settings.mode, clock, environment });
      return supplier === undefined ? [] : [{ plug, supplier }];
    } catch (error) {
      if (!(error instanceof SettingsFault)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new SettingsFault(problems);
  return opened;
}
