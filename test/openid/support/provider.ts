import type { AddressInfo } from 'node:net';
import { createWeb } from '#foundation/http';
import type { Logger } from '#foundation/log';
import type { Environment } from '#foundation/settings';
import { createPages, loadAssets } from '#foundation/web';
import { openidRoutes } from '#openid';
import { openRegister } from '#pds';
import { openHouse } from '../../../src/open-house.ts';
import { createTestHouse, type TestHouse } from '../../support/house.ts';

/** Where the tests' requests wait for a person; no journey answers there. */
export const entryAddress = '/enter';

/** An OpenID Provider that listens. */
export interface TestProvider {
  readonly house: TestHouse['house'];
  readonly jobs: TestHouse['jobs'];
  readonly clock: TestHouse['clock'];
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  readonly issuer: string;
  readonly port: number;
  /** Like `fetch`, for addresses below the issuer's: they are answered by this provider, wherever it listens. */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * @param options.beside another provider, to share its database as a second process would
 * @param options.databaseUrl another way to that database
 */
export async function startProvider(
  options: { beside?: TestProvider; databaseUrl?: string; environment?: Environment; log?: Logger } = {},
): Promise<TestProvider> {
  const { beside, environment, log } = options;
  const own =
    beside === undefined
      ? await createTestHouse(environment === undefined ? {} : { environment })
      : undefined;
  const base = own ?? beside;
  if (base === undefined) throw new Error('there is always one of the two');
  const { clock, masterKey } = base;
  const databaseUrl = options.databaseUrl ?? base.databaseUrl;
  const { settings } = base.house;
  const open = await openHouse({
    settings,
    clock,
    databaseUrl,
    masterKey,
    ...(log === undefined ? {} : { log }),
  });
  const { app, port } = await listen(open.house);
  const here = `http://127.0.0.1:${port}`;
  return {
    house: open.house,
    jobs: open.jobs,
    clock,
    databaseUrl,
    masterKey,
    issuer: settings.issuer,
    port,
    fetch: (input, init) => {
      const address = input instanceof Request ? input.url : String(input);
      const path = address.startsWith(settings.issuer) ? address.slice(settings.issuer.length) : address;
      return fetch(`${here}${path}`, init);
    },
    close: async () => {
      await app.close();
      await open.close();
      await own?.close();
    },
  };
}

/** Lets a house answer at a port of its own. */
export async function listen(house: TestHouse['house']) {
  const { serviceName, supportContact } = house.settings;
  const assets = await loadAssets();
  const pages = await createPages({ serviceName, supportContact, sandbox: true, assets });
  const { app, problems } = await createWeb(house, { pages, assets });
  const { requests } = await openidRoutes(app, house, {
    register: openRegister(house),
    renderProblem: (request, problem, reference) => problems.render(request, problem, { reference }),
  });
  const entryOf = ({ uid }: { uid: string }) => `${entryAddress}?request=${uid}`;
  requests.beginAtOnceWith((asked) => Promise.resolve(entryOf(asked)));
  app.get(requests.route, async (request, reply) => {
    const asked = await requests.find({ request, reply });
    if (asked === undefined) return problems.send(request, reply, 'start-again', { reference: 'CID1004' });
    return reply.redirect(entryOf(asked), 303);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { app, port };
}
