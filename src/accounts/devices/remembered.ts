import { createHash } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { deleteOldestDevices, extendDevice, moveDevices, storeDevice } from './store.ts';

/** 180 days without use. */
const lifeSeconds = 180 * 24 * 3600;
const mostPerAccount = 20;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Remembers the browser for an account, so that signing in there needs no security code. Other people's remembrance in
 * the same browser goes on. The browser gets a new token each time: one that somebody planted there is worth nothing.
 *
 * @param device.deviceToken what the browser's cookie holds, if it has one; it stops being valid
 * @returns the token for the browser's cookie, and when it ends unless it is used before
 */
export async function rememberDevice(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  device: { accountId: string; deviceToken?: string | undefined },
): Promise<{ deviceToken: string; expiresAt: Date }> {
  const now = deps.clock.now();
  const expiresAt = secondsAfter(now, lifeSeconds);
  const deviceToken = randomToken();
  const tokenHash = hashOf(deviceToken);
  if (device.deviceToken !== undefined) {
    await moveDevices(deps.db, { from: hashOf(device.deviceToken), to: tokenHash });
  }
  await storeDevice(deps.db, { tokenHash, accountId: device.accountId, expiresAt });
  await deleteOldestDevices(deps.db, device.accountId, mostPerAccount);
  await deps.audit({ type: 'device.remembered', accountId: device.accountId });
  return { deviceToken, expiresAt };
}

/**
 * Says whether the browser is remembered for an account; if so its 180 days begin again, and so should its cookie's.
 *
 * @param device.deviceToken what the browser's cookie holds, if it has one
 */
export async function isDeviceRemembered(
  deps: Pick<Deps, 'db' | 'clock'>,
  device: { accountId: string; deviceToken: string | undefined },
): Promise<boolean> {
  if (device.deviceToken === undefined) return false;
  const now = deps.clock.now();
  return extendDevice(deps.db, {
    tokenHash: hashOf(device.deviceToken),
    accountId: device.accountId,
    now,
    expiresAt: secondsAfter(now, lifeSeconds),
  });
}
