import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { movableClock, systemClock } from '#foundation/clock';
import { createLog, type Logger } from '#foundation/log';
import { readSettings, SettingsFault, type Settings } from '#foundation/settings';
import { EmbeddedPostgresFault, startEmbeddedPostgres } from '#foundation/storage';
import { closeSenders, loadSenders } from '#messaging';
import { buildApp, startWork } from './app.ts';
import { openHouse } from './open-house.ts';
import { startSandbox } from './start-sandbox.ts';

/** What has to be stopped, the last started first. */
type Stops = (() => Promise<unknown>)[];

/** Starts the platform as the settings say, and stops it cleanly on SIGINT or SIGTERM. */
export async function start(): Promise<void> {
  const stops: Stops = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopAll(stops);
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
  try {
    await startAll(stops);
  } catch (error) {
    await stop();
    explain(error);
    process.exitCode = 1;
  }
}

async function startAll(stops: Stops): Promise<void> {
  const settings = readSettings();
  const log = createLog({ level: settings.logLevel });
  const senders = await loadSenders(settings);
  stops.push(async () => closeSenders(senders));
  const databaseUrl = settings.databaseUrl ?? (await startOwnDatabase(settings, log, stops));
  const masterKey = settings.masterKey ?? (await readOrMakeMasterKey(settings));
  const sandboxClock = settings.mode === 'sandbox' ? movableClock() : undefined;
  const clock = sandboxClock ?? systemClock();
  const open = await openHouse({ settings, clock, databaseUrl, masterKey, log });
  stops.push(open.close);
  await startWork(open, { senders });
  const web = await buildApp(open.house);
  stops.push(() => web.app.close());
  if (sandboxClock !== undefined) {
    const sandbox = await startSandbox(web, { clock: sandboxClock, jobs: open.jobs });
    stops.push(sandbox.stop);
    await web.app.listen({ port: settings.port, host: settings.host });
    await sandbox.opened();
  } else {
    await web.app.listen({ port: settings.port, host: settings.host });
    log.info({ issuer: settings.issuer, port: settings.port }, 'ready');
  }
}

async function stopAll(stops: Stops): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}

async function startOwnDatabase(settings: Settings, log: Logger, stops: Stops): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataFolder: settings.dataFolder, log });
  stops.push(postgres.stop);
  return postgres.url;
}

/** A sandbox keeps a key of its own beside its data, so that a second start can read what the first one sealed. */
async function readOrMakeMasterKey(settings: Settings): Promise<Buffer> {
  const file = path.join(settings.dataFolder, 'master.key');
  await mkdir(settings.dataFolder, { recursive: true });
  try {
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return Buffer.from(await readFile(file, 'utf8'), 'base64');
}

/** What an operator must do is said in words; anything else with its stack. */
function explain(error: unknown): void {
  if (error instanceof SettingsFault) {
    process.stderr.write(
      `Bevan did not start. Change these settings:\n\n${error.problems.map((line) => `  - ${line}\n`).join('')}\n`,
    );
  } else if (error instanceof EmbeddedPostgresFault) {
    process.stderr.write(`Bevan did not start. ${error.explanation}\n`);
  } else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    process.stderr.write(
      `Bevan did not start. ${error.message}. Stop the other program, or set PORT to another number.\n`,
    );
  } else {
    process.stderr.write(
      `Bevan did not start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    if (error instanceof Error && error.cause !== undefined)
      process.stderr.write(`Cause: ${inspect(error.cause)}\n`);
  }
}
