import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { findFreePort } from '../../support/free-port.ts';
import { openTestSandbox, type TestSandbox } from '../../support/sandbox.ts';
import { startCommands, type Commands } from './commands.ts';
import type { Page } from './page.ts';

const repository = path.resolve(import.meta.dirname, '../../..');
const msBetweenLooks = 50;
const mostLooks = 1800;

/** A service that was built from a page and runs. */
export interface BuiltService {
  readonly origin: string;
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

/** A developer's own folder, in which a page is followed to the letter against a sandbox. */
export interface Workshop {
  readonly sandbox: TestSandbox;
  readonly folder: string;
  /**
   * Installs what the page says.
   *
   * @returns undefined, or why that is not possible on this machine
   * @throws {Error} when the commands fail for another reason than the network
   */
  install(page: Page): Promise<string | undefined>;
  /** Does what the page says in a step. @returns the answer @throws {Error} when the commands fail */
  run(page: Page, step: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes the key pair and registers. @returns the client id */
  register(page: Page): Promise<string>;
  /** Writes the page's files and starts the service. */
  build(page: Page, environment: Readonly<Record<string, string>>): Promise<BuiltService>;
  close(): Promise<void>;
}

/** @returns why no page can be followed on this machine, or false */
export function lacks(...programs: readonly string[]): string | false {
  const missing = programs.filter((name) => spawnSync(name, ['--version']).error !== undefined);
  return missing.length === 0 ? false : `not on this machine: ${missing.join(', ')}`;
}

/** What package managers say when they can't get through; a version that does not exist is told otherwise. */
const networkTrouble =
  /Failed to establish a new connection|NewConnectionError|NameResolutionError|ReadTimeoutError|Could not transfer artifact/u;

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

const registered = z.object({ client_id: z.string() });

/** Opens a sandbox, and a folder to work in. The addresses of the pages become those of the sandbox and of a free port. */
export async function openWorkshop(): Promise<Workshop> {
  const sandbox = await openTestSandbox();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-connect-'));
  await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  const port = await findFreePort();
  const here = (text: string) =>
    text.replaceAll(/\b3000\b/gu, new URL(sandbox.origin).port).replaceAll(/\b8080\b/gu, String(port));
  const running: BuiltService[] = [];
  const start = async (page: Page, step: string, environment: Readonly<Record<string, string>> = {}) => {
    for (const [name, text] of page.files) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), here(text));
    }
    const commands = page.steps.get(step);
    if (commands === undefined) throw new Error(`the page has no step ${step}`);
    return startCommands(here(commands), folder, environment);
  };
  const run: Workshop['run'] = async (page, step, environment) => {
    const started = await start(page, step, environment);
    if ((await started.ended) !== 0) throw new Error(`“${step}” failed:\n${started.output()}`);
    return started.answer();
  };
  return {
    sandbox,
    folder,
    install: async (page) => {
      const started = await start(page, 'install');
      if ((await started.ended) === 0) return undefined;
      const output = started.output();
      if (networkTrouble.test(output)) return `a package registry is not reachable: ${lastLine(output)}`;
      throw new Error(output);
    },
    run,
    register: async (page) => registered.parse(JSON.parse(await run(page, 'register'))).client_id,
    build: async (page, environment) => {
      const started = await start(page, 'start', environment);
      const origin = `http://localhost:${port}`;
      const service = { origin, output: started.output, stop: started.stop };
      running.push(service);
      await untilItAnswers(origin, started);
      return service;
    },
    close: async () => {
      for (const service of running) await service.stop();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(origin: string, started: Commands): Promise<void> {
  const end = started.ended.then((code) => `it ended with ${code}`);
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const isThere = fetch(origin, { redirect: 'manual' }).then(
      () => true,
      () => wait(msBetweenLooks, false),
    );
    const found = await Promise.race([isThere, end]);
    if (found === true) return;
    if (found !== false) throw new Error(`${found}:\n${started.output()}`);
  }
  throw new Error(`it does not answer:\n${started.output()}`);
}
