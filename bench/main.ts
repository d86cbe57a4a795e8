import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isKept, type BenchOptions, type BenchReport } from './support/report.ts';

/** Runs one bench and prints what it found as one line of JSON. */

type Bench = (options: BenchOptions) => Promise<BenchReport>;

/** Loaded when it is asked for: some measure the memory of this process. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  'sign-in': async () => (await import('./sign-in.ts')).benchSignIn,
  token: async () => (await import('./token.ts')).benchToken,
  userinfo: async () => (await import('./userinfo.ts')).benchUserinfo,
  tables: async () => (await import('./tables.ts')).benchTables,
  trace: async () => (await import('./trace.ts')).benchTrace,
  documents: async () => (await import('./documents.ts')).benchDocuments,
  face: async () => (await import('./face.ts')).benchFace,
  'face-scan': async () => (await import('./face-scan.ts')).benchFaceScan,
  'hostile-files': async () => (await import('./hostile-files.ts')).benchHostileFiles,
  evidence: async () => (await import('./evidence.ts')).benchEvidence,
  review: async () => (await import('./review.ts')).benchReview,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'at-once': { type: 'string' },
    seconds: { type: 'string' },
    'sign-ins': { type: 'string' },
    small: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true, default: [] },
  },
});

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.max(1, Math.trunc(Number(text)) || 1);
}

const [name = ''] = positionals;
const loadBench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (loadBench === undefined || positionals.length > 1) {
  process.stderr.write(
    `Say which bench: ${Object.keys(benches).join(' or ')}. For example: npm run bench -- sign-in\n`,
  );
  process.exitCode = 2;
} else {
  const isSmall = values.small;
  const bench = await loadBench();
  const report = await bench({
    isSmall,
    atOnce: readNumber(values['at-once']),
    seconds: readNumber(values.seconds),
    signIns: readNumber(values['sign-ins']),
    databaseUrl: process.env['DATABASE_URL'],
    nodeOptions: values.node,
  });
  const machine = { processors: availableParallelism(), node: process.versions.node };
  process.stdout.write(`${JSON.stringify({ ...report, isSmall, isKept: isKept(report), ...machine })}\n`);
  if (!isSmall && !isKept(report)) process.exitCode = 1;
}
