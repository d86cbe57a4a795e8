import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { WrongFile } from '../models-fault.ts';

const require = createRequire(import.meta.url);

/** Where the packages are that see faces. Each is found by what it exports, which is not always what is needed of it. */
export function findPackages(): { readonly human: string; readonly wasm: string } {
  return {
    human: path.resolve(path.dirname(require.resolve('@vladmandic/human')), '..'),
    wasm: path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  };
}

/** The build of the library that runs on WebAssembly in Node.js, which its package does not export under this condition. */
export const libraryFile = 'dist/human.node-wasm.js';

/** The models that are used, and what runs them: SHA-256 of each file as it was when its error rates were measured. */
const checksums = {
  human: {
    [libraryFile]: '933c0b6fc5afb5f92ec5145e70c5cbe3e1f560fdf84403188ee06325b6d666d1',
    'models/blazeface.json': 'cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f',
    'models/blazeface.bin': 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
    'models/facemesh.json': 'b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7',
    'models/facemesh.bin': '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
    'models/faceres.json': '5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df',
    'models/faceres.bin': '2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b',
    'models/antispoof.json': '7fd698ae1cebabbcad79d3b8b448587b0365eb7911987418231bdcf36583112a',
    'models/antispoof.bin': '4490fecb2becdb6869edc7e60f5e59962be013a8def8719b1373afb0f905c094',
    'models/liveness.json': '9e51c8acf83b80abbf329b2735309ab5c90611c66905ade8b1bd130d473df9c8',
    'models/liveness.bin': 'fc6a6b6b3b9721bdb8bff67a457a15b7cbfd81715cfb27f3e65b757e81dd663e',
  },
  wasm: {
    'dist/tfjs-backend-wasm.wasm': '70a5d516060464e5269f01c74bac1772d6b8ab6cb612acf16b5cdaf61f78d892',
    'dist/tfjs-backend-wasm-simd.wasm': '77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b',
    'dist/tfjs-backend-wasm-threaded-simd.wasm':
      'c052228d4bef185c27bbe59a9e029570c78bbb9f08b3cb46b597851650373de2',
  },
} as const;

/** What a record of a decision names the models by. */
export const modelsVersion = 'human 3.3.6';

/**
 * Looks whether every model, and what runs them, is there as it was when its error rates were measured.
 *
 * @param folders where the packages are
 * @returns those that are not
 */
export async function findWrongFiles(folders = findPackages()): Promise<readonly WrongFile[]> {
  const wanted = (['human', 'wasm'] as const).flatMap((name) =>
    Object.entries(checksums[name]).map(([file, checksum]) => ({
      file: path.join(folders[name], file),
      checksum,
    })),
  );
  const found = await Promise.all(
    wanted.map(async ({ file, checksum }): Promise<WrongFile | undefined> => {
      const is = await checksumOf(file);
      if (is === checksum) return undefined;
      return { file, why: is === undefined ? 'missing' : 'changed' };
    }),
  );
  return found.filter((wrong) => wrong !== undefined);
}

async function checksumOf(file: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  } catch {
    return undefined;
  }
}
