import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createAccount } from '#accounts';
import { openEvidence } from '#evidence';
import { openFaceChecks, scanActs, type ScanAct } from '#face-checks';
import { systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { createLog } from '#foundation/log';
import { readSettings } from '#foundation/settings';
import { establishIdentity } from '#identity';
import { loadSenders } from '#messaging';
import { openRegister, putSimulatedPatient } from '#pds';
import { openDocumentReader, openProofing, type DocumentReader, type Proofing } from '#proofing';
import { drawAct, drawDocument, faceOf } from '#sandbox';
import { startWork } from '../src/app.ts';
import { openHouse } from '../src/open-house.ts';
import { readMasterKey } from '../src/master-key.ts';
import { prepareSandbox, withSandboxRegister } from '../src/start-sandbox.ts';
import { findFreePort } from '../test/support/free-port.ts';
import { lookAtChildren } from './support/children.ts';
import { createBenchDatabase } from './support/database.ts';
import { median, quantile, rounded } from './support/figures.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

/**
 * What somebody waits for who has done the last thing that a face scan asks: measuring those pictures, comparing the face with the
 * passport, the register, the decision. Five people are at it at once, and each does what they are asked in the time of people.
 */

const usual = { atOnce: 5, rounds: 4 };
const small = { atOnce: 1, rounds: 1 };
/** The time to read what is asked, to do it, and of pictures being taken. */
const human = { readMs: 1200, spreadMs: 1500, doMs: 2400 } as const;
const resolutionMs = 10;
/** The passport is good on whatever day this is. */
const expires = `${systemClock().now().getUTCFullYear() + 5}-05-31`;

const promised = {
  undecided: 0,
  notProven: 0,
  decisionMs: 5000,
  blockedMs: 50,
  workerPeakMemoryMb: 600,
};

/** What somebody has to show: their passport, and themselves doing each of the acts. */
interface Look {
  readonly front: Buffer;
  readonly framesOf: (act: ScanAct) => readonly Buffer[] | Promise<readonly Buffer[]>;
}

interface Sitter extends Look {
  readonly accountId: string;
}

export async function benchFaceScan(options: BenchOptions): Promise<BenchReport> {
  const amounts = options.isSmall ? small : usual;
  const { atOnce = amounts.atOnce } = options;
  const { rounds } = amounts;
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
  const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const settings = await withSandboxRegister(
      readSettings({
        BEVAN_MODE: 'sandbox',
        BEVAN_LOG_LEVEL: 'error',
        BEVAN_DATA_DIR: dataFolder,
        PORT: String(await findFreePort()),
      }),
    );
    const log = createLog({ level: 'error' });
    const [clock, masterKey] = [systemClock(), await readMasterKey(settings)];
    const open = await openHouse({ settings, clock, databaseUrl: database.url, masterKey, log });
    const { house } = open;
    stops.push(open.close);
    await startWork(open, { senders: await loadSenders(settings, {}), register: openRegister(house) });
    const prepared = await prepareSandbox(house);
    stops.push(prepared.close);
    const proofing = await openWays(house, { stops, isSmall: options.isSmall });
    const sitters = await makeSitters(house, { atOnce, rounds, isSmall: options.isSmall });
    const figures = await measure(house, proofing, { sitters, atOnce });
    return { bench: 'face-scan', atOnce, ...figures, promised };
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** Reads nothing, and finds what is there. */
const knowing: DocumentReader = {
  read: () =>
    Promise.resolve({
      outcome: 'read',
      source: 'machine_zone',
      expires,
      findings: [],
      isWhole: true,
      agrees: true,
      confidence: 1,
    }),
  close: () => Promise.resolve(),
};

async function openWays(
  house: House,
  { stops, isSmall }: { readonly stops: (() => Promise<unknown>)[]; readonly isSmall: boolean },
): Promise<Proofing> {
  const evidence = await openEvidence(house);
  stops.push(evidence.close);
  // Documents are read long before: all at once they are here alone, and nobody measures that.
  const documentReader = isSmall ? knowing : openDocumentReader(house, { mostSeconds: 120 });
  stops.push(() => documentReader.close());
  const faceChecks = await openFaceChecks(house);
  stops.push(async () => faceChecks?.close());
  const register = openRegister(house);
  return openProofing(house.settings, {
    register,
    gpSystems: undefined,
    evidence,
    documentReader,
    faceChecks,
  });
}

/** Makes people at P5 whom the register has as well, with whatever they do before a camera drawn before anything is measured. */
async function makeSitters(
  house: House,
  {
    atOnce,
    rounds,
    isSmall,
  }: { readonly atOnce: number; readonly rounds: number; readonly isSmall: boolean },
): Promise<readonly Sitter[]> {
  const looks: Look[] = [];
  for (let seat = 0; seat < atOnce; seat += 1) looks.push(await drawLook(seat, isSmall));
  const sitters: Sitter[] = [];
  for (let index = 0; index < atOnce * rounds; index += 1) {
    const look = looks[index % atOnce];
    if (look !== undefined) sitters.push({ ...look, accountId: await makePerson(house, index) });
  }
  return sitters;
}

const details = { familyName: 'Meadows', givenName: 'Robin', birthdate: '1980-05-17' } as const;

function makePerson(house: House, index: number): Promise<string> {
  return house.transact(async (deps) => {
    const email = `scan.${index}@people.example`;
    const made = await createAccount(deps, {
      email,
      passwordHash: 'none',
      nation: 'england',
      language: 'en',
    });
    if (made.outcome !== 'created') throw new Error('the bench made one account twice');
    const accountId = made.account.id;
    const known = { ...details, nhsNumber: numberOf(index) };
    await putSimulatedPatient(deps, { ...known, givenNames: [details.givenName] });
    await establishIdentity(deps, { accountId, level: 'P5', details: known, phoneMatched: false });
    return accountId;
  });
}

async function drawLook(seat: number, isSmall: boolean): Promise<Look> {
  const face = faceOf(`sitter ${seat}`, { style: 'headscarf', glasses: 'none', age: 40 });
  const { givenName: givenNames, ...others } = details;
  const person = { givenNames, ...others };
  const front = await drawDocument({ kind: 'passport', side: 'front', person, face, expires });
  const draw = (act: ScanAct) => drawAct({ face, act, sinceMs: scanActs.indexOf(act) * 4000 });
  // Of all acts a scan asks for some alone.
  if (isSmall) return { front, framesOf: draw };
  const frames = new Map<ScanAct, readonly Buffer[]>();
  for (const act of scanActs) frames.set(act, await draw(act));
  return { front, framesOf: (act) => frames.get(act) ?? [] };
}

/** @returns a number of the range that is never issued, and of nobody in the sandbox */
function numberOf(index: number): NhsNumber {
  for (let check = 0; check < 10; check += 1) {
    const number = readNhsNumber(`9998${String(index).padStart(5, '0')}${check}`);
    if (number !== undefined) return number;
  }
  return numberOf(index + 1000);
}

async function measure(
  house: House,
  proofing: Proofing,
  { sitters, atOnce }: { readonly sitters: readonly Sitter[]; readonly atOnce: number },
) {
  const scan = proofing.methods.find(({ scanWithoutPages }) => scanWithoutPages !== undefined);
  if (scan?.scanWithoutPages === undefined) throw new TypeError('nobody scans faces here');
  const { scanWithoutPages } = scan;
  const loop = monitorEventLoopDelay({ resolution: resolutionMs });
  const [times, outcomes]: [number[], string[]] = [[], []];
  loop.enable();
  for (let from = 0; from < sitters.length; from += atOnce)
    await Promise.all(
      sitters.slice(from, from + atOnce).map(async ({ accountId, front, framesOf }, seat) => {
        let lastFrameAt = 0;
        const perform = async (act: ScanAct) => {
          await wait(human.readMs + (seat / atOnce) * human.spreadMs + human.doMs);
          const frames = await framesOf(act);
          lastFrameAt = performance.now();
          return frames;
        };
        const specimens = { accountId, documentKind: 'passport', front, act: perform } as const;
        const end = await scanWithoutPages(house, proofing.tools, specimens);
        times.push(performance.now() - lastFrameAt);
        outcomes.push(end.outcome);
      }),
    );
  loop.disable();
  const children = await lookAtChildren();
  return {
    scans: times.length,
    undecided: outcomes.filter((outcome) => outcome === 'not_sent').length,
    notProven: outcomes.filter((outcome) => outcome === 'sent').length,
    decisionMs: rounded(quantile(times, 0.95), 0),
    decisionMedianMs: rounded(median(times), 0),
    // The monitor's own pause is in each of its figures.
    blockedMs: rounded(Math.max(0, loop.max / 1e6 - resolutionMs), 0),
    blockedP99Ms: rounded(Math.max(0, loop.percentile(99) / 1e6 - resolutionMs), 0),
    workerPeakMemoryMb: Math.max(0, ...children.map(({ peakMemoryMb }) => peakMemoryMb)),
    peakMemoryMb: rounded(process.resourceUsage().maxRSS / 1024, 0),
  };
}
