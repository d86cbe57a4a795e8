import path from 'node:path';
import { startStopwatch } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { openEvidence, type Evidence } from '#evidence';
import { openFaceChecks } from '#face-checks';
import { loadSenders, readSimulatedInbox, type Channel, type InboxMessage } from '#messaging';
import type { ClientRegistration } from '#partners';
import { openVouching } from '#openid';
import { openRegister } from '#pds';
import { openProofing, type DocumentReader } from '#proofing';
import { buildApp, startWork } from '../../src/app.ts';
import { findFreePort } from './free-port.ts';
import { startTestGpSystems, type TestGpSystems } from './gp-systems.ts';
import { createTestHouse, type TestHouse, type TestHouseOptions } from './house.ts';
import { prepareTestRegister, type TestRegister } from './register.ts';
import { openTestService, type TestService } from './service.ts';
import { until } from './until.ts';

/** The whole product, listening on this machine as one process of it would. */
export interface TestApp {
  readonly home: TestHouse;
  /** The address under which browsers and services reach it: its issuer. */
  readonly origin: string;
  /** Where this one listens, whatever its issuer. */
  readonly listensAt: string;
  /** The register that it asks, if it was to have one. */
  readonly register: TestRegister | undefined;
  /** The GP systems that it asks, if it was to have some. */
  readonly gpSystems: TestGpSystems | undefined;
  /** The store of what people send to prove who they are. */
  readonly evidence: Evidence;
  /** Registers a connected service, which listens as well. It ends with the app. */
  registerTestService(changes?: Partial<ClientRegistration>): Promise<TestService>;
  /** Waits for a message that was not read here before, and reads the newest. @param to as people write it, or in E.164 */
  messageFor(to: string, channel: Channel): Promise<InboxMessage>;
  /** As {@link TestApp.messageFor}, among the messages that have a security code. */
  codeFor(to: string, channel: Channel): Promise<string>;
  /** As {@link TestApp.messageFor}, for the link in an e-mail, among those that have one. */
  linkFor(to: string): Promise<string>;
  close(): Promise<void>;
}

export interface TestAppOptions extends Omit<TestHouseOptions, 'beside'> {
  /** Shares the database of another, as a second process does. */
  readonly beside?: Pick<TestApp, 'home' | 'origin'>;
  /** Does nothing in the background: sends no messages, seals and sweeps nothing. */
  readonly resting?: boolean;
  /** Has a simulated register, which nobody is in yet; {@link TestApp.register} puts people in. */
  readonly register?: boolean;
  /** Has simulated GP systems, without practices yet; {@link TestApp.gpSystems} opens some. */
  readonly gpSystems?: boolean;
  /** Where the ways to prove who one is are, besides the product's own. */
  readonly methodFolders?: readonly string[];
  /** Reads documents; without it they stay unread. */
  readonly documentReader?: DocumentReader;
  /** Looks at scans of faces, as settings say; otherwise nothing does. */
  readonly faceChecks?: boolean;
}

/** Starts the product on a free port. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { beside, resting = false, register: wantsRegister = false, ...rest } = options;
  const { gpSystems: wantsGpSystems = false, methodFolders = [], documentReader, ...others } = rest;
  const { faceChecks: wantsFaceChecks = false, ...houseOptions } = others;
  const port = await findFreePort();
  const prepared = wantsRegister ? await prepareTestRegister() : undefined;
  const home = await createTestHouse({
    ...houseOptions,
    environment: {
      BEVAN_ISSUER: beside?.origin ?? `http://localhost:${port}`,
      ...prepared?.environment,
      ...options.environment,
    },
    ...(beside === undefined ? {} : { beside: beside.home }),
  });
  const register = await prepared?.start(home);
  const way = openRegister(home.house);
  const gpSystems = wantsGpSystems
    ? await startTestGpSystems(home, { vouchFor: await openVouching(home.house) })
    : undefined;
  const senders = await loadSenders(home.house.settings, {});
  const evidence = await openEvidence(home.house);
  const { environment } = options;
  const faceChecks = wantsFaceChecks ? await openFaceChecks(home.house, { environment }) : undefined;
  const parts = { register: way, gpSystems: gpSystems?.gpSystems, evidence };
  if (!resting) await startWork(home, { senders, ...parts });
  const ownMethods = path.resolve(import.meta.dirname, '../../src/proofing');
  const proofing = await openProofing(home.house.settings, {
    ...parts,
    documentReader,
    faceChecks,
    folders: [ownMethods, ...methodFolders],
  });
  const web = await buildApp(home.house, { ...parts, proofing });
  await web.app.listen({ port, host: '127.0.0.1' });
  const services: TestService[] = [];
  const read = createInboxReader(home);
  return {
    home,
    origin: home.house.settings.issuer,
    listensAt: `http://127.0.0.1:${port}`,
    register,
    gpSystems,
    evidence,
    registerTestService: async (changes) => {
      const service = await openTestService(home.house, changes);
      services.push(service);
      return service;
    },
    messageFor: (to, channel) => read(to, channel, () => true),
    codeFor: async (to, channel) => {
      const { code = '' } = await read(to, channel, (message) => message.code !== undefined);
      return code;
    },
    linkFor: async (to) => {
      const { links } = await read(to, 'email', (message) => message.links.length > 0);
      return links[0] ?? '';
    },
    close: async () => {
      for (const service of services) await service.close();
      await web.app.close();
      await register?.close();
      await gpSystems?.close();
      await evidence.close();
      await faceChecks?.close();
      await home.close();
    },
  };
}

const msForMessages = 10_000;

/** Those of a process that was ended while it sent them are not: it takes a while until another has them. */
async function areMessagesOnTheirWay({ database }: House): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `SELECT FROM jobs.job
     WHERE (name LIKE 'messaging.send-%' OR name = 'accounts.password-reset')
     AND (state < 'active' AND start_after <= now() OR state = 'active' AND started_on > now() - interval '2 seconds')
     LIMIT 1`,
  );
  return rowCount !== 0;
}

function createInboxReader({ house }: TestHouse) {
  const read = new Set<string>();
  return async (
    to: string,
    channel: Channel,
    isWanted: (message: InboxMessage) => boolean,
  ): Promise<InboxMessage> => {
    const address = channel !== 'email' ? to.replaceAll(/\s/gu, '').replace(/^0/u, '+44') : to;
    const passed = startStopwatch();
    const message = await until(async () => {
      // What is on its way may be newer than what is there; some tests have a message wait for good, though.
      if (passed() < msForMessages && (await areMessagesOnTheirWay(house))) return false;
      const [newest] = (await readSimulatedInbox(house.deps, { to: address, channel })).filter(isWanted);
      return newest !== undefined && !read.has(newest.id) && newest;
    }, `something new for ${to}`);
    read.add(message.id);
    return message;
  };
}
