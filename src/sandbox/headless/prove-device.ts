import { setTimeout as wait } from 'node:timers/promises';
import {
  checkSecurityCode,
  isDeviceRemembered,
  readAccount,
  rememberDevice,
  sendSecurityCode,
  type Account,
} from '#accounts';
import type { House } from '#foundation/deps';
import { readSimulatedInbox } from '#messaging';
import type { SignInRequest } from '#openid';
import { inTurn, type Queues } from './in-turn.ts';

/** What a person's own browser would keep: signs that it was remembered, by account. */
export type RememberedDevices = Map<string, string>;

/** What keeps somebody from showing a second factor. */
export type DeviceHindrance = 'no_phone' | 'code_locked' | 'code_not_delivered';

interface DeviceDeps {
  readonly house: House;
  readonly devices: RememberedDevices;
  readonly queues: Queues;
}

const loopback = '127.0.0.1';
const msBetweenLooks = 50;
const mostLooks = 300;

/** A remembered device counts; otherwise a code is sent, read from the inbox and entered, and the device remembered. */
export async function proveDevice(
  { house, devices, queues }: DeviceDeps,
  request: SignInRequest,
  accountId: string,
): Promise<DeviceHindrance | undefined> {
  const deviceToken = devices.get(accountId);
  if (await isDeviceRemembered(house.deps, { accountId, deviceToken })) return undefined;
  const account = await readAccount(house.deps, accountId);
  const phone = account?.phone ?? undefined;
  if (account === undefined || phone === undefined) return 'no_phone';
  // There are fewer made-up numbers than people: of two with the same one, each would read the other's code.
  const hindrance = await inTurn(queues, phone, () => enterCode(house, { request, account, phone }));
  if (hindrance !== undefined) return hindrance;
  const remembered = await house.transact((inside) => rememberDevice(inside, { accountId, deviceToken }));
  devices.set(accountId, remembered.deviceToken);
  return undefined;
}

async function enterCode(
  house: House,
  { request, account, phone }: { request: SignInRequest; account: Account; phone: string },
): Promise<DeviceHindrance | undefined> {
  const since = house.clock.now();
  const redeemed = { purpose: 'sign-in', boundTo: request.uid, remoteAddress: loopback } as const;
  const sent = await house.transact((inside) =>
    sendSecurityCode(inside, {
      ...redeemed,
      channel: 'sms',
      destination: phone,
      accountId: account.id,
      language: account.language,
    }),
  );
  if (sent.outcome === 'locked') return 'code_locked';
  if (sent.outcome === 'closed') return 'no_phone';
  const code = await awaitCode(house, phone, since);
  if (code === undefined) return 'code_not_delivered';
  const checked = await house.transact((inside) =>
    checkSecurityCode(inside, { ...redeemed, codeId: sent.codeId, code }),
  );
  if (checked.outcome === 'locked') return 'code_locked';
  return checked.outcome === 'match' ? undefined : 'code_not_delivered';
}

async function awaitCode(house: House, to: string, since: Date): Promise<string | undefined> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const [newest] = await readSimulatedInbox(house.deps, { to, channel: 'sms', since, limit: 1 });
    if (newest?.code !== undefined) return newest.code;
    await wait(msBetweenLooks);
  }
  return undefined;
}
