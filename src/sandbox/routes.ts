import type { MovableClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import type { Web } from '#foundation/http';
import type { Jobs } from '#foundation/jobs';
import { tendSigningKeys } from '#openid';
import type { Register } from '#pds';
import { caseOperations } from './api/cases.ts';
import { clientOperations } from './api/clients.ts';
import { clockOperations } from './api/clock.ts';
import { faultOperations } from './api/faults.ts';
import { keyOperations } from './api/keys.ts';
import { messageOperations } from './api/messages.ts';
import { mountOperations } from './api/mount.ts';
import { peopleOperations } from './api/people.ts';
import { personaOperations } from './api/personas.ts';
import { registerOperations } from './api/register.ts';
import { requestOperations } from './api/requests.ts';
import { signInOperations } from './api/sign-in.ts';
import type { PhotoChecks } from './cases/photo-checks.ts';
import type { RememberedDevices } from './headless/prove-device.ts';
import { mountPages } from './pages/routes.ts';
import type { RequestLog } from './requests/log.ts';
import { keepLocked } from './seed.ts';

const secondsBetweenLocks = 60;

/**
 * Mounts the sandbox's pages below `/sandbox` and its programming interface below `/sandbox/api`.
 *
 * @param sandbox.clock the house's own clock
 * @param sandbox.requests the log in which the product's own requests are observed
 * @param sandbox.demoOrigin where browsers reach the demo connected service, such as `http://localhost:3001`
 * @param sandbox.register the way to the national register
 * @param sandbox.photoChecks the ways in which people prove who they are, with what personas have sent before
 */
export async function sandboxRoutes(
  web: Web,
  sandbox: {
    readonly clock: MovableClock;
    readonly requests: RequestLog;
    readonly demoOrigin: string;
    readonly register?: Register | undefined;
    readonly photoChecks: PhotoChecks;
  },
): Promise<void> {
  const { app, house } = web;
  const devices: RememberedDevices = new Map();
  const onClockMoved = async () => {
    await keepLocked(house);
    await tendSigningKeys(house);
  };
  const deps = { house, ...sandbox, onForgotten: (accountId: string) => devices.delete(accountId) };
  await mountOperations(app, house, [
    ...personaOperations(deps),
    ...peopleOperations({ house }),
    ...messageOperations(deps),
    ...clientOperations(deps),
    ...requestOperations(deps),
    ...caseOperations(deps),
    ...signInOperations({
      app,
      house,
      register: sandbox.register,
      photoChecks: sandbox.photoChecks,
      devices,
      queues: new Map(),
    }),
    ...keyOperations(deps),
    ...faultOperations(deps),
    ...registerOperations(deps),
    ...clockOperations({ clock: sandbox.clock, onMoved: onClockMoved }),
  ]);
  await mountPages({ ...deps, web, onClockMoved });
}

/** Starts what keeps the made-up people as their stories say. */
export function startSandboxWork(house: House, jobs: Jobs): void {
  jobs.every(secondsBetweenLocks, 'sandbox people', () => keepLocked(house));
}
