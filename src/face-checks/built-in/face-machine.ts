import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { findPackages, libraryFile } from './package-files.ts';

/** Red, green and blue, a byte each. */
export interface Pixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A face in a picture. */
export interface SeenFace {
  /** How sure it is that it is one, 0 to 1. */
  readonly score: number;
  /** In pixels of the picture. */
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** In degrees: how far it is turned to its own left, and up. Nobody's is 0 when they look straight. */
  readonly yaw: number;
  readonly pitch: number;
  /** How much it looks like no picture of a face, 0 to 1, by two models; only if asked whether it is live. */
  readonly real: number | undefined;
  readonly live: number | undefined;
  /** 1024 numbers that are alike for pictures of one person; only if asked whose it is. */
  readonly descriptor: readonly number[] | undefined;
}

/** How closely a face is looked at: where it is, whether it is `live` as well, or from one side or both whose it is. */
export type Look = 'where' | 'live' | 'one-side' | 'both-sides';

/** Sees faces, one picture after another. */
export interface FaceMachine {
  /** @param look `both-sides` looks at the mirror image too, which takes twice as long and tells people better apart */
  see(picture: Pixels, look: Look): Promise<readonly SeenFace[]>;
}

/** Two are one too many; a third says nothing more. */
const mostFaces = 3;

const result = z.object({
  face: z.array(
    z.object({
      score: z.number(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      rotation: z.object({ angle: z.object({ yaw: z.number(), pitch: z.number() }) }),
      real: z.number().optional(),
      live: z.number().optional(),
      embedding: z.array(z.number()).optional(),
    }),
  ),
});

interface Tensor {
  dispose(): void;
}
interface Human {
  readonly tf: {
    tensor(values: Uint8Array, shape: number[], type: string): Tensor;
    pad(tensor: Tensor, paddings: number[][]): Tensor;
  };
  load(): Promise<void>;
  detect(tensor: Tensor, configuration: object): Promise<unknown>;
}
const library = z.object({
  Human: z.custom<new (configuration: object) => Human>((value) => typeof value === 'function'),
});

/** Opens the models from where they are installed: nothing is asked of any network. */
export async function openFaceMachine(folders = findPackages()): Promise<FaceMachine> {
  globalThis.fetch = readLocally;
  const load = createRequire(import.meta.url);
  const { Human } = library.parse(load(path.join(folders.human, libraryFile)));
  const human = new Human(configurationFor(folders));
  await human.load();
  return { see: (picture, look) => see(human, picture, look) };
}

function configurationFor(folders: { readonly human: string; readonly wasm: string }): object {
  return {
    backend: 'wasm',
    wasmPath: `${path.join(folders.wasm, 'dist')}${path.sep}`,
    modelBasePath: `${pathToFileURL(path.join(folders.human, 'models')).href}/`,
    debug: false,
    // Nothing that was seen in one picture is taken for what is in the next.
    cacheSensitivity: 0,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      // To turn a leaning face upright it cuts the picture at the wrong place where the face is near an edge.
      detector: { rotation: false, maxDetected: mostFaces, minConfidence: 0.3, square: false },
      mesh: on,
      iris: off,
      attention: off,
      emotion: off,
      description: on,
      antispoof: on,
      liveness: on,
    },
  };
}

/** The library fetches its models by their addresses; those of files are all that there are. */
async function readLocally(input: string | URL | Request): Promise<Response> {
  const address = new URL(input instanceof Request ? input.url : input);
  if (address.protocol !== 'file:') throw new TypeError('nothing is asked of any network');
  const type = address.pathname.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  return new Response(await readFile(address), { headers: { 'content-type': type } });
}

const [on, off] = [{ enabled: true }, { enabled: false }];
const models: Readonly<Record<Look, object>> = {
  where: { description: off, antispoof: off, liveness: off },
  live: { description: off, antispoof: on, liveness: on },
  'one-side': { description: on, antispoof: off, liveness: off },
  'both-sides': { description: on, antispoof: off, liveness: off },
};

async function see(human: Human, picture: Pixels, look: Look): Promise<readonly SeenFace[]> {
  const faces = await detect(human, picture, look);
  if (look !== 'both-sides' || faces.length === 0) return faces;
  const mirrored = await detect(human, mirror(picture), 'one-side');
  return faces.map((face) => {
    const middle = face.box.left + face.box.width / 2;
    const other = mirrored.find(
      ({ box }) => Math.abs(picture.width - box.left - box.width / 2 - middle) < face.box.width / 3,
    );
    return { ...face, descriptor: between(face.descriptor, other?.descriptor) };
  });
}

async function detect(human: Human, picture: Pixels, look: Look): Promise<readonly SeenFace[]> {
  const { pixels, width, height } = picture;
  const side = Math.max(width, height);
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  const plain = human.tf.tensor(pixels, [1, height, width, 3], 'float32');
  // The detector takes a square.
  const square = human.tf.pad(plain, [
    [0, 0],
    [top, side - height - top],
    [left, side - width - left],
    [0, 0],
  ]);
  try {
    const { face } = result.parse(await human.detect(square, { face: models[look] }));
    return face.map(({ score, box, rotation, real, live, embedding }) => ({
      score,
      box: { left: box[0] - left, top: box[1] - top, width: box[2], height: box[3] },
      yaw: -inDegrees(rotation.angle.yaw),
      pitch: -inDegrees(rotation.angle.pitch),
      real,
      live,
      descriptor: look === 'one-side' || look === 'both-sides' ? embedding : undefined,
    }));
  } finally {
    plain.dispose();
    square.dispose();
  }
}

function mirror({ pixels, width, height }: Pixels): Pixels {
  const mirrored = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      mirrored.set(pixels.subarray(from, from + 3), (y * width + width - 1 - x) * 3);
    }
  return { pixels: mirrored, width, height };
}

/**
 * A face and its mirror image are one person's: what lies between their descriptors says more of who it is, and less of from where the
 * light comes.
 */
function between(
  one: readonly number[] | undefined,
  other: readonly number[] | undefined,
): readonly number[] | undefined {
  if (one === undefined || other?.length !== one.length) return one;
  return one.map((value, at) => ((root(value) + root(other[at] ?? 0)) / 2) ** 2);
}

function root(value: number): number {
  return Math.sqrt(Math.max(0, value));
}

function inDegrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
