import { createLog } from '#foundation/log';
import { createMetrics } from '#foundation/metrics';
import { loadProviderPlugs, type FaceProvider, type LookedAt, type ScanAct } from '#face-checks';
import { startStopwatch } from '#foundation/clock';
import { drawDocument, faceOf } from '#sandbox';
import sharp from 'sharp';
import { lookAtChildren } from './support/children.ts';
import { certainPairs, pictureOf, readCollage, type Pair, type Photo } from './support/collage.ts';
import { median, quantile, rounded } from './support/figures.ts';
import { shareWithin } from './support/interval.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { tilt } from './support/tilt.ts';

/**
 * How often the models that come with the product are wrong, on the few photos that may be used for it; and what a process with
 * them takes. `docs/face-matching.md` tells what comes out, and what it doesn't say.
 */

const promised = {
  falseMatches: 0,
  tiltedTaken: 0,
  wrongLoads: 0,
  workerPeakMemoryMb: 600,
};

const names = ['Abara', 'Brennan', 'Chaudhry', 'Dewi', 'Evans', 'Farrow', 'Gill', 'Hughes', 'Iqbal', 'Jones'];

type Tilts = Readonly<Partial<Record<ScanAct, readonly { yaw?: number; pitch?: number }[]>>>;

/** How far a photo is turned or tilted for each act. */
const tilts: Tilts = {
  'turn-left': [{ yaw: -20 }, { yaw: -35 }, { yaw: -50 }],
  'turn-right': [{ yaw: 20 }, { yaw: 35 }, { yaw: 50 }],
};
/** `tilted` is how many photos are turned. */
const usual = { places: undefined, names, tilted: 20, tilts };
/** Two of one person, and one of another. */
const small = {
  places: ['0,0', '0,1', '1,6'],
  names: names.slice(0, 1),
  tilted: 1,
  tilts: { 'turn-left': [{ yaw: -35 }] } satisfies Tilts,
};

export async function benchFace({ isSmall }: BenchOptions): Promise<BenchReport> {
  const amounts = isSmall ? small : usual;
  const plugs = await loadProviderPlugs();
  const plug = plugs.find(({ isSandboxes }) => isSandboxes);
  const log = createLog({ level: 'error' });
  const stopwatch = startStopwatch();
  const provider = await plug?.open({ mode: 'sandbox', log, metrics: createMetrics() });
  const openMs = stopwatch();
  if (provider?.lookAtEach === undefined) throw new TypeError('nothing looks at faces here');
  try {
    const photos = await readCollage(amounts.places);
    const seen = await lookAtAll(provider, photos);
    const likeness = measureLikeness(provider, photos, seen);
    const tilted = await measureTilted(provider, photos, amounts);
    const alive = [...seen.values()].filter(({ hasFace }) => hasFace).map((one) => one.alive);
    const threshold = Number(provider.basis['livePass']);
    return {
      bench: 'face',
      basis: provider.basis,
      photos: photos.length,
      withoutFace: [...seen.values()].filter(({ hasFace }) => !hasFace).length,
      ...likeness,
      photosTakenForAlive: shareWithin(alive.filter((one) => one >= threshold).length, alive.length),
      drawingsTakenForAlive: await measureDrawings(provider, { threshold, names: amounts.names }),
      tiltedTaken: tilted.taken,
      tilted: shareWithin(tilted.taken, tilted.of),
      perPictureMs: { p50: rounded(median(times), 0), p99: rounded(quantile(times, 0.99), 0) },
      openMs: rounded(openMs, 0),
      ...(await measureProcesses()),
      peakMemoryMb: rounded(process.resourceUsage().maxRSS / 1024, 0),
      promised,
    };
  } finally {
    await provider.close();
  }
}

const times: number[] = [];

async function lookAtAll(
  provider: FaceProvider,
  photos: readonly Photo[],
): Promise<ReadonlyMap<Photo, LookedAt>> {
  const seen = new Map<Photo, LookedAt>();
  for (const photo of photos) {
    const stopwatch = startStopwatch();
    const [one] = (await provider.lookAtEach?.([photo.picture])) ?? [];
    times.push(stopwatch());
    if (one !== undefined) seen.set(photo, one);
  }
  return seen;
}

function measureLikeness(
  { basis }: FaceProvider,
  photos: readonly Photo[],
  seen: ReadonlyMap<Photo, LookedAt>,
) {
  const usable = photos.filter((photo) => seen.get(photo)?.hasFace === true);
  const { same, ...others } = certainPairs(usable);
  const likenessOf = ([one, other]: Pair): number => {
    const [left, right] = [seen.get(one), seen.get(other)];
    return left === undefined || right === undefined ? 0 : left.likenessTo(right);
  };
  const [pass, fail] = [Number(basis['likenessPass']), Number(basis['likenessFail'])];
  const wrong = (pairs: readonly Pair[]) => {
    const likenesses = pairs.map(likenessOf);
    return {
      ...shareWithin(likenesses.filter((one) => one >= pass).length, pairs.length),
      unsure: likenesses.filter((one) => one >= fail && one < pass).length,
      highest: rounded(Math.max(0, ...likenesses)),
    };
  };
  const sames = same.map(likenessOf);
  const all = wrong(Object.values(others).flat());
  return {
    falseMatches: all.count,
    falseMatch: all,
    falseMatchPerKind: Object.fromEntries(
      Object.entries(others).map(([kind, pairs]) => [kind, wrong(pairs)]),
    ),
    falseNonMatch: {
      ...shareWithin(sames.filter((one) => one < pass).length, sames.length),
      judgedAnother: shareWithin(sames.filter((one) => one < fail).length, sames.length),
      median: rounded(median(sames)),
    },
    atOtherThresholds: [0.66, 0.7, 0.74, 0.78, 0.82].map((threshold) => ({
      threshold,
      falseMatches: Object.values(others)
        .flat()
        .filter((pair) => likenessOf(pair) >= threshold).length,
      falseNonMatches: sames.filter((one) => one < threshold).length,
    })),
  };
}

const mostTries = 5;

/** A photo that is turned before the camera, to whichever side, when somebody is asked to turn their head. */
async function measureTilted(
  provider: FaceProvider,
  photos: readonly Photo[],
  { tilted: most, tilts: asked }: { readonly tilted: number; readonly tilts: Tilts },
): Promise<{ readonly taken: number; readonly of: number }> {
  let [taken, of] = [0, 0];
  const step = Math.floor(photos.length / most);
  for (const { picture } of photos.filter((_, at) => at % step === 0).slice(0, most)) {
    const flat = await measureAct(provider, 'look-straight', [picture, picture, picture, picture], []);
    if (flat.hint !== undefined && flat.hint !== 'not_followed') continue;
    for (const [act, turns] of Object.entries(asked))
      for (const sign of [1, -1]) {
        const pictures = turns.flatMap(({ yaw = 0 }) => {
          const turned = tilt(picture, { yaw: yaw * sign });
          return [turned, turned];
        });
        const side = act === 'turn-left' ? 'turn-left' : 'turn-right';
        const { hint } = await measureAct(provider, side, pictures, [flat.kept]);
        of += 1;
        if (hint === undefined) taken += 1;
      }
  }
  return { taken, of };
}

async function measureAct(
  provider: FaceProvider,
  act: ScanAct,
  pictures: Parameters<FaceProvider['measure']>[0]['pictures'],
  earlier: readonly unknown[],
) {
  const capturedAt = pictures.map((_, at) => at * 300);
  const asked = { scanId: 'bench', act, at: earlier.length, pictures, capturedAt, begun: undefined, earlier };
  // On a machine that has much else to do it may take longer than anybody would wait: that is not what is counted here.
  for (let tries = 0; tries < mostTries; tries += 1) {
    const measured = await provider.measure(asked);
    if (measured.outcome === 'measured') return measured;
  }
  throw new TypeError('pictures were not measured');
}

/** Faces that are drawn, which a person doesn't take for one that lives. */
async function measureDrawings(
  provider: FaceProvider,
  { threshold, names: drawn }: { readonly threshold: number; readonly names: readonly string[] },
) {
  let taken = 0;
  for (const name of drawn) {
    const jpeg = await drawDocument({
      kind: 'passport',
      side: 'front',
      face: faceOf(name),
      person: { givenNames: 'Sam', familyName: name, birthdate: '1990-04-12', sex: 'F' },
      expires: '2031-05-31',
    });
    const { data, info } = await sharp(jpeg)
      .resize({ width: 1200 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const [looked] = (await provider.lookAtEach?.([pictureOf(data, info)])) ?? [];
    if (looked?.hasFace === true && looked.alive >= threshold) taken += 1;
  }
  return shareWithin(taken, drawn.length);
}

/** Models are loaded once: no process has ended, and been followed by another. */
async function measureProcesses() {
  const children = await lookAtChildren();
  return {
    wrongLoads: children.length > 2 ? children.length - 2 : 0,
    workerPeakMemoryMb: Math.max(0, ...children.map(({ peakMemoryMb }) => peakMemoryMb)),
  };
}
