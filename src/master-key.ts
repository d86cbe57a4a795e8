import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '#foundation/settings';

/**
 * Reads the key under which everything is sealed: the settings' own, or one in the data folder, which a sandbox makes
 * for itself so that a second start can read what the first one sealed.
 */
export async function readMasterKey(settings: Settings): Promise<Buffer> {
  if (settings.masterKey !== undefined) return settings.masterKey;
  const file = path.join(settings.dataFolder, 'master.key');
  await mkdir(settings.dataFolder, { recursive: true });
  try {
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return Buffer.from(await readFile(file, 'utf8'), 'base64');
}
