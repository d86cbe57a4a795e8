import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const keyBits = 2048;
const fileExists = z.object({ code: z.literal('EEXIST') });
const fileMissing = z.object({ code: z.literal('ENOENT') });

/** A private key, PKCS#8 in PEM, and the file that holds it, readable by its owner only. */
export interface KeptKey {
  readonly file: string;
  readonly pem: string;
}

/** Reads the private key that is kept in a folder, or makes it: the first of several processes, and the others read it. */
export async function readOrMakeKey(folder: string): Promise<KeptKey> {
  const file = path.resolve(folder, 'private-key.pem');
  const found = await readKey(file);
  if (found !== undefined) return { file, pem: found };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  // Whoever finds the file finds all of it: it gets its name when it is complete.
  const draft = path.join(folder, `${randomUUID()}.pem`);
  await writeFile(draft, pem, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return { file, pem };
  } catch (error) {
    if (!fileExists.safeParse(error).success) throw error;
    return { file, pem: await readFile(file, 'utf8') };
  } finally {
    await rm(draft);
  }
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (fileMissing.safeParse(error).success) return undefined;
    throw error;
  }
}
