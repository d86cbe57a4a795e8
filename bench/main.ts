import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { benchDocuments } from './documents.ts';
import { benchEvidence } from './evidence.ts';
import { benchFace } from './face.ts';
import { benchFaceScan } from './face-scan.ts';
import { benchHostileFiles } from './hostile-files.ts';
import { benchSignIn } from './sign-in.ts';
import { benchReview } from './review.ts';
import { isKept, type BenchOptions, type BenchReport } from './support/report.ts';
import { benchTables } from './tables.ts';
import { benchToken } from './token.ts';
import { benchTrace } from './trace.ts';
import { benchUserinfo } from './userinfo.ts';

/** Runs one bench and prints what it found as one line of JSON. */

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<BenchReport>>> = {
  'sign-in': benchSignIn,
  token: benchToken,
  userinfo: benchUserinfo,
  tables: benchTables,
  trace: benchTrace,
  documents: benchDocuments,
  face: benchFace,
  'face-scan': benchFaceScan,
  'hostile-files': benchHostileFiles,
  evidence: benchEvidence,
  review: benchReview,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'at-once': { type: 'string' },
    seconds: { type: 'string' },
    'sign-ins': { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
  },
});

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.max(1, Math.trunc(Number(text)) || 1);
}

const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined || positionals.length > 1) {
  process.stderr.write(
    `Say which bench: ${Object.keys(benches).join(' or ')}. For example: npm run bench -- sign-in\n`,
  );
  process.exitCode = 2;
} else {
  const report = await bench({
    atOnce: readNumber(values['at-once']),
    seconds: readNumber(values.seconds),
    signIns: readNumber(values['sign-ins']),
    databaseUrl: process.env['DATABASE_URL'],
    nodeOptions: values.node,
  });
  const machine = { processors: availableParallelism(), node: process.versions.node };
  process.stdout.write(`${JSON.stringify({ ...report, isKept: isKept(report), ...machine })}\n`);
  if (!isKept(report)) process.exitCode = 1;
}
