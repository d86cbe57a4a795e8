import { inspect } from 'node:util';
import { openEvidence } from '#evidence';
import { FaceModelsFault, openFaceChecks } from '#face-checks';
import { movableClock, systemClock } from '#foundation/clock';
import { createLog, type Logger } from '#foundation/log';
import { readSettings, SettingsFault, type Settings } from '#foundation/settings';
import { EmbeddedPostgresFault, isStorageUnavailable, startEmbeddedPostgres } from '#foundation/storage';
import { loadGpSystems } from '#gp-systems';
import { closeSenders, loadSenders } from '#messaging';
import { openVouching } from '#openid';
import { openRegister } from '#pds';
import { openDocumentReader, openProofing } from '#proofing';
import { openPhotoChecks } from '#sandbox';
import { buildApp, startWork } from './app.ts';
import { readMasterKey } from './master-key.ts';
import { openHouse } from './open-house.ts';
import { claimDatabase, isMarkedFor } from './right-database.ts';
import { gpSystemsPort, prepareSandbox, startSandbox, withSandboxRegister } from './start-sandbox.ts';

/** What has to be stopped, the last started first. */
type Stops = (() => Promise<unknown>)[];

/** Starts the platform as the settings say, and stops it cleanly on SIGINT or SIGTERM. */
export async function start(): Promise<void> {
  const stops: Stops = [];
  const state: { isStarting: boolean; isToldToStop: boolean; stopping?: Promise<void> } = {
    isStarting: true,
    isToldToStop: false,
  };
  const stop = (): Promise<void> => {
    state.stopping ??= stopAll(stops);
    return state.stopping;
  };
  const onSignal = (): void => {
    state.isToldToStop = true;
    if (!state.isStarting) void stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    // What is being started can't be stopped well: a signal meanwhile counts when the step under way is done.
    const steps = startStepByStep(stops);
    let isDone: boolean | undefined = false;
    while (isDone !== true && !state.isToldToStop) isDone = (await steps.next()).done;
    state.isStarting = false;
    if (state.isToldToStop) await stop();
  } catch (error) {
    await stop();
    explain(error);
    process.exitCode = 1;
  }
}

async function* startStepByStep(stops: Stops): AsyncGenerator<void> {
  const given = readSettings();
  const settings = given.mode === 'sandbox' ? await withSandboxRegister(given) : given;
  const log = createLog({ level: settings.logLevel });
  const senders = await loadSenders(settings);
  stops.push(async () => closeSenders(senders));
  const databaseUrl = settings.databaseUrl ?? (await startOwnDatabase(settings, log, stops));
  yield;
  const masterKey = await readMasterKey(settings);
  const isMarked = await isMarkedFor(settings.mode, databaseUrl);
  const sandboxClock = settings.mode === 'sandbox' ? movableClock() : undefined;
  const clock = sandboxClock ?? systemClock();
  const open = await openHouse({ settings, clock, databaseUrl, masterKey, log });
  stops.push(open.close);
  if (!isMarked) await claimDatabase(open.house);
  yield;
  const register = openRegister(open.house);
  const simulatedOn = settings.mode === 'sandbox' ? gpSystemsPort(settings) : undefined;
  const gpSystems = await loadGpSystems(open.house, {
    simulatedOn,
    vouchFor: await openVouching(open.house),
  });
  const evidence = await openEvidence(open.house);
  stops.push(evidence.close);
  const documentReader = openDocumentReader(open.house);
  stops.push(() => documentReader.close());
  const faceChecks = await openFaceChecks(open.house);
  stops.push(async () => faceChecks?.close());
  const ways = await openProofing(settings, { register, gpSystems, evidence, documentReader, faceChecks });
  const photoChecks = sandboxClock === undefined ? undefined : openPhotoChecks(open.house, ways);
  const proofing = photoChecks?.proofing ?? ways;
  await startWork(open, { senders, register, gpSystems, evidence });
  yield;
  const prepared = sandboxClock === undefined ? undefined : await prepareSandbox(open.house);
  if (prepared !== undefined) stops.push(prepared.close);
  const web = await buildApp(
    open.house,
    prepared === undefined || !settings.sandboxKeepsRequests
      ? { register, proofing, gpSystems, evidence }
      : { register, proofing, gpSystems, evidence, observe: prepared.requests.observe },
  );
  stops.push(() => web.app.close());
  yield;
  const sandbox =
    sandboxClock === undefined || prepared === undefined || photoChecks === undefined
      ? undefined
      : await startSandbox(web, { clock: sandboxClock, jobs: open.jobs, register, photoChecks, ...prepared });
  yield;
  await web.app.listen({ port: settings.port, host: settings.host });
  yield;
  if (sandbox === undefined) log.info({ issuer: settings.issuer, port: settings.port }, 'ready');
  else stops.push(sandbox.stop);
  await sandbox?.opened();
}

async function stopAll(stops: Stops): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
}

async function startOwnDatabase(settings: Settings, log: Logger, stops: Stops): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataFolder: settings.dataFolder, log });
  stops.push(postgres.stop);
  return postgres.nearUrl;
}

/** What an operator must do is said in words; anything else with its stack. */
function explain(error: unknown): void {
  if (error instanceof SettingsFault) {
    process.stderr.write(
      `Bevan did not start. Change these settings:\n\n${error.problems.map((line) => `  - ${line}\n`).join('')}\n`,
    );
  } else if (error instanceof EmbeddedPostgresFault || error instanceof FaceModelsFault) {
    process.stderr.write(`Bevan did not start. ${error.explanation}\n`);
  } else if (isStorageUnavailable(error)) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    process.stderr.write(`Bevan did not start. The database at DATABASE_URL does not answer${why}.\n`);
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
