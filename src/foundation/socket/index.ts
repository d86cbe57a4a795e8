import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fault } from '#foundation/errors';
import { z } from 'zod';

/**
 * Loads every `<folder>/<id>/plug.ts` of a socket. A plug that doesn't fit stops the start: a missing sender or
 * method must be noticed by the operator, not by a patient.
 *
 * @param folder absolute path of the socket's folder
 * @param manifest checks the plug's default export
 * @returns the plugs, in the order of their ids
 * @throws {Fault} `socket.invalid-plug`
 */
export async function loadPlugs<P extends { readonly id: string }>(
  folder: string,
  manifest: z.ZodType<P>,
): Promise<P[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const plugs: P[] = [];
  for (const entry of entries.toSorted((one, other) => one.name.localeCompare(other.name))) {
    if (!entry.isDirectory() || !(await holdsPlug(path.join(folder, entry.name)))) continue;
    const file = path.join(folder, entry.name, 'plug.ts');
    const module: unknown = await import(pathToFileURL(file).href);
    const parsed = z.object({ default: manifest }).safeParse(module);
    if (!parsed.success) throw new Fault('socket.invalid-plug', { cause: parsed.error });
    const plug = parsed.data.default;
    if (plug.id !== entry.name)
      throw new Fault('socket.invalid-plug', { cause: `${entry.name} says its id is ${plug.id}` });
    plugs.push(plug);
  }
  return plugs;
}

async function holdsPlug(folder: string): Promise<boolean> {
  return (await readdir(folder)).includes('plug.ts');
}
