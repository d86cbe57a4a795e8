import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { startOwnCluster } from '../test/support/database.ts';

/** Runs test files two at a time on one PostgreSQL cluster, each file in a process and a database of its own. */

const filesAtOnce = 2;
/** A file that takes longer has a handle that it forgot to close, or waits for something that never comes. */
const longestFileMs = 600_000;

/** @typedef {import('./checks.mjs').Outcome} Outcome */
/** @typedef {{ outcomes: Outcome[], skipped: number, output: string }} FileResult */
/** @typedef {import('node:test/reporters').TestEvent} TestEvent */

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
    /** @type {Outcome[]} */
    const outcomes = [];
    const waiting = [...files];
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift()) {
        outcomes.push(...(await runTestFile(file, signal)));
      }
    };
    await Promise.all(Array.from({ length: filesAtOnce }, worker));
    return outcomes;
  } finally {
    await cluster.stop();
  }
}

/** @returns {Promise<Outcome[]>} */
async function runTestFile(/** @type {string} */ file, /** @type {AbortSignal} */ signal) {
  const startedAt = performance.now();
  /** @type {FileResult} */
  const result = { outcomes: [], skipped: 0, output: '' };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestFileMs)]);
  for await (const event of run({ files: [path.resolve(file)], isolation: 'process', signal: limit })) {
    take(event, file, result);
  }
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
