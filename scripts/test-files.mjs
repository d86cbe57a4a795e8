import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { globSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { startOwnCluster } from '../test/support/database.ts';
import { repository } from './installation.mjs';

/**
 * Runs test files on one PostgreSQL cluster, each file in a process and a database of its own: two at a time, and up to four more
 * while that leaves a part of the processors idle. Many a test waits for what must not go faster, as an answer that always takes
 * the same time.
 */

const atOnce = 2;
const mostBeside = 4;
const isIdleFrom = 0.2;
const msBetweenLooks = 500;
/** Where files compute for long: those come first, so that none of them is alone at the end. */
const computing = ['test/browser', 'src/evidence/media', 'test/documents', 'test/sandbox', 'test/evidence'];
/** Where files mostly wait, most of all at the end: from there come those that run beside others. */
const mostlyWaiting = ['test/attacks', 'test/contracts', 'test/journeys'];
/**
 * A file that takes longer has a handle that it forgot to close, or waits for something that never comes. While all of them run, the
 * longest takes more than three minutes, and some machines take twice as long.
 */
const longestFileMs = 600_000;

/** Taking the types out of the product is half of the work of loading a file. */
const withoutTypes = ['--import', new URL('stripped.mjs', import.meta.url).href];

/** @typedef {import('./checks.mjs').Outcome} Outcome */
/** @typedef {{ outcomes: Outcome[], skipped: number, output: string }} FileResult */
/** @typedef {import('node:test/reporters').TestEvent} TestEvent */
/** @typedef {Set<Promise<unknown>>} Lane of files that have not ended */

/** @type {Set<ChildProcess>} */
const processes = new Set();
subscribe('child_process', (message) => {
  if (typeof message !== 'object' || message === null || !('process' in message)) return;
  const { process } = message;
  if (!(process instanceof ChildProcess)) return;
  processes.add(process);
  process.once('exit', () => processes.delete(process));
});

/** Ends what is left of a file that was told to end: whatever listens to that, and is too busy to hear it, would go on for ever. */
function endProcessesOf(/** @type {string} */ file) {
  for (const process of processes)
    if (process.spawnargs.includes(path.resolve(file))) process.kill('SIGKILL');
}

/** @returns {string[]} the test files in those files and folders, relative to the repository */
export function findTestFiles(/** @type {string[]} */ places) {
  const found = places.flatMap((place) => {
    const stats = statSync(place, { throwIfNoEntry: false });
    if (stats === undefined) return globSync(place);
    return stats.isDirectory() ? globSync(path.join(place, '**/*.test.ts')) : [path.normalize(place)];
  });
  return [...new Set(found)].toSorted();
}

/** @returns {Promise<Outcome[]>} one for each test, as it would be run alone */
export async function runTestFiles(/** @type {string[]} */ files, /** @type {AbortSignal} */ signal) {
  const given = process.env['DATABASE_URL'];
  const cluster = given === undefined ? await startOwnCluster() : { url: given, stop: async () => undefined };
  delete process.env['DATABASE_URL'];
  process.env['BEVAN_TEST_DATABASE_URL'] = cluster.url;
  try {
    return await runAll(inOrder(files), signal);
  } finally {
    await cluster.stop();
  }
}

function inOrder(/** @type {string[]} */ files) {
  const rank = (/** @type {string} */ file) => {
    const place = path.dirname(path.relative(repository, path.resolve(file)));
    if (computing.includes(place)) return computing.indexOf(place) - computing.length;
    return mostlyWaiting.indexOf(place) + 1;
  };
  return files.toSorted((one, other) => rank(one) - rank(other));
}

/** @returns {Lane} */
function openLane() {
  return new Set();
}

/** @returns {Promise<Outcome[]>} */
async function runAll(/** @type {string[]} */ files, /** @type {AbortSignal} */ signal) {
  /** @type {Outcome[]} */
  const outcomes = [];
  const waiting = [...files];
  const [running, beside] = [openLane(), openLane()];
  const begin = (/** @type {string} */ file, /** @type {Lane} */ among) => {
    const end = runTestFile(file, signal)
      .then((found) => outcomes.push(...found))
      .finally(() => among.delete(end));
    among.add(end);
  };
  const idleShare = watchProcessors();
  while (waiting.length + running.size + beside.size > 0 && !signal.aborted) {
    for (const file of waiting.splice(0, atOnce - running.size)) begin(file, running);
    if (idleShare() > isIdleFrom && beside.size < mostBeside)
      for (const file of waiting.splice(-1)) begin(file, beside);
    await Promise.race([...running, ...beside, wait(msBetweenLooks)]);
  }
  await Promise.all([...running, ...beside]);
  return outcomes;
}

/**
 * @returns what tells which part of the time since it last did our processors had nothing to do; nothing, so soon after that. A
 * container may have fewer of them than the machine.
 */
function watchProcessors() {
  let last = { at: performance.now(), busy: busyTime() };
  return () => {
    const now = { at: performance.now(), busy: busyTime() };
    const passed = now.at - last.at;
    if (passed < msBetweenLooks / 2) return 0;
    const share = 1 - (now.busy - last.busy) / (passed * os.availableParallelism());
    last = now;
    return share;
  };
}

/** @returns milliseconds, of all processors together */
function busyTime() {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** @returns {Promise<Outcome[]>} */
async function runTestFile(/** @type {string} */ file, /** @type {AbortSignal} */ signal) {
  const startedAt = performance.now();
  /** @type {FileResult} */
  const result = { outcomes: [], skipped: 0, output: '' };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestFileMs)]);
  const events = run({
    files: [path.resolve(file)],
    isolation: 'process',
    execArgv: withoutTypes,
    signal: limit,
  });
  for await (const event of events) take(event, file, result);
  if (limit.aborted) endProcessesOf(file);
  const failed = result.outcomes.filter((outcome) => !outcome.passed);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const skipped = result.skipped === 0 ? '' : `, ${result.skipped} skipped`;
  console.log(
    `${failed.length === 0 ? '✔' : '✖'} ${file} (${result.outcomes.length - failed.length} passed${skipped}, ${seconds} s)`,
  );
  for (const { name, report } of failed) console.log(`  ✖ ${name}\n${indent(report)}`);
  return result.outcomes;
}

function take(/** @type {TestEvent} */ event, /** @type {string} */ file, /** @type {FileResult} */ result) {
  if (event.type === 'test:stdout' || event.type === 'test:stderr') result.output += event.data.message;
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return;
  const { name, details, skip, todo } = event.data;
  const isFile = name === path.resolve(file);
  if (skip !== undefined || todo !== undefined) {
    result.skipped += 1;
  } else if (event.type === 'test:pass') {
    if (isFile) result.outcomes.push({ name: file, passed: false, report: 'the file holds no test' });
    else if (details.type !== 'suite')
      result.outcomes.push({ name: `${file}: ${name}`, passed: true, report: '' });
  } else if (!isOnlyOfItsParts(event.data.details.error)) {
    const report = describe(event.data.details.error) + (isFile ? `\n${lastLines(result.output)}` : '');
    result.outcomes.push({ name: isFile ? file : `${file}: ${name}`, passed: false, report });
  }
}

/** A test or suite that failed because tests within it did; those are reported themselves. */
function isOnlyOfItsParts(/** @type {unknown} */ error) {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed';
}

function describe(/** @type {Error} */ error) {
  const cause = error.cause ?? error;
  if (typeof cause === 'string') return cause;
  const isOurs = (/** @type {string} */ line) => !/^\s+at .*\bnode:/u.test(line);
  return inspect(cause, { depth: 4 }).split('\n').filter(isOurs).join('\n');
}

function lastLines(/** @type {string} */ text) {
  return text.trimEnd().split('\n').slice(-40).join('\n');
}

function indent(/** @type {string} */ text) {
  return text.replaceAll(/^/gmu, '    ');
}
