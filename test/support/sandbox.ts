import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '#foundation/settings';
import { openEvidence, type Evidence } from '#evidence';
import { openFaceChecks } from '#face-checks';
import { loadGpSystems, startGpSystemSimulators } from '#gp-systems';
import { loadSenders } from '#messaging';
import { openVouching } from '#openid';
import { openRegister } from '#pds';
import { openDocumentReader, openProofing } from '#proofing';
import { openPhotoChecks, openRequestLog, sandboxRoutes, seedSandbox, type DemoClient } from '#sandbox';
import { buildApp, startWork } from '../../src/app.ts';
import { findFreePort } from './free-port.ts';
import { createTestHouse, type TestHouse } from './house.ts';
import { prepareTestRegister, type TestRegister } from './register.ts';

/** A whole sandbox that listens on this machine. */
export interface TestSandbox {
  readonly home: TestHouse;
  /** Its issuer. */
  readonly origin: string;
  readonly register: TestRegister;
  readonly evidence: Evidence;
  /** The settings by which its GP systems are reached. */
  readonly gpEnvironment: Environment;
  readonly demoClient: DemoClient;
  readonly demoOrigin: string;
  readonly dataFolder: string;
  /** Begins to answer. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a sandbox as `npm start` does, on a port and a database of its own, and listens; the demo service's program is
 * not started.
 */
export async function openTestSandbox(
  environment: Environment = {},
  options: TestSandboxOptions = {},
): Promise<TestSandbox> {
  const sandbox = await prepareTestSandbox(environment, options);
  await sandbox.listen();
  return sandbox;
}

/** However much else this machine has to do. */
const patiently = { mostSeconds: 60 };

export interface TestSandboxOptions {
  /** Reads documents and compares faces, as `npm start` does. */
  readonly hasMachines?: boolean;
}

/** The same, before it listens. */
export async function prepareTestSandbox(
  environment: Environment = {},
  { hasMachines = false }: TestSandboxOptions = {},
): Promise<TestSandbox> {
  const [port, demoPort] = [await findFreePort(), await findFreePort()];
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-sandbox-'));
  const origin = `http://localhost:${port}`;
  const demoOrigin = `http://localhost:${demoPort}`;
  const prepared = await prepareTestRegister();
  const home = await createTestHouse({
    environment: {
      BEVAN_ISSUER: origin,
      BEVAN_DATA_DIR: dataFolder,
      ...prepared.environment,
      ...environment,
    },
  });
  const simulator = await prepared.start(home);
  const register = openRegister(home.house);
  const requests = openRequestLog(home.house);
  const simulators = await startGpSystemSimulators(home.house, { port: 0 });
  const gpSystems = await loadGpSystems(home.house, {
    environment: simulators.environment,
    vouchFor: await openVouching(home.house),
  });
  const evidence = await openEvidence(home.house);
  const parts = { register, gpSystems, evidence };
  await startWork(home, { senders: await loadSenders(home.house.settings, {}), ...parts });
  const documentReader = hasMachines ? openDocumentReader(home.house, patiently) : undefined;
  const faceChecks = hasMachines ? await openFaceChecks(home.house, { environment }) : undefined;
  const machines = { documentReader, faceChecks };
  const ways = await openProofing(home.house.settings, { ...parts, ...machines });
  const photoChecks = openPhotoChecks(home.house, ways);
  const { proofing } = photoChecks;
  const web = await buildApp(home.house, { observe: requests.observe, proofing, ...parts });
  const demoClient = await seedSandbox(home.house, { origin: demoOrigin });
  await sandboxRoutes(web, { clock: home.clock, requests, demoOrigin, register, photoChecks });
  return {
    home,
    origin,
    register: simulator,
    evidence,
    gpEnvironment: simulators.environment,
    demoClient,
    demoOrigin,
    dataFolder,
    listen: async () => {
      await web.app.listen({ port, host: 'localhost' });
    },
    close: async () => {
      await web.app.close();
      await simulator.close();
      await simulators.close();
      await requests.close();
      await evidence.close();
      await documentReader?.close();
      await faceChecks?.close();
      await home.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
