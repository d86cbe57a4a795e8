import { isDeviceRemembered, rememberDevice } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { Browser, NewCookie } from '#foundation/journey';

/** The cookie that holds the token of a remembered device. */
export const deviceCookie = 'device';

/** A remembered device is forgotten after 180 days without use: the cookie's life begins again with each. */
const cookieSeconds = 180 * 24 * 3600;

/** Remembers this browser for an account. @returns the cookie to set, or none if the person didn't ask for it */
export async function deviceCookies(
  deps: Deps,
  of: { accountId: string; browser: Browser; remember: boolean },
): Promise<NewCookie[]> {
  if (!of.remember) return [];
  const device = await rememberDevice(deps, {
    accountId: of.accountId,
    deviceToken: of.browser.readCookie(deviceCookie),
    kind: of.browser.kind,
  });
  return [{ name: deviceCookie, value: device.deviceToken, expires: device.expiresAt }];
}

/** @returns the cookie to set again if this browser is remembered for the account, else none */
export async function deviceStillRemembered(
  deps: Deps,
  of: { accountId: string; browser: Browser },
): Promise<NewCookie[]> {
  const deviceToken = of.browser.readCookie(deviceCookie);
  if (
    deviceToken === undefined ||
    !(await isDeviceRemembered(deps, { accountId: of.accountId, deviceToken }))
  )
    return [];
  return [{ name: deviceCookie, value: deviceToken, expires: secondsAfter(deps.clock.now(), cookieSeconds) }];
}
