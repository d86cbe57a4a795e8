import { spawn } from 'node:child_process';
import path from 'node:path';
import { inspect } from 'node:util';
import { findTestFiles, runTestFiles } from './test-files.mjs';

/** Runs on the product's own Node.js, when all is installed; `test.mjs` comes first. */

/** @typedef {{ name: string, passed: boolean, report: string }} Outcome */

/** What is checked before the tests run, and the command that does it. */
const checks = [
  {
    name: 'format',
    program: 'node_modules/@biomejs/biome/bin/biome',
    args: ['format', '.'],
    mend: 'npm run format',
  },
  { name: 'types', program: 'node_modules/typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'lint', program: 'node_modules/oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'walls', program: 'scripts/walls.mjs', args: [] },
  { name: 'dead code', program: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
];

/** @returns {Promise<{ code: number, output: string }>} */
function runProgram(/** @type {string[]} */ args, /** @type {AbortSignal} */ signal) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 1, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @returns {Promise<Outcome[]>} */
async function runChecks(/** @type {AbortSignal} */ signal) {
  const outcomes = [];
  for (const { name, program, args, mend } of checks) {
    if (signal.aborted) break;
    const { code, output } = await runProgram([program, ...args], signal);
    const advice = mend === undefined ? '' : `\nTo mend it: ${mend}`;
    const outcome = { name, passed: code === 0, report: code === 0 ? '' : `${output.trim()}${advice}` };
    console.log(`${outcome.passed ? '✔' : '✖'} ${name}`);
    if (!outcome.passed) console.log(outcome.report);
    outcomes.push(outcome);
  }
  return outcomes;
}

function summarise(/** @type {Outcome[]} */ outcomes) {
  const failed = outcomes.filter((outcome) => !outcome.passed);
  for (const { name, report } of failed) console.log(`\n✖ ${name}\n${report}`);
  console.log(`\n${outcomes.length - failed.length} passed, ${failed.length} failed`);
  return failed.length;
}

/** @returns {Promise<Outcome[]>} */
async function runTests(/** @type {string[]} */ files, /** @type {AbortSignal} */ signal) {
  if (files.length === 0) return [{ name: 'tests', passed: false, report: 'no test file was found' }];
  try {
    return await runTestFiles(files, signal);
  } catch (error) {
    return [{ name: 'tests', passed: false, report: `they could not be run: ${inspect(error)}` }];
  }
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());

const args = process.argv.slice(2);
const places = args.filter((arg) => !arg.startsWith('-'));
const files = findTestFiles(places.length > 0 ? places : ['src', 'demo', 'test', 'bench']).filter(
  (file) => !args.includes('--no-browser') || !file.startsWith(path.join('test', 'browser')),
);

const outcomes = places.length > 0 ? [] : await runChecks(interruption.signal);
if (!interruption.signal.aborted) outcomes.push(...(await runTests(files, interruption.signal)));
if (interruption.signal.aborted)
  outcomes.push({ name: 'the whole run', passed: false, report: 'it was interrupted' });
const code = summarise(outcomes) === 0 ? 0 : 1;
// What a test started and left behind may still hold an end of our pipes.
process.stdout.write('', () => process.exit(code));
