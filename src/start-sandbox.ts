import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { MovableClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import type { Web } from '#foundation/http';
import type { Jobs } from '#foundation/jobs';
import {
  openRequestLog,
  sandboxRoutes,
  seedSandbox,
  startSandboxWork,
  type DemoClient,
  type RequestLog,
} from '#sandbox';

/** A sandbox beside the product. */
export interface Sandbox {
  /** Called when the product listens: starts the demo connected service and prints the addresses. */
  opened(): Promise<void>;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, '..');

/** Opens what has to be there before the product is built: the log that observes the requests of services. */
export function prepareSandbox(house: House): { readonly requests: RequestLog } {
  return { requests: openRequestLog(house) };
}

/** Seeds and mounts the sandbox. */
export async function startSandbox(
  web: Web,
  parts: { clock: MovableClock; jobs: Jobs; requests: RequestLog },
): Promise<Sandbox> {
  const { settings } = web.house;
  const demoPort = settings.port + 1;
  const demoOrigin = `http://localhost:${demoPort}`;
  const client = await seedSandbox(web.house, { origin: demoOrigin });
  await sandboxRoutes(web, { clock: parts.clock, requests: parts.requests, demoOrigin });
  startSandboxWork(web.house, parts.jobs);
  let demo: ChildProcess | undefined;
  return {
    opened: () => {
      demo = startDemo({ client, port: demoPort, issuer: settings.issuer, loginName: settings.serviceName });
      printAddresses({ issuer: settings.issuer, demoOrigin });
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

function printAddresses({ issuer, demoOrigin }: { issuer: string; demoOrigin: string }): void {
  const rows = [
    ['Demo service', demoOrigin, 'start here: sign up, sign in, see every token'],
    ['Sandbox', `${issuer}/sandbox`, 'test people, clients, how to connect your own service'],
    ['Inbox', `${issuer}/sandbox/inbox`, 'e-mails and text messages that were sent'],
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
