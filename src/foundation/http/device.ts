import type { Deps, House } from '#foundation/deps';
import type { FastifyRequest } from 'fastify';

const systems = [
  ['ios', /\b(?:iPhone|iPad|iPod)\b/u],
  ['android', /\bAndroid\b/u],
  ['windows', /\bWindows\b/u],
  ['chromeos', /\bCrOS\b/u],
  ['mac', /\bMacintosh\b/u],
  ['linux', /\bLinux\b/u],
] as const;
const browsers = [
  ['edge', /\bEdg(?:e|A|iOS)?\//u],
  ['samsung', /\bSamsungBrowser\//u],
  ['opera', /\bOPR\//u],
  ['firefox', /\b(?:Firefox|FxiOS)\//u],
  ['chrome', /\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//u],
  ['safari', /\bSafari\//u],
] as const;

/** The kinds of devices … */
export const roughSystems = [...systems.map(([system]) => system), 'other'] as const;
/** … and of browsers that are told from each other. */
export const roughBrowsers = [...browsers.map(([browser]) => browser), 'other'] as const;

/** Of which kind a device is, as its owner would say it: no version, no model, nothing that tells one from the next. */
export interface RoughDevice {
  readonly system: (typeof roughSystems)[number];
  readonly browser: (typeof roughBrowsers)[number];
}

/** As much of a header as is looked at. */
const mostCharacters = 500;

/** @param userAgent what a browser says of itself; it may say anything */
export function roughDevice(userAgent: string | undefined): RoughDevice {
  const text = (userAgent ?? '').slice(0, mostCharacters);
  return {
    system: systems.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other',
    browser: browsers.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other',
  };
}

/**
 * Has what happens in a request written down with the kind of device that it came from, for the person to know it by.
 *
 * @returns the same dependencies, but for `audit`
 */
export function notingDevice<D extends Pick<Deps, 'audit'>>(deps: D, request: FastifyRequest): D {
  const { system, browser } = roughDevice(request.headers['user-agent']);
  return {
    ...deps,
    audit: (event) => deps.audit({ ...event, details: { ...event.details, system, browser } }),
  };
}

/** As {@link notingDevice}, for what is done in transactions of its own. */
export function notingDeviceIn(house: House, request: FastifyRequest): House {
  return {
    ...house,
    deps: notingDevice(house.deps, request),
    transact: (work) => house.transact((deps) => work(notingDevice(deps, request))),
  };
}
