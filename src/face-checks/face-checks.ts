import type { Deps, House } from '#foundation/deps';
import { attemptSucceeded } from '#foundation/security';
import { SettingsFault, type Environment } from '#foundation/settings';
import { loadPlugs } from '#foundation/socket';
import { openDecoder } from './decoding/pictures.ts';
import { providerManifest, type ProviderPlug } from './provider.ts';
import { deleteExpiredScans, deleteScansOf } from './scan-store.ts';
import { addBurst, askAct, beginScan, judgeScan, scansLimit, type ScanTools } from './scan.ts';
import type { FaceChecks } from './types.ts';

const none = 'none';
/** Pictures of an act take some ten megabytes while they are measured; so many may be at a time in one process. */
const mostAtOnce = 10;

/** @returns everything that can compare faces, with its manifest */
export function loadProviderPlugs(): Promise<ProviderPlug[]> {
  return loadPlugs(import.meta.dirname, providerManifest);
}

/**
 * Opens what looks at faces, as the settings choose it. Close it.
 *
 * @param parts.environment where the provider's own settings are; `process.env` when left out
 * @returns undefined when nothing does
 * @throws {SettingsFault} when there is no such provider, or a setting of its own is missing or malformed
 * @throws {FaceModelsFault} when what it works with is missing or was changed
 */
export async function openFaceChecks(
  house: Pick<House, 'settings' | 'clock' | 'deps' | 'log' | 'metrics'>,
  parts: { readonly environment?: Environment | undefined } = {},
): Promise<FaceChecks | undefined> {
  const { settings, log, metrics } = house;
  const isOn = settings.mode === 'sandbox' || settings.faceChecks !== undefined;
  if (!isOn || settings.faceChecks === none) return undefined;
  const plugs = await loadProviderPlugs();
  const plug = plugs.find((one) =>
    settings.faceChecks === undefined ? one.isSandboxes : one.id === settings.faceChecks,
  );
  if (plug === undefined)
    throw new SettingsFault([
      `BEVAN_FACE_CHECKS must be one of: ${[none, ...plugs.map((one) => one.id)].join(', ')}.`,
    ]);
  const provider = await plug.open({ mode: settings.mode, environment: parts.environment, log, metrics });
  const { id } = plug;
  const tools: ScanTools = { id, provider, decoder: openDecoder(log) };
  return {
    provider: id,
    beginScan: (of) => beginScan(house, tools, of),
    askAct: (scanId) => askAct(house, tools, scanId),
    addBurst: atMost(mostAtOnce, (scanId, burst) => addBurst(house, tools, scanId, burst)),
    judgeScan: (scanId, document) => judgeScan(house, tools, scanId, document),
    close: async () => {
      await Promise.all([provider.close(), tools.decoder.close()]);
    },
  };
}

function atMost(most: number, add: FaceChecks['addBurst']): FaceChecks['addBurst'] {
  let inHand = 0;
  return async (scanId, burst) => {
    if (inHand >= most) return { outcome: 'refused', reason: 'busy' };
    inHand += 1;
    try {
      return await add(scanId, burst);
    } finally {
      inHand -= 1;
    }
  };
}

/** Forgets the scan of an attempt that has ended, in a transaction: what was measured, and the verdict. */
export function forgetScan({ db }: Pick<Deps, 'db'>, attemptId: string): Promise<void> {
  return deleteScansOf(db, { attemptId });
}

/** Forgets, in a transaction, what is kept here of an account that is closed. */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  await attemptSucceeded(deps, [scansLimit(accountId)]);
  await deleteScansOf(deps.db, { accountId });
}

/** Removes scans that have been kept as long as they may. */
export function sweepFaceChecks({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  return deleteExpiredScans(db, clock.now());
}
