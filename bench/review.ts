import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createAccount } from '#accounts';
import { systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { createLog } from '#foundation/log';
import { readSettings } from '#foundation/settings';
import { establishIdentity } from '#identity';
import { loadSenders, startMessagingWork } from '#messaging';
import { checkerDesk, codeNow, seedStaff } from '#portals';
import {
  answerQuestion,
  claimNext,
  decideInSandbox,
  discardCase,
  listHolding,
  readCase,
  readDashboard,
  startReviewWork,
  submitCase,
  traceCase,
  type Checker,
} from '#review';
import { buildApp } from '../src/app.ts';
import { openHouse } from '../src/open-house.ts';
import { Browser, openNetwork } from './support/browser.ts';
import { createBenchDatabase } from './support/database.ts';
import { median, quantile, rounded } from './support/figures.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

/**
 * What a checker waits for, with 200 cases in the queue, of people who have had two before: being given a case, and everything that
 * stands on its page.
 */

const usual = { queued: 200, warmUp: 20, rounds: 150 };
const small = { queued: 3, warmUp: 1, rounds: 2 };
type Amounts = typeof usual;
const earlierEach = 2;

const promised = { pageMs: 150, openMs: 150, claimMs: 150, dashboardMs: 150 };

export async function benchReview(options: BenchOptions): Promise<BenchReport> {
  const amounts = options.isSmall ? small : usual;
  const { queued } = amounts;
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
  const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
  try {
    const settings = readSettings({
      BEVAN_MODE: 'sandbox',
      BEVAN_LOG_LEVEL: 'error',
      BEVAN_REVIEW_CASES_PER_HOUR: '1000',
    });
    const log = createLog({ level: 'error' });
    const parts = {
      settings,
      clock: systemClock(),
      databaseUrl: database.url,
      masterKey: randomBytes(32),
      log,
    };
    const { house, jobs, close } = await openHouse(parts);
    try {
      await startMessagingWork(house, jobs, await loadSenders(settings, {}));
      await startReviewWork(house, jobs, { register: undefined });
      for (let index = 0; index < queued; index += 1) await queueOne(house, index);
      const figures = await measure(house, amounts);
      return { bench: 'review', queued, ...figures, ...(await measurePage(house, amounts)), promised };
    } finally {
      await close();
    }
  } finally {
    await database.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

const password = 'seven damp lanterns';
const secret = 'JBSWY3DPEHPK3PXPKRSXG5DT';

/** A checker signs in, starts a case, and opens its page again and again; the files on it are other requests. */
async function measurePage(house: House, { warmUp, rounds }: Amounts) {
  const web = await buildApp(house, {});
  await web.app.listen({ port: 0, host: '127.0.0.1' });
  const port = portOf(web.app.server.address());
  const issuer = `http://localhost:${port}`;
  const network = openNetwork({ issuer, port });
  try {
    const email = 'checker@checks.example';
    const passwordHash = await house.passwords.hash(password);
    const staff = {
      place: checkerDesk,
      name: 'Chris Checker',
      email,
      roles: ['checker'],
      passwordHash,
      secret,
    } as const;
    await house.transact((deps) => seedStaff(deps, staff));
    const browser = new Browser(network, { origin: issuer, remoteAddress: '10.0.0.1' });
    const entrance = await browser.open('/id-checker/sign-in');
    const dashboard = await browser.submit(entrance, { email, password, code: codeNow(house, secret) });
    const begin = { ...dashboard, address: new URL('/id-checker/next', issuer) };
    const { address } = await browser.submit(begin, {});
    const times: number[] = [];
    for (let round = 0; round < warmUp + rounds; round += 1) {
      const began = performance.now();
      const page = await browser.open(address.href);
      if (round >= warmUp) times.push(performance.now() - began);
      if (page.status !== 200 || !page.address.pathname.startsWith('/id-checker/cases/'))
        throw new Error(`the page of a case ended at ${page.address.pathname} (${page.status})`);
    }
    return { pageMs: rounded(quantile(times, 0.95), 1), pageMedianMs: rounded(median(times), 1) };
  } finally {
    network.close();
    await web.app.close();
  }
}

function portOf(address: ReturnType<Server['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('the bench does not listen on a port');
  return address.port;
}

/** @returns a number of the range that is never issued */
function numberOf(index: number): NhsNumber {
  for (let check = 0; check < 10; check += 1) {
    const number = readNhsNumber(`999${String(index).padStart(6, '0')}${check}`);
    if (number !== undefined) return number;
  }
  return numberOf(index + usual.queued);
}

/** Puts somebody's case into the queue; those before it were declined. */
function queueOne(house: House, index: number): Promise<void> {
  return house.transact(async (deps) => {
    const email = `case.${index}@people.example`;
    const person = { email, passwordHash: 'none', nation: 'england', language: 'en' } as const;
    const made = await createAccount(deps, person);
    if (made.outcome !== 'created') throw new Error('the bench made one account twice');
    const accountId = made.account.id;
    const details = {
      nhsNumber: numberOf(index),
      familyName: 'Meadows',
      givenName: 'Robin',
      birthdate: '1980-05-17',
    };
    await establishIdentity(deps, { accountId, level: 'P5', details, phoneMatched: false });
    for (let count = 0; count <= earlierEach; count += 1) {
      const submitted = await submitCase(deps, {
        accountId,
        method: 'photo-id-video',
        bundleId: randomUUID(),
        evidence: {
          document: { kind: 'passport', frontId: randomUUID() },
          video: { fileId: randomUUID(), way: 'say', digits: [1, 2, 3, 4] },
        },
      });
      if (submitted.outcome !== 'submitted')
        throw new Error(`the bench could not submit: ${submitted.outcome}`);
      if (count === earlierEach) continue;
      const { caseId } = submitted;
      await decideInSandbox(deps, { caseId, decision: 'declined', reason: 'digits-silent' });
    }
  });
}

async function measure(house: House, { warmUp, rounds }: Amounts) {
  const times = { claim: [], open: [], dashboard: [], holding: [] } as Record<string, number[]>;
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    times[what]?.push(performance.now() - began);
    return result;
  };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    if (round === warmUp) for (const list of Object.values(times)) list.length = 0;
    const checker: Checker = { staffId: randomUUID(), roles: ['checker', 'supervisor'] };
    await timed('dashboard', () => house.transact((deps) => readDashboard(deps, { checker })));
    const claimed = await timed('claim', () => claimNext(house, { checker }));
    if (claimed.outcome !== 'claimed') throw new Error(`the bench could not claim: ${claimed.outcome}`);
    const act = { checker, caseId: claimed.caseId };
    await traceCase(house, { ...act, register: undefined, trace: { by: 'own_number' } });
    for (const question of ['document-visible', 'document-authentic'] as const)
      await house.transact((deps) => answerQuestion(deps, { ...act, question, answer: 'yes' }));
    const view = await timed('open', () => house.transact((deps) => readCase(deps, act)));
    if (view.outcome !== 'open' || view.earlier.length !== earlierEach)
      throw new Error('the bench has read another case than it has made');
    await timed('holding', () => listHolding(house.deps, { checker }));
    await house.transact((deps) => discardCase(deps, act));
  }
  const figure = (what: string) => rounded(quantile(times[what] ?? [], 0.95), 1);
  return {
    operations: rounds,
    openMs: figure('open'),
    openMedianMs: rounded(median(times['open'] ?? []), 1),
    claimMs: figure('claim'),
    dashboardMs: figure('dashboard'),
    holdingMs: figure('holding'),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
