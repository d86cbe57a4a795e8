import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { MovableClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import type { Web } from '#foundation/http';
import type { Jobs } from '#foundation/jobs';
import type { Settings } from '#foundation/settings';
import { startGpSystemSimulators } from '#gp-systems';
import { registerSimulatorAddresses, startRegisterSimulator, type Register } from '#pds';
import {
  openRequestLog,
  readOrMakeKey,
  sandboxRoutes,
  seedSandbox,
  startSandboxWork,
  type DemoClient,
  type PhotoChecks,
  type RequestLog,
} from '#sandbox';

/** A sandbox beside the product. */
export interface Sandbox {
  /** Called when the product listens: starts the demo connected service and prints the addresses. */
  opened(): Promise<void>;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, '..');

/** What a sandbox has before the product is built. */
export interface PreparedSandbox {
  readonly requests: RequestLog;
  close(): Promise<void>;
}

const registerApplication = 'bevan-sandbox';
const registerRequestsPerSecond = 500;

function registerAddresses({ port }: Settings): { readonly url: string; readonly tokenUrl: string } {
  return registerSimulatorAddresses(port + 2);
}

/**
 * Completes the settings of a sandbox: unless they name a register, the product asks the simulated one. The key with
 * which it does is made once and kept in the data folder.
 */
export async function withSandboxRegister(settings: Settings): Promise<Settings> {
  if (settings.pdsUrl !== undefined) return settings;
  const { url, tokenUrl } = registerAddresses(settings);
  return {
    ...settings,
    pdsUrl: url,
    pdsTokenUrl: tokenUrl,
    pdsApiKey: registerApplication,
    pdsKeyId: registerApplication,
    pdsPrivateKey: (await readOrMakeKey(path.join(settings.dataFolder, 'register'))).pem,
    pdsRequestsPerSecond: settings.pdsRequestsPerSecond ?? registerRequestsPerSecond,
  };
}

/** @returns the port on which simulators stand in for the suppliers of GP systems that have no settings */
export function gpSystemsPort({ port }: Settings): number {
  return port + 3;
}

/**
 * Opens what has to be there before the product is built: the log that observes the requests of services, the
 * simulated register, if it is the one that the product asks, and the simulated GP systems.
 */
export async function prepareSandbox(house: House): Promise<PreparedSandbox> {
  const { settings } = house;
  const { pdsUrl, pdsApiKey = '', pdsKeyId = '', pdsPrivateKey = '' } = settings;
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async () => {
    for (const one of opened.toReversed()) await one.close();
  };
  try {
    if (pdsUrl === registerAddresses(settings).url) {
      const register = await startRegisterSimulator(house, {
        port: settings.port + 2,
        apiKey: pdsApiKey,
        keyId: pdsKeyId,
        publicKey: pdsPrivateKey,
        // Requests that were sent in two seconds may arrive in one.
        requestsPerSecond: 2 * (settings.pdsRequestsPerSecond ?? registerRequestsPerSecond),
      });
      opened.push(register);
    }
    opened.push(await startGpSystemSimulators(house, { port: gpSystemsPort(settings) }));
    const requests = openRequestLog(house);
    opened.push(requests);
    return { requests, close };
  } catch (error) {
    // What listens already would keep a process that could not start from ending.
    await close();
    throw error;
  }
}

/** Seeds and mounts the sandbox. */
export async function startSandbox(
  web: Web,
  parts: {
    clock: MovableClock;
    jobs: Jobs;
    requests: RequestLog;
    register: Register | undefined;
    photoChecks: PhotoChecks;
  },
): Promise<Sandbox> {
  const { settings } = web.house;
  const { clock, requests, register, photoChecks } = parts;
  const demoPort = settings.port + 1;
  const demoOrigin = `http://localhost:${demoPort}`;
  const client = await seedSandbox(web.house, { origin: demoOrigin });
  await sandboxRoutes(web, { clock, requests, demoOrigin, register, photoChecks });
  startSandboxWork(web.house, parts.jobs);
  let demo: ChildProcess | undefined;
  return {
    opened: () => {
      demo = startDemo({ client, port: demoPort, issuer: settings.issuer, loginName: settings.serviceName });
      printAddresses({
        issuer: settings.issuer,
        demoOrigin,
        registerUrl: settings.pdsUrl ?? '',
        gpSystemsUrl: `http://127.0.0.1:${gpSystemsPort(settings)}`,
      });
      return Promise.resolve();
    },
    stop: () => (demo === undefined ? Promise.resolve() : stopChild(demo)),
  };
}

function startDemo(demo: {
  client: DemoClient;
  port: number;
  issuer: string;
  loginName: string;
}): ChildProcess {
  return spawn(process.execPath, [path.join(repository, 'demo/main.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      DEMO_ISSUER: demo.issuer,
      DEMO_PORT: String(demo.port),
      DEMO_CLIENT_ID: demo.client.clientId,
      DEMO_PRIVATE_KEY_FILE: demo.client.privateKeyFile,
      DEMO_LOGIN_NAME: demo.loginName,
    },
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function printAddresses({
  issuer,
  demoOrigin,
  registerUrl,
  gpSystemsUrl,
}: {
  issuer: string;
  demoOrigin: string;
  registerUrl: string;
  gpSystemsUrl: string;
}): void {
  const rows = [
    ['Demo service', demoOrigin, 'start here: sign up, sign in, see every token'],
    ['Sandbox', `${issuer}/sandbox`, 'test people, clients, how to connect your own service'],
    ['Inbox', `${issuer}/sandbox/inbox`, 'e-mails and text messages that were sent'],
    ['Register', registerUrl, 'the national register of patients: it is asked when somebody goes up to P5'],
    [
      'GP systems',
      gpSystemsUrl,
      'the systems of practices Z99001 to Z99005: they are asked when somebody goes up to P9',
    ],
    ['Issuer', issuer, `${issuer}/.well-known/openid-configuration`],
  ];
  const width = Math.max(...rows.map(([, address]) => address?.length ?? 0));
  const lines = rows.map(
    ([name = '', address = '', about = '']) => `  ${name.padEnd(13)} ${address.padEnd(width)}  ${about}`,
  );
  process.stdout.write(
    `\nBevan sandbox is ready.\n\n${lines.join('\n')}\n\n  Ctrl-C stops everything. The data stays.\n\n`,
  );
}
