import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bareEnvironment } from '../../test/support/bare-environment.ts';

const repository = path.resolve(import.meta.dirname, '../..');

const ofLoad = ['operations', 'perSecond', 'serverCpuMs', 'databaseCpuMs', 'transactions', 'latencyMs'];
const ofFloor = ['floorCpuMs', 'floorOf', 'ratio'];

/** Every bench, and the figures that its line has besides those that the product promises. */
const figuresOf: Readonly<Record<string, readonly string[]>> = {
  'sign-in': [...ofLoad, ...ofFloor],
  token: ['exchange', 'refresh', ...ofFloor],
  userinfo: [...ofLoad, ...ofFloor],
  tables: ['signIns', 'of', 'days', 'sweptInSeconds', 'tables'],
  trace: [
    'operations',
    'perSecond',
    'floorCpuMs',
    'ratio',
    'latencyMs',
    'shared',
    'requests',
    'requestsPerSecond',
    'mostInOneSecond',
  ],
  documents: ['documents', 'perSource', 'perFlaw', 'latencyMs', 'firstMs'],
  face: [
    'photos',
    'withoutFace',
    'falseMatch',
    'falseMatchPerKind',
    'falseNonMatch',
    'atOtherThresholds',
    'photosTakenForAlive',
    'drawingsTakenForAlive',
    'tilted',
    'perPictureMs',
    'openMs',
    'peakMemoryMb',
  ],
  'face-scan': ['atOnce', 'scans', 'decisionMedianMs', 'blockedP99Ms', 'peakMemoryMb'],
  'hostile-files': ['idle', 'found', 'videoAboveIdleMb'],
  evidence: ['atOnce', 'videoMb', 'uploadSeconds', 'lookSeconds', 'showSeconds'],
  review: ['queued', 'operations', 'openMedianMs', 'holdingMs', 'pageMedianMs', 'peakMemoryMb'],
};

export const everyBench = Object.keys(figuresOf);
/** Those that start the whole product; the others have a file of tests beside it. */
export const benchesOfTheServer: readonly string[] = ['sign-in', 'token', 'userinfo', 'tables'];

/** Runs a bench as somebody types it, on a PostgreSQL that is given or on one of its own. */
export function runBench(args: readonly string[], databaseUrl?: string) {
  const given = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
  return promisify(execFile)(process.execPath, ['bench/main.ts', ...args], {
    cwd: repository,
    env: { ...bareEnvironment, ...given },
  });
}

const line = z.looseObject({
  bench: z.string(),
  isSmall: z.literal(true),
  isKept: z.boolean(),
  promised: z.record(z.string(), z.number()),
});

/**
 * Tests that a bench goes through, ends by itself and prints one line with every figure that its reader expects. So little is done that
 * the figures say nothing, and nobody looks at them.
 */
export function testBench(name: string, options: { readonly databaseUrl?: () => string } = {}): void {
  test(`the bench ${name} goes through, and has measured what its line should tell`, async () => {
    const { stdout } = await runBench([name, '--small'], options.databaseUrl?.());
    assert.match(stdout, /^\{.*\}\n$/u);
    const report = line.parse(JSON.parse(stdout));
    assert.equal(report.bench, name);
    const promised = Object.keys(report.promised);
    assert.ok(promised.length > 0);
    for (const figure of [...promised, ...(figuresOf[name] ?? [])]) assertMeasured(report[figure], figure);
  });
}

/** What could not be measured stands in a line of JSON as `null`. */
function assertMeasured(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value);
    assert.ok(parts.length > 0, `${what} is empty`);
    for (const [part, found] of parts) assertMeasured(found, `${what}.${part}`);
  } else if (typeof value !== 'string') {
    assert.ok(Number.isFinite(value), `${what} is ${String(value)}`);
  }
}
