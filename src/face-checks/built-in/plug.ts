import { cpus } from 'node:os';
import { SettingsFault } from '#foundation/settings';
import { openWorkers, type TaskEnd, type Workers } from '#foundation/workers';
import { providerPlug, type FaceProvider, type LookedAt, type Picture } from '../provider.ts';
import { bestOf, hintFor } from './hints.ts';
import { judge } from './judge.ts';
import { FaceModelsFault } from '../models-fault.ts';
import { findWrongFiles, modelsVersion } from './package-files.ts';
import { likenessOf } from './likeness.ts';
import { seenBurst, seenPortrait, unpackDescriptor, type SeenPicture } from './process-answers.ts';
import { builtInSettings, type Thresholds } from './thresholds.ts';

/** Models that come with this release, in processes of their own: nothing leaves the platform. */
const plug = providerPlug({
  id: 'built-in',
  isSandboxes: true,
  settings: builtInSettings,
  open: async ({ processes, likenessPass, likenessFail, livePass }, { log }) => {
    if (likenessFail >= likenessPass)
      throw new SettingsFault(['BEVAN_FACE_LIKENESS_FAIL must be less than BEVAN_FACE_LIKENESS_PASS.']);
    const wrong = await findWrongFiles();
    if (wrong.length > 0) throw new FaceModelsFault(wrong);
    const workers = openWorkers({
      script: new URL('face-process.ts', import.meta.url),
      name: 'faces',
      processes: Math.min(processes, cpus().length),
      queue: 30,
      // Loading the models takes some seconds, and on a machine that has much else to do many: that is no patient's fault.
      readySeconds: 120,
      taskSeconds: 20,
      idleSeconds: 300,
      heapMb: 256,
      memoryMb: 600,
      log,
    });
    return openProvider(workers, {
      likenessPass: likenessPass / 100,
      likenessFail: likenessFail / 100,
      livePass: livePass / 100,
    });
  },
});

export default plug;

function openProvider(workers: Workers, thresholds: Thresholds): FaceProvider {
  return {
    basis: { models: modelsVersion, ...thresholds },
    begin: () => {
      // Models are in memory by the time that the first pictures come.
      void workers.run({ name: 'warm', input: undefined });
      return Promise.resolve({ outcome: 'begun', begun: undefined });
    },
    measure: async ({ act, pictures, earlier }) => {
      const end = await workers.run(taskFor('burst', pictures, { isStraight: act === 'look-straight' }));
      const seen = end.outcome === 'done' ? seenBurst.safeParse(end.answer).data : undefined;
      if (seen === undefined) return { outcome: isBusy(end) ? 'busy' : 'unavailable' };
      const before = earlier.map(readKept);
      return {
        outcome: 'measured',
        kept: seen,
        best: act === 'look-straight' ? bestOf(seen) : undefined,
        hint: hintFor(act, seen, before),
      };
    },
    judge: async ({ acts, bursts, portrait }) => {
      const end = await workers.run(taskFor('portrait', [portrait]));
      const seen = end.outcome === 'done' ? seenPortrait.safeParse(end.answer).data : undefined;
      if (seen === undefined) return { outcome: 'unavailable' };
      const measured = bursts.map(({ kept, ...times }, at) => ({
        ...times,
        act: acts[at] ?? 'look-straight',
        pictures: readKept(kept),
      }));
      return { outcome: 'judged', checks: judge(measured, seen, thresholds) };
    },
    lookAtEach: (pictures) => Promise.all(pictures.map((picture) => lookAt(workers, picture))),
    close: () => workers.close(),
  };
}

interface Described extends LookedAt {
  readonly descriptor: Float32Array;
}

async function lookAt(workers: Workers, picture: Picture): Promise<LookedAt> {
  const end = await workers.run(taskFor('burst', [picture], { isStraight: true }));
  const [seen] = end.outcome === 'done' ? seenBurst.parse(end.answer) : [];
  const { face } = seen ?? {};
  const described: Described = {
    hasFace: face?.descriptor !== undefined,
    alive: Math.min(face?.real ?? 0, face?.live ?? 0),
    descriptor: unpackDescriptor(face?.descriptor ?? ''),
    likenessTo: (other) =>
      'descriptor' in other && other.descriptor instanceof Float32Array
        ? likenessOf(described.descriptor, other.descriptor)
        : 0,
  };
  return described;
}

function readKept(kept: unknown): readonly SeenPicture[] {
  return seenBurst.parse(kept);
}

function isBusy(end: TaskEnd): boolean {
  return end.outcome === 'busy';
}

function taskFor(name: 'burst' | 'portrait', pictures: readonly Picture[], more: object = {}) {
  const starts = pictures.map((_, at) =>
    pictures.slice(0, at).reduce((sum, { pixels }) => sum + pixels.length, 0),
  );
  return {
    name,
    input: { pictures: pictures.map(({ width, height }) => ({ width, height })), ...more },
    // Each is asked for by itself.
    read: (offset: number, length: number) => {
      const at = starts.findLastIndex((start) => start <= offset);
      const from = offset - (starts[at] ?? 0);
      return Promise.resolve(pictures[at]?.pixels.subarray(from, from + length) ?? new Uint8Array());
    },
  };
}
