import { createHash } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { RoughDevice } from '#foundation/http';
import { randomToken } from '#foundation/security';
import { holdAccount } from '../account/store.ts';
import { isUuid } from '../uuid.ts';
import {
  deleteDevice,
  deleteDevicesOf,
  deleteOldestDevices,
  extendDevice,
  moveDevices,
  selectDevices,
  storeDevice,
} from './store.ts';

/** 180 days without use. */
const lifeSeconds = 180 * 24 * 3600;
const mostPerAccount = 20;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Remembers the browser for an account, so that signing in there needs no security code. Other people's remembrance in
 * the same browser goes on. The browser gets a new token each time: one that somebody planted there is worth nothing.
 *
 * @param device.deviceToken what the browser's cookie holds, if it has one; it stops being valid
 * @param device.kind what its owner may know it by
 * @returns the token for the browser's cookie, and when it ends unless it is used before
 */
export async function rememberDevice(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  device: { accountId: string; deviceToken?: string | undefined; kind?: RoughDevice | undefined },
): Promise<{ deviceToken: string; expiresAt: Date }> {
  await holdAccount(deps.db, device.accountId);
  const now = deps.clock.now();
  const expiresAt = secondsAfter(now, lifeSeconds);
  const deviceToken = randomToken();
  const tokenHash = hashOf(deviceToken);
  if (device.deviceToken !== undefined) {
    await moveDevices(deps.db, { from: hashOf(device.deviceToken), to: tokenHash });
  }
  await storeDevice(deps.db, {
    tokenHash,
    accountId: device.accountId,
    expiresAt,
    rememberedAt: now,
    system: device.kind?.system ?? null,
    browser: device.kind?.browser ?? null,
  });
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
  await holdAccount(deps.db, device.accountId);
  const now = deps.clock.now();
  return extendDevice(deps.db, {
    tokenHash: hashOf(device.deviceToken),
    accountId: device.accountId,
    now,
    expiresAt: secondsAfter(now, lifeSeconds),
  });
}

/** A browser that needs no security code for an account, as its owner may know it. */
export interface RememberedDevice {
  /** Names it in {@link forgetDevice}; a UUID. */
  readonly id: string;
  /** Absent where that was not noted. */
  readonly kind?: { readonly system: string; readonly browser: string };
  readonly rememberedAt?: Date;
  readonly lastUsedAt: Date;
  /** It is the browser that asks. */
  readonly isThisOne: boolean;
}

/**
 * Lists an account's remembered devices, those used last first.
 *
 * @param asked.deviceToken what the cookie of the browser that asks holds, if it has one
 */
export async function listRememberedDevices(
  deps: Pick<Deps, 'db' | 'clock'>,
  asked: { accountId: string; deviceToken: string | undefined },
): Promise<RememberedDevice[]> {
  const { accountId, deviceToken } = asked;
  const thisOne = deviceToken === undefined ? undefined : hashOf(deviceToken);
  const devices = await selectDevices(deps.db, { accountId, now: deps.clock.now() });
  return devices.map(({ id, tokenHash, expiresAt, rememberedAt, system, browser }) => ({
    id,
    ...(system === null || browser === null ? {} : { kind: { system, browser } }),
    ...(rememberedAt === null ? {} : { rememberedAt }),
    lastUsedAt: secondsAfter(expiresAt, -lifeSeconds),
    isThisOne: tokenHash === thisOne,
  }));
}

/**
 * Forgets a remembered device: signing in there needs a security code again. Call it in a transaction.
 *
 * @param device.id of one alone; all of the account's when left out
 * @returns `unknown` if the account has no such device (any more)
 */
export async function forgetDevice(
  deps: Pick<Deps, 'db' | 'audit'>,
  device: { accountId: string; id?: string | undefined },
): Promise<{ readonly outcome: 'forgotten' | 'unknown' }> {
  const { accountId, id } = device;
  await holdAccount(deps.db, accountId);
  if (id === undefined) await deleteDevicesOf(deps.db, accountId);
  else if (!isUuid(id) || !(await deleteDevice(deps.db, { accountId, id }))) return { outcome: 'unknown' };
  await deps.audit({ type: 'device.forgotten', accountId, details: { all: id === undefined } });
  return { outcome: 'forgotten' };
}
